package pgbenchdrivers.runner.adapter.vertx;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pgbenchdrivers.runner.answer.Rows;

/** The rows of an answer, which Vert.x has decoded when it hands them over. */
final class RowSetRows implements Rows {
  private final List<Row> rows = new ArrayList<>();

  RowSetRows(RowSet<Row> answer) {
    answer.forEach(rows::add);
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public Object[] row(int index) {
    Row row = rows.get(index);
    Object[] values = new Object[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = javaValue(row.getValue(i));
    }
    return values;
  }

  /** The value in the class that Java has for it, where Vert.x has one of its own. */
  private static Object javaValue(Object value) {
    if (value instanceof Numeric number) {
      return number.bigDecimalValue();
    }
    if (value instanceof Numeric[] numbers) {
      return Arrays.stream(numbers).map(Numeric::bigDecimalValue).toArray(BigDecimal[]::new);
    }
    return value instanceof Buffer buffer ? buffer.getBytes() : value;
  }
}
