package pgbenchdrivers.runner.adapter.pgjdbc;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import pgbenchdrivers.runner.job.Type;

/** Sets a parameter with the method that JDBC has for its type. */
interface Binder {
  void set(PreparedStatement statement, int index, Object value) throws SQLException;

  static Binder of(Type type) {
    Binder binder = type.array() ? array(type.elementName()) : scalar(type);
    int nullType = nullType(type);
    return (statement, index, value) -> {
      if (value == null) {
        statement.setNull(index, nullType);
      } else {
        binder.set(statement, index, value);
      }
    };
  }

  private static Binder array(String element) {
    return (statement, index, value) ->
        statement.setArray(
            index, statement.getConnection().createArrayOf(element, (Object[]) value));
  }

  private static Binder scalar(Type type) {
    return switch (type.scalar()) {
      case BOOL -> (statement, index, value) -> statement.setBoolean(index, (Boolean) value);
      case INT2 -> (statement, index, value) -> statement.setShort(index, (Short) value);
      case INT4 -> (statement, index, value) -> statement.setInt(index, (Integer) value);
      case INT8, OID -> (statement, index, value) -> statement.setLong(index, (Long) value);
      case FLOAT4 -> (statement, index, value) -> statement.setFloat(index, (Float) value);
      case FLOAT8 -> (statement, index, value) -> statement.setDouble(index, (Double) value);
      case TEXT, VARCHAR, NAME, CHAR ->
          (statement, index, value) -> statement.setString(index, (String) value);
      case BYTEA -> (statement, index, value) -> statement.setBytes(index, (byte[]) value);
      case NUMERIC ->
          (statement, index, value) -> statement.setBigDecimal(index, (BigDecimal) value);
      case TIMESTAMPTZ, TIMESTAMP, DATE, UUID -> PreparedStatement::setObject;
    };
  }

  private static int nullType(Type type) {
    if (type.array()) {
      return Types.ARRAY;
    }
    return switch (type.scalar()) {
      case BOOL -> Types.BOOLEAN;
      case INT2 -> Types.SMALLINT;
      case INT4 -> Types.INTEGER;
      case INT8, OID -> Types.BIGINT;
      case FLOAT4 -> Types.REAL;
      case FLOAT8 -> Types.DOUBLE;
      case TEXT, VARCHAR, NAME, CHAR -> Types.VARCHAR;
      case BYTEA -> Types.BINARY;
      case NUMERIC -> Types.NUMERIC;
      case TIMESTAMPTZ -> Types.TIMESTAMP_WITH_TIMEZONE;
      case TIMESTAMP -> Types.TIMESTAMP;
      case DATE -> Types.DATE;
      case UUID -> Types.OTHER;
    };
  }
}
