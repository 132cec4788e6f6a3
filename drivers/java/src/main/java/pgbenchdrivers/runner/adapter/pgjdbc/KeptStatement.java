package pgbenchdrivers.runner.adapter.pgjdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import pgbenchdrivers.runner.job.Type;

/** A PreparedStatement that is kept, and how its parameters are set. */
final class KeptStatement {
  final PreparedStatement prepared;
  private final int[] order;
  private final Binder[] binders;

  /** Prepares a statement with $1 … for parameters of these types. */
  KeptStatement(Connection connection, String sql, List<Type> types) throws SQLException {
    Placeholders placeholders = Placeholders.of(sql);
    prepared = connection.prepareStatement(placeholders.sql());
    order = placeholders.order().stream().mapToInt(Integer::intValue).toArray();
    binders = types.stream().map(Binder::of).toArray(Binder[]::new);
  }

  /** Sets all parameters. */
  void set(Object[] arguments) throws SQLException {
    for (int i = 0; i < order.length; i++) {
      int argument = order[i];
      binders[argument].set(prepared, i + 1, arguments[argument]);
    }
  }
}
