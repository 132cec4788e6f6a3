package pgbenchdrivers.runner.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds the process to one core, as GOMAXPROCS=1 and Python's lock hold others. Java's threads run
 * on all cores, and so would its compiler and garbage collector beside them.
 */
public final class OneCore {
  private static final int MASK_LONGS = 16;

  private OneCore() {}

  /** Lets all threads, and those that they will start, run where this one runs now only. */
  public static void hold() {
    int cpu = Libc.sched_getcpu();
    long[] mask = new long[MASK_LONGS];
    mask[cpu / Long.SIZE] = 1L << cpu;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        // A thread that has ended meanwhile needs nothing.
        Libc.sched_setaffinity(
            Integer.parseInt(thread.getFileName().toString()), MASK_LONGS * Long.BYTES, mask);
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
