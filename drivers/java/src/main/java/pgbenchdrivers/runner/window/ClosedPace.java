package pgbenchdrivers.runner.window;

/** Each query is due when its worker asks for it. */
final class ClosedPace implements Pace {
  private final Clock clock;
  private final long durationNs;

  ClosedPace(Clock clock, long durationNs) {
    this.clock = clock;
    this.durationNs = durationNs;
  }

  @Override
  public long take() {
    long now = clock.now();
    return now < durationNs ? now : NONE;
  }

  @Override
  public boolean starts(long due) {
    return true;
  }

  @Override
  public long now() {
    return clock.now();
  }
}
