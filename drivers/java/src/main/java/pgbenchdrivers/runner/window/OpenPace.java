package pgbenchdrivers.runner.window;

import java.util.concurrent.TimeUnit;

/** Queries are due as a schedule says, and each is taken by whichever worker is free. */
public final class OpenPace implements Pace {
  private static final long LATE_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Clock clock;
  private final long durationNs;
  private final long[] schedule;
  private int next;
  private long late;
  private long maxLatenessNs;

  OpenPace(Clock clock, long durationNs, long[] schedule) {
    this.clock = clock;
    this.durationNs = durationNs;
    this.schedule = schedule;
  }

  @Override
  public synchronized long take() {
    return next < schedule.length ? schedule[next++] : NONE;
  }

  @Override
  public synchronized boolean starts(long due) {
    long now = clock.now();
    if (now >= durationNs) {
      return false;
    }
    long lateness = now - due;
    if (lateness > LATE_AFTER_NS) {
      late++;
    }
    maxLatenessNs = Math.max(maxLatenessNs, lateness);
    return true;
  }

  @Override
  public long now() {
    return clock.now();
  }

  /** How the schedule was kept, once the window has ended. */
  public synchronized Kept kept(long answered) {
    return new Kept(schedule.length, schedule.length - answered, late, maxLatenessNs);
  }

  /**
   * How an open loop's schedule was kept.
   *
   * @param missed queries that were not started before the window's end
   * @param late queries that were started more than a millisecond after they were due
   */
  public record Kept(long scheduled, long missed, long late, long maxLatenessNs) {}
}
