package pgbenchdrivers.runner.adapter.vertx;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.SslMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.Description;
import pgbenchdrivers.runner.adapter.Options;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Fields;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.Scalar;
import pgbenchdrivers.runner.job.Type;
import pgbenchdrivers.runner.window.Loop;

/** Vert.x's reactive client: all connections in one event loop, statements cached by the driver. */
public final class VertxAdapter implements Adapter<VertxWorker> {
  private static final String PROXY = "use_layer_7_proxy";

  private final Job job;
  private final boolean behindProxy;
  private final Vertx vertx;
  private final Context context;

  public VertxAdapter(Job job) throws Failure {
    Fields options = Options.of(job, PROXY);
    this.job = job;
    this.behindProxy = options.bool(PROXY, false);
    // Without the file system's cache, which would leave a directory behind.
    FileSystemOptions noCache =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    this.vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setFileSystemOptions(noCache));
    this.context = vertx.getOrCreateContext();
  }

  @Override
  public Description description() {
    return new Description(
        "vertx-pg-client", versionOf(PgConnection.class), Map.of("netty", netty()), mode(), false);
  }

  private static String versionOf(Class<?> type) {
    return type.getPackage().getImplementationVersion();
  }

  private static String netty() {
    return io.netty.util.Version.identify().get("netty-common").artifactVersion();
  }

  private String mode() {
    String statement =
        behindProxy
            ? "preparedQuery with an unnamed statement, as useLayer7Proxy has it"
            : "preparedQuery, statement prepared and cached by the driver";
    return switch (job.query().kind()) {
      case FETCH -> statement + "; binary results (numeric: text) in a RowSet";
      case BATCH -> statement + "; executeBatch in a transaction";
      case COPY -> "no COPY";
    };
  }

  @Override
  public VertxWorker connect() throws Exception {
    checkSupport();
    PgConnection connection =
        Await.the(context, () -> PgConnection.connect(vertx, connectOptions()));
    return new VertxWorker(context, connection, job.query());
  }

  private void checkSupport() throws Failure {
    if (job.query().kind() == Job.Kind.COPY) {
      throw Failure.unsupported("Vert.x's client has no interface for COPY");
    }
    List<Type> types = new ArrayList<>();
    job.query().args().forEach(argument -> types.add(argument.type()));
    job.query().columns().forEach(column -> types.add(column.type()));
    job.query().answerColumns().forEach(column -> types.add(column.type()));
    if (types.stream().anyMatch(type -> type.scalar() == Scalar.OID)) {
      throw Failure.unsupported("Vert.x's client cannot decode oid, and gives null for it");
    }
  }

  private PgConnectOptions connectOptions() {
    Job.Connection where = job.connection();
    PgConnectOptions options = new PgConnectOptions();
    options.setHost(where.host());
    options.setPort(where.port());
    options.setUser(where.user());
    options.setDatabase(where.database());
    options.setCachePreparedStatements(!behindProxy);
    options.setUseLayer7Proxy(behindProxy);
    if (where.password() != null) {
      options.setPassword(where.password());
    }
    if (where.caFile() == null) {
      options.setSslMode(SslMode.DISABLE);
    } else {
      options.setSslMode(SslMode.VERIFY_FULL);
      options.setSslOptions(
          new ClientSSLOptions()
              .setTrustOptions(new PemTrustOptions().addCertPath(where.caFile()))
              .setHostnameVerificationAlgorithm("HTTPS"));
    }
    return options;
  }

  @Override
  public Loop loop(List<VertxWorker> workers) {
    return new EventLoop(context, workers);
  }
}
