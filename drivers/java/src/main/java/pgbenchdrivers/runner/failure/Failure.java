package pgbenchdrivers.runner.failure;

/** Why a job cannot be done, in one sentence; anything else that is thrown is a crash. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** The contract's kinds of failure, with their exit codes. */
  public enum Kind {
    BAD_JOB("bad-job", 2),
    UNSUPPORTED("unsupported", 3),
    WRONG_ANSWER("wrong-answer", 4),
    DRIVER("driver", 5);

    public final String text;
    public final int exitCode;

    Kind(String text, int exitCode) {
      this.text = text;
      this.exitCode = exitCode;
    }
  }

  private final Kind kind;

  private Failure(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public static Failure badJob(String message) {
    return new Failure(Kind.BAD_JOB, message, null);
  }

  public static Failure unsupported(String message) {
    return new Failure(Kind.UNSUPPORTED, message, null);
  }

  public static Failure wrongAnswer(String message) {
    return new Failure(Kind.WRONG_ANSWER, message, null);
  }

  /** Leaves failures as they are; whatever else a driver throws is the driver's. */
  public static Failure ofDriver(Throwable cause) {
    if (cause instanceof Failure failure) {
      return failure;
    }
    String message = said(cause);
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (!message.contains(said(root))) {
      message += ": " + said(root);
    }
    return new Failure(Kind.DRIVER, message, cause);
  }

  private static String said(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.getClass().getName() : message;
  }
}
