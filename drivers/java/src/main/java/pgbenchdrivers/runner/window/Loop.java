package pgbenchdrivers.runner.window;

/** Runs the queries of connected workers. */
public interface Loop {
  /**
   * Lets all workers run queries at a pace until none is left, and waits for those under way. The
   * first error ends it at once, without waiting for workers that may hang.
   */
  void run(Pace pace, Recorder recorder) throws Exception;
}
