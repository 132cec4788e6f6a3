package pgbenchdrivers.runner.system;

import com.sun.jna.Native;

/** Notices that nobody reads the runner's events any more. */
public final class Lifeline {
  private static final int STDOUT = 1;

  private Lifeline() {}

  /**
   * Runs `lost` when the other end of stdout is closed. Without it a runner whose orchestrator was
   * killed would go on until its next event, which may be a whole window away. The thread sleeps in
   * poll(2), and costs nothing.
   */
  public static void watch(Runnable lost) {
    Thread thread = new Thread(() -> waitForTheEnd(lost), "lifeline");
    thread.setDaemon(true);
    thread.start();
  }

  private static void waitForTheEnd(Runnable lost) {
    int ready;
    do {
      // No events are asked for: errors and hang-ups are always reported.
      ready = Libc.poll(new int[] {STDOUT, 0}, 1, -1);
    } while (ready < 0 && Native.getLastError() == Libc.EINTR);
    if (ready > 0) {
      lost.run();
    }
  }
}
