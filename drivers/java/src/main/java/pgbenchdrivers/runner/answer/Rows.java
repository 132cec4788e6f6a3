package pgbenchdrivers.runner.answer;

/** The decoded rows of an answer. */
public interface Rows {
  int size();

  /** The values of a row, null for NULL. */
  Object[] row(int index);
}
