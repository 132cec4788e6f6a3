package pgbenchdrivers.runner.answer;

/** A value is not what its column declares, or cannot be had as that. */
public final class Mismatch extends Exception {
  private static final long serialVersionUID = 1L;

  public Mismatch(String message) {
    super(message);
  }

  public Mismatch(String message, Throwable cause) {
    super(message, cause);
  }
}
