package pgbenchdrivers.runner.adapter.synthetic;

import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.answer.Rows;
import pgbenchdrivers.runner.window.Worker;

/** A worker without a connection. */
interface SyntheticWorker extends Worker {
  @Override
  Answer run();

  @Override
  default Rows readBack() {
    throw new UnsupportedOperationException("a synthetic driver writes nothing");
  }

  @Override
  default void close() {}
}
