package pgbenchdrivers.runner.adapter.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.answer.Rows;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.window.Worker;

/** A connection in the event loop, and the job's query on it. */
final class VertxWorker implements Worker {
  private final Context context;
  private final PgConnection connection;
  private final Job.Query query;
  private final PreparedQuery<RowSet<Row>> prepared;
  private final Object[] arguments;
  private final Object[][] rows;

  VertxWorker(Context context, PgConnection connection, Job.Query query) {
    this.context = context;
    this.connection = connection;
    this.query = query;
    this.prepared = connection.preparedQuery(query.sql());
    this.arguments = query.args().stream().map(each -> vertxValue(each.value())).toArray();
    this.rows = query.target() == null ? null : vertxRows(query.target());
  }

  private static Object[][] vertxRows(Job.Target target) {
    Object[][] rows = target.rows();
    for (Object[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = vertxValue(row[i]);
      }
    }
    return rows;
  }

  /** The value in Vert.x's own class, where it wants one. */
  private static Object vertxValue(Object value) {
    return value instanceof byte[] bytes ? Buffer.buffer(bytes) : value;
  }

  /** Starts one query, in the event loop; it ends with the number of its rows. */
  Future<Integer> start() {
    return query.kind() == Job.Kind.FETCH ? fetch().map(RowSet::size) : insert();
  }

  private Future<RowSet<Row>> fetch() {
    return prepared.execute(Tuple.from(arguments));
  }

  private Future<Integer> insert() {
    List<Tuple> batch = new ArrayList<>(rows.length);
    for (Object[] row : rows) {
      batch.add(Tuple.from(row));
    }
    return connection
        .begin()
        .compose(
            transaction -> prepared.executeBatch(batch).compose(nothing -> transaction.commit()))
        .map(nothing -> rows.length);
  }

  @Override
  public Answer run() throws Exception {
    if (query.kind() == Job.Kind.FETCH) {
      return Answer.fetched(new RowSetRows(Await.the(context, this::fetch)));
    }
    return Answer.counted(Await.the(context, this::start));
  }

  @Override
  public Rows readBack() throws Exception {
    String sql = query.readback().sql();
    return new RowSetRows(Await.the(context, () -> connection.preparedQuery(sql).execute()));
  }

  @Override
  public void close() throws Exception {
    Await.the(context, connection::close);
  }
}
