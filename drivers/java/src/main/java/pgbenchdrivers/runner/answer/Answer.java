package pgbenchdrivers.runner.answer;

/**
 * What a query gave.
 *
 * @param rows how many rows count
 * @param decoded the rows of a fetch, null for everything else
 */
public record Answer(int rows, Rows decoded) {
  /** The answer of a fetch. */
  public static Answer fetched(Rows decoded) {
    return new Answer(decoded.size(), decoded);
  }

  /** The answer of a query that only tells how many rows it was. */
  public static Answer counted(int rows) {
    return new Answer(rows, null);
  }
}
