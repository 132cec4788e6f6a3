package pgbenchdrivers.runner.window;

/** The time of a window: nanoseconds since its start. */
public final class Clock {
  private final long epoch = System.nanoTime();

  public long now() {
    return System.nanoTime() - epoch;
  }
}
