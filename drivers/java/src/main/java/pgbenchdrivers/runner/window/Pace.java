package pgbenchdrivers.runner.window;

/** When a window's queries start; all workers ask the same one. Times are the window's. */
public interface Pace {
  /** What {@link #take} returns when no query is left. */
  long NONE = -1;

  /** When the next query is due, from which its latency counts, or NONE. */
  long take();

  /** Told when a query is to start; false when the window is over, so that it must not. */
  boolean starts(long due);

  /** Now. */
  long now();
}
