package pgbenchdrivers.runner.job;

import com.google.gson.JsonObject;
import java.util.List;

/**
 * One cell and round: a driver, a query and a concurrency.
 *
 * @param options the driver's own settings
 * @param arrivals when queries are due in an open loop, null in a closed one
 * @param countAllocations whether windows tell how many bytes were allocated in them
 */
public record Job(
    String driver,
    JsonObject options,
    Connection connection,
    Query query,
    int concurrency,
    double warmupSeconds,
    double measureSeconds,
    Arrivals arrivals,
    long seed,
    boolean countAllocations) {

  /**
   * Where the server is.
   *
   * @param host a name or address, or the directory of a unix socket when it starts with "/"
   * @param password null where none is wanted
   * @param caFile the certificates that the server's must be signed by, null for plain text
   */
  public record Connection(
      String host, int port, String user, String password, String database, String caFile) {
    private static final String SOCKET_PREFIX = "/.s.PGSQL.";

    public boolean isUnixSocket() {
      return host.startsWith("/");
    }

    /** The path of the unix socket. */
    public String socketPath() {
      return host + SOCKET_PREFIX + port;
    }
  }

  /** What one query is. */
  public enum Kind {
    FETCH,
    BATCH,
    COPY
  }

  /**
   * What is measured.
   *
   * @param target the rows that batch and copy write, null for a fetch
   * @param readback the fetch that shows what they have written, null for a fetch
   */
  public record Query(
      Kind kind,
      String sql,
      List<Argument> args,
      List<Column> columns,
      Target target,
      Readback readback,
      Expect expect) {

    /** The columns of the answer that is verified. */
    public List<Column> answerColumns() {
      return readback == null ? columns : readback.columns();
    }
  }

  /** A column of an answer, or a parameter to send. */
  public record Column(String name, Type type, boolean nullable) {}

  /** An argument; its value may be null. */
  public record Argument(Type type, Object value) {}

  /** The row that batch and copy write, so many times. */
  public record Target(List<Object> row, int rowCount) {
    /** The rows to send: each an array of its own, as a program that read them would have it. */
    public Object[][] rows() {
      Object[][] rows = new Object[rowCount][];
      for (int i = 0; i < rowCount; i++) {
        rows[i] = row.toArray();
      }
      return rows;
    }
  }

  /** A fetch without arguments. */
  public record Readback(String sql, List<Column> columns) {}

  /** The right answer; a synthetic driver's has no checksum. */
  public record Expect(int rows, String checksum) {}

  /** When queries are due. */
  public record Arrivals(Process process, double perSecond) {}

  /** How the queries of an open loop are spread over its time. */
  public enum Process {
    CONSTANT,
    POISSON
  }
}
