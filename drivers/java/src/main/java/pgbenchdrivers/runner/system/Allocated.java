package pgbenchdrivers.runner.system;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the threads that are alive have allocated on the heap. */
public final class Allocated {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocated() {}

  /** Bytes since each of them began. */
  public static long bytes() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(bytes, 0); // -1 of a thread that has ended meanwhile
    }
    return sum;
  }
}
