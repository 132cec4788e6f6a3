package pgbenchdrivers.runner.window;

import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A thread for each worker. */
public final class ThreadLoop implements Loop {
  private final List<? extends Worker> workers;
  private final CompletionService<Void> threads;

  public ThreadLoop(List<? extends Worker> workers) {
    int count = workers.size();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            count, count, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), ThreadLoop::daemon);
    pool.prestartAllCoreThreads();
    this.workers = workers;
    this.threads = new ExecutorCompletionService<>(pool);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "worker");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void run(Pace pace, Recorder recorder) throws Exception {
    for (Worker worker : workers) {
      worker.restart();
      threads.submit(() -> work(worker, pace, recorder));
    }
    for (int ended = 0; ended < workers.size(); ended++) {
      try {
        threads.take().get();
      } catch (ExecutionException error) {
        throw error.getCause() instanceof Exception cause ? cause : error;
      }
    }
  }

  private static Void work(Worker worker, Pace pace, Recorder recorder) throws Exception {
    for (long due = pace.take(); due != Pace.NONE; due = pace.take()) {
      waitFor(due, pace);
      if (!pace.starts(due)) {
        break;
      }
      int rows = worker.run().rows();
      recorder.record(due, pace.now(), rows);
    }
    return null;
  }

  /** Java's own timer is exact to some ten microseconds, so that nothing is left to spin away. */
  private static void waitFor(long due, Pace pace) {
    for (long left = due - pace.now(); left > 0; left = due - pace.now()) {
      LockSupport.parkNanos(left);
    }
  }
}
