package pgbenchdrivers.runner.adapter.vertx;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import pgbenchdrivers.runner.window.Loop;
import pgbenchdrivers.runner.window.Pace;
import pgbenchdrivers.runner.window.Recorder;

/** All workers in one event loop. */
final class EventLoop implements Loop {
  private final Context context;
  private final List<VertxWorker> workers;
  // Vert.x's own timers are in whole milliseconds. Starts its thread when it is first used.
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  EventLoop(Context context, List<VertxWorker> workers) {
    this.context = context;
    this.workers = workers;
  }

  @Override
  public void run(Pace pace, Recorder recorder) throws Exception {
    Run run = new Run(pace, recorder);
    context.exceptionHandler(run.ended::completeExceptionally);
    context.runOnContext(nothing -> workers.forEach(run::next));
    Await.of(run.ended);
  }

  /** One window; everything but its timer happens in the event loop. */
  private final class Run {
    private final Pace pace;
    private final Recorder recorder;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private int running = workers.size();

    Run(Pace pace, Recorder recorder) {
      this.pace = pace;
      this.recorder = recorder;
    }

    void next(VertxWorker worker) {
      long due = pace.take();
      if (due == Pace.NONE) {
        end();
        return;
      }
      long left = due - pace.now();
      if (left <= 0) {
        start(worker, due);
      } else {
        timer.schedule(() -> wake(worker, due), left, TimeUnit.NANOSECONDS);
      }
    }

    private void wake(VertxWorker worker, long due) {
      context.runOnContext(nothing -> start(worker, due));
    }

    private void start(VertxWorker worker, long due) {
      if (pace.starts(due)) {
        worker.start().onComplete(answer -> answered(worker, due, answer));
      } else {
        end();
      }
    }

    private void answered(VertxWorker worker, long due, AsyncResult<Integer> answer) {
      if (answer.failed()) {
        ended.completeExceptionally(answer.cause());
        return;
      }
      recorder.record(due, pace.now(), answer.result());
      next(worker);
    }

    private void end() {
      running--;
      if (running == 0) {
        ended.complete(null);
      }
    }
  }
}
