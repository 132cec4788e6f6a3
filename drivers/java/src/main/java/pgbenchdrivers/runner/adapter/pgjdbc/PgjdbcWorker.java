package pgbenchdrivers.runner.adapter.pgjdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.answer.Mismatch;
import pgbenchdrivers.runner.answer.Rows;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.window.Worker;

/** A JDBC connection, and the job's query on it. */
abstract class PgjdbcWorker implements Worker {
  final Connection connection;
  final Job.Query query;

  private PgjdbcWorker(Connection connection, Job.Query query) {
    this.connection = connection;
    this.query = query;
  }

  static PgjdbcWorker of(Connection connection, Job.Query query) throws SQLException {
    return switch (query.kind()) {
      case FETCH -> new Fetching(connection, query);
      case BATCH -> new Batching(connection, query);
      case COPY -> new Copying(connection, query);
    };
  }

  @Override
  public Rows readBack() throws SQLException, Mismatch {
    Job.Readback readback = query.readback();
    return new Fetch(connection, readback.sql(), List.of(), readback.columns()).run();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private static final class Fetching extends PgjdbcWorker {
    private final Fetch fetch;

    Fetching(Connection connection, Job.Query query) throws SQLException {
      super(connection, query);
      fetch = new Fetch(connection, query.sql(), query.args(), query.columns());
    }

    @Override
    public Answer run() throws SQLException, Mismatch {
      return Answer.fetched(fetch.run());
    }
  }

  private static final class Batching extends PgjdbcWorker {
    private final KeptStatement insert;
    private final Object[][] rows;

    Batching(Connection connection, Job.Query query) throws SQLException {
      super(connection, query);
      connection.setAutoCommit(false);
      List<Job.Column> columns = query.columns();
      insert =
          new KeptStatement(
              connection, query.sql(), columns.stream().map(Job.Column::type).toList());
      rows = query.target().rows();
    }

    @Override
    public Answer run() throws SQLException {
      for (Object[] row : rows) {
        insert.set(row);
        insert.prepared.addBatch();
      }
      insert.prepared.executeBatch();
      connection.commit();
      return Answer.counted(rows.length);
    }
  }

  private static final class Copying extends PgjdbcWorker {
    private static final int CHUNK_CHARACTERS = 64 * 1024;

    private final CopyManager manager;
    private final Object[][] rows;

    Copying(Connection connection, Job.Query query) throws SQLException {
      super(connection, query);
      manager = connection.unwrap(PGConnection.class).getCopyAPI();
      rows = query.target().rows();
    }

    @Override
    public Answer run() throws SQLException {
      CopyIn copy = manager.copyIn(query.sql());
      StringBuilder chunk = new StringBuilder(CHUNK_CHARACTERS);
      for (Object[] row : rows) {
        CopyText.appendRow(chunk, row);
        if (chunk.length() >= CHUNK_CHARACTERS) {
          send(copy, chunk);
        }
      }
      send(copy, chunk);
      return Answer.counted((int) copy.endCopy());
    }

    private static void send(CopyIn copy, StringBuilder chunk) throws SQLException {
      byte[] bytes = chunk.toString().getBytes(StandardCharsets.UTF_8);
      copy.writeToCopy(bytes, 0, bytes.length);
      chunk.setLength(0);
    }
  }
}
