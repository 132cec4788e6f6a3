package pgbenchdrivers.runner.adapter.pgjdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.DriverInfo;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.Description;
import pgbenchdrivers.runner.adapter.Options;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Fields;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.window.Loop;
import pgbenchdrivers.runner.window.ThreadLoop;

/**
 * The PostgreSQL JDBC driver: a thread and a Connection for each worker, whose PreparedStatement is
 * kept.
 */
public final class PgjdbcAdapter implements Adapter<PgjdbcWorker> {
  private static final String THRESHOLD = "prepare_threshold";
  // Named on the server, and binary, from the first execution on: the driver's "forceBinary".
  // With other thresholds the answer that is verified would come as text.
  private static final int PREPARE_AT_ONCE = -1;
  // The documentation's way to unix sockets, for which the driver has no code of its own.
  private static final String SOCKET_FACTORY =
      "org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg";

  private final Job job;
  private final int threshold;

  public PgjdbcAdapter(Job job) throws Failure {
    Fields options = Options.of(job, THRESHOLD);
    this.job = job;
    this.threshold = options.has(THRESHOLD) ? options.count(THRESHOLD, 0) : PREPARE_AT_ONCE;
  }

  @Override
  public Description description() {
    return new Description("pgjdbc", DriverInfo.DRIVER_VERSION, Map.of(), mode(), false);
  }

  private String mode() {
    String statement = "PreparedStatement kept, prepareThreshold=" + threshold;
    String results = threshold == 0 ? "text" : "binary where pgjdbc has it";
    return switch (job.query().kind()) {
      case FETCH -> statement + "; autocommit; ResultSet's typed getters; " + results;
      case BATCH -> statement + "; addBatch and executeBatch, not rewritten, in one transaction";
      case COPY -> "CopyManager, text COPY; autocommit";
    };
  }

  @Override
  public PgjdbcWorker connect() throws SQLException {
    return PgjdbcWorker.of(source().getConnection(), job.query());
  }

  private PGSimpleDataSource source() {
    Job.Connection where = job.connection();
    PGSimpleDataSource source = new PGSimpleDataSource();
    if (where.isUnixSocket()) {
      source.setServerNames(new String[] {"localhost"});
      source.setSocketFactory(SOCKET_FACTORY);
      source.setSocketFactoryArg(where.socketPath());
    } else {
      source.setServerNames(new String[] {where.host()});
    }
    source.setPortNumbers(new int[] {where.port()});
    source.setUser(where.user());
    source.setPassword(where.password());
    source.setDatabaseName(where.database());
    source.setSslMode(where.caFile() == null ? "disable" : "verify-full");
    source.setSslRootCert(where.caFile());
    source.setPrepareThreshold(threshold);
    return source;
  }

  @Override
  public Loop loop(List<PgjdbcWorker> workers) {
    return new ThreadLoop(workers);
  }
}
