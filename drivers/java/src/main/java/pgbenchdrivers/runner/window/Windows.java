package pgbenchdrivers.runner.window;

import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.system.Allocated;
import pgbenchdrivers.runner.system.Usage;

/** Runs a job's windows and measures what the process used in them. */
public final class Windows {
  private static final double NS_PER_SECOND = 1e9;

  private final Job job;
  private final Loop loop;
  private final Recorder recorder;

  public Windows(Job job, Loop loop, Recorder recorder) {
    this.job = job;
    this.loop = loop;
    this.recorder = recorder;
  }

  /**
   * What one window took.
   *
   * @param allocatedBytes null where the job does not ask for it
   * @param kept null in a closed loop
   */
  public record Measured(
      long elapsedNs,
      long queries,
      long cpuUserMicros,
      long cpuSystemMicros,
      long maxRssKib,
      Long allocatedBytes,
      OpenPace.Kept kept) {}

  /** Runs a window; the seed is that of an open loop's schedule. */
  public Measured run(double seconds, long seed) throws Exception {
    long durationNs = Math.round(seconds * NS_PER_SECOND);
    long[] schedule = job.arrivals() == null ? null : Schedule.of(job.arrivals(), seconds, seed);
    recorder.reset(durationNs);
    // What was left over before the window is not collected at its expense.
    System.gc();
    long allocatedBefore = job.countAllocations() ? Allocated.bytes() : 0;
    Usage before = Usage.now();
    Clock clock = new Clock();
    OpenPace open = schedule == null ? null : new OpenPace(clock, durationNs, schedule);
    loop.run(open == null ? new ClosedPace(clock, durationNs) : open, recorder);
    Usage after = Usage.now();
    return new Measured(
        recorder.elapsedNs(),
        recorder.queries(),
        after.userMicros() - before.userMicros(),
        after.systemMicros() - before.systemMicros(),
        after.maxRssKib(),
        job.countAllocations() ? Allocated.bytes() - allocatedBefore : null,
        open == null ? null : open.kept(recorder.queries()));
  }
}
