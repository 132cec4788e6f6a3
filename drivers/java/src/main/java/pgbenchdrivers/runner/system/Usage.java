package pgbenchdrivers.runner.system;

import java.util.concurrent.TimeUnit;

/** What the whole process has used so far, all threads, as getrusage(2) tells it. */
public record Usage(long userMicros, long systemMicros, long maxRssKib) {
  static final int LONGS = 18;
  private static final int MAX_RSS = 4;

  public static Usage now() {
    long[] usage = new long[LONGS];
    if (Libc.getrusage(Libc.RUSAGE_SELF, usage) != 0) {
      throw new IllegalStateException("getrusage failed");
    }
    return new Usage(micros(usage, 0), micros(usage, 2), usage[MAX_RSS]);
  }

  private static long micros(long[] usage, int index) {
    return TimeUnit.SECONDS.toMicros(usage[index]) + usage[index + 1];
  }
}
