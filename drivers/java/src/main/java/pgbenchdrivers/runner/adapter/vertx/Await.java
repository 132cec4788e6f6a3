package pgbenchdrivers.runner.adapter.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Waits, in a thread that is not the event loop's, for what happens in the event loop. */
final class Await {
  private Await() {}

  /** The outcome of an action that starts in the event loop. */
  static <T> T the(Context context, Supplier<Future<T>> action) throws Exception {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    context.runOnContext(
        nothing -> action.get().onComplete(outcome::complete, outcome::completeExceptionally));
    return of(outcome);
  }

  static <T> T of(CompletableFuture<T> outcome) throws Exception {
    try {
      return outcome.get();
    } catch (ExecutionException error) {
      throw error.getCause() instanceof Exception cause ? cause : error;
    }
  }
}
