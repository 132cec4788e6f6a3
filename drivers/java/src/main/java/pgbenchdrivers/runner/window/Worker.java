package pgbenchdrivers.runner.window;

import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.answer.Rows;

/** One connection, and the job's query on it; all calls block. */
public interface Worker {
  /** One query of the contract. */
  Answer run() throws Exception;

  /** What a batch or copy has written. */
  Rows readBack() throws Exception;

  /** Starts anew with each window. */
  default void restart() {}

  void close() throws Exception;
}
