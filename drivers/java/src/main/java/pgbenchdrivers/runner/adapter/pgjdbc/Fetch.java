package pgbenchdrivers.runner.adapter.pgjdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import pgbenchdrivers.runner.answer.Mismatch;
import pgbenchdrivers.runner.answer.Rows;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.Job.Argument;

/** A query with its arguments, executed again and again. */
final class Fetch {
  private final KeptStatement statement;
  private final Object[] arguments;
  private final List<Job.Column> columns;

  Fetch(Connection connection, String sql, List<Argument> arguments, List<Job.Column> columns)
      throws SQLException {
    this.statement =
        new KeptStatement(connection, sql, arguments.stream().map(Argument::type).toList());
    this.arguments = arguments.stream().map(Argument::value).toArray();
    this.columns = columns;
  }

  Rows run() throws SQLException, Mismatch {
    statement.set(arguments);
    try (ResultSet result = statement.prepared.executeQuery()) {
      ColumnarRows rows = new ColumnarRows(columns);
      while (result.next()) {
        rows.append(result);
      }
      return rows;
    }
  }

  private static final class ColumnarRows implements Rows {
    private final List<Job.Column> declared;
    private final Column[] columns;
    private int size;

    ColumnarRows(List<Job.Column> declared) {
      this.declared = declared;
      this.columns = new Column[declared.size()];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = Column.of(declared.get(i));
      }
    }

    void append(ResultSet result) throws Mismatch {
      int i = 0;
      try {
        for (; i < columns.length; i++) {
          columns[i].read(result, i + 1, size);
        }
      } catch (SQLException | RuntimeException error) {
        Job.Column column = declared.get(i);
        throw new Mismatch(
            "column %d (%s): no %s: %s"
                .formatted(i + 1, column.name(), column.type(), error.getMessage()),
            error);
      }
      size++;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Object[] row(int index) {
      Object[] row = new Object[columns.length];
      for (int i = 0; i < row.length; i++) {
        row[i] = columns[i].get(index);
      }
      return row;
    }
  }
}
