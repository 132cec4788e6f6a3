package pgbenchdrivers.runner.window;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.Job.Arrivals;

/** When the queries of an open loop are due. */
public final class Schedule {
  private static final double NS_PER_SECOND = 1e9;

  private Schedule() {}

  /** Nanoseconds after the start, in order, of all queries that are due before the window's end. */
  public static long[] of(Arrivals arrivals, double windowSeconds, long seed) {
    DoubleSupplier dues =
        arrivals.process() == Job.Process.CONSTANT
            ? constant(arrivals.perSecond())
            : poisson(arrivals.perSecond(), splitMix64(seed));
    long[] schedule = new long[16];
    int count = 0;
    for (double due = dues.getAsDouble(); due < windowSeconds; due = dues.getAsDouble()) {
      if (count == schedule.length) {
        schedule = Arrays.copyOf(schedule, 2 * count);
      }
      schedule[count++] = (long) (due * NS_PER_SECOND);
    }
    return Arrays.copyOf(schedule, count);
  }

  private static DoubleSupplier constant(double perSecond) {
    return new DoubleSupplier() {
      private long k;

      @Override
      public double getAsDouble() {
        return k++ / perSecond;
      }
    };
  }

  private static DoubleSupplier poisson(double perSecond, LongSupplier random) {
    return new DoubleSupplier() {
      private double due;

      @Override
      public double getAsDouble() {
        double u = (random.getAsLong() >>> 11) * 0x1p-53;
        due += -Math.log(1 - u) / perSecond;
        return due;
      }
    };
  }

  /**
   * The generator of Steele, Lea and Flood (2014, https://doi.org/10.1145/2660193.2660195). Java's
   * SplittableRandom is it as well, but does not promise to remain it.
   */
  static LongSupplier splitMix64(long seed) {
    return new LongSupplier() {
      private long state = seed;

      @Override
      public long getAsLong() {
        state += 0x9e3779b97f4a7c15L;
        long mixed = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
      }
    };
  }
}
