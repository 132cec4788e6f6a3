package pgbenchdrivers.runner.system;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/** What Java does not have of Linux; the structures are those of 64-bit machines. */
final class Libc {
  static final int RUSAGE_SELF = 0;
  static final int EINTR = 4;

  private Libc() {}

  static {
    Native.register(Platform.C_LIBRARY_NAME);
  }

  /** Fills in a struct rusage, which has {@link Usage#LONGS} longs. */
  static native int getrusage(int who, long[] usage);

  /** Waits for one struct pollfd: the descriptor, then events and what came of them. */
  static native int poll(int[] descriptor, long count, int timeoutMillis);

  static native int sched_getcpu();

  /** Lets a thread run on the CPUs of a bit mask only. */
  static native int sched_setaffinity(int thread, long bytes, long[] mask);
}
