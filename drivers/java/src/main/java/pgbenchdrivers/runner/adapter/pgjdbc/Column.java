package pgbenchdrivers.runner.adapter.pgjdbc;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.UUID;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.Type;

/**
 * The values of a column, read with the method that JDBC has for its type. All of a row's columns
 * stand for the object that a program would declare for it, so numbers are kept as primitives.
 */
abstract class Column {
  private static final int FIRST_CAPACITY = 16;

  /** Reads a value of the current row; `index` is JDBC's, from 1. */
  abstract void read(ResultSet result, int index, int row) throws SQLException;

  abstract Object get(int row);

  /** An empty column for the values of a declared one. */
  static Column of(Job.Column column) {
    Type type = column.type();
    if (type.array()) {
      return new Objects(Column::array);
    }
    if (column.nullable()) {
      return new Objects(nullable(type));
    }
    return switch (type.scalar()) {
      case BOOL -> new Booleans();
      case INT2 -> new Shorts();
      case INT4 -> new Integers();
      case INT8, OID -> new Longs();
      case FLOAT4 -> new Floats();
      case FLOAT8 -> new Doubles();
      default -> new Objects(object(type));
    };
  }

  private static Getter nullable(Type type) {
    Getter getter =
        switch (type.scalar()) {
          case BOOL -> ResultSet::getBoolean;
          case INT2 -> ResultSet::getShort;
          case INT4 -> ResultSet::getInt;
          case INT8, OID -> ResultSet::getLong;
          case FLOAT4 -> ResultSet::getFloat;
          case FLOAT8 -> ResultSet::getDouble;
          default -> object(type);
        };
    return (result, index) -> {
      Object value = getter.get(result, index);
      return result.wasNull() ? null : value;
    };
  }

  private static Getter object(Type type) {
    return switch (type.scalar()) {
      case BYTEA -> ResultSet::getBytes;
      case NUMERIC -> ResultSet::getBigDecimal;
      case TIMESTAMPTZ -> (result, index) -> result.getObject(index, OffsetDateTime.class);
      case TIMESTAMP -> (result, index) -> result.getObject(index, LocalDateTime.class);
      case DATE -> (result, index) -> result.getObject(index, LocalDate.class);
      case UUID -> (result, index) -> result.getObject(index, UUID.class);
      default -> ResultSet::getString;
    };
  }

  private static Object array(ResultSet result, int index) throws SQLException {
    Array array = result.getArray(index);
    return array == null ? null : array.getArray();
  }

  private static int grown(int capacity) {
    return capacity == 0 ? FIRST_CAPACITY : 2 * capacity;
  }

  private interface Getter {
    Object get(ResultSet result, int index) throws SQLException;
  }

  private static final class Objects extends Column {
    private final Getter getter;
    private Object[] values = {};

    Objects(Getter getter) {
      this.getter = getter;
    }

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = getter.get(result, index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Booleans extends Column {
    private boolean[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getBoolean(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Shorts extends Column {
    private short[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getShort(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Integers extends Column {
    private int[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getInt(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Longs extends Column {
    private long[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getLong(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Floats extends Column {
    private float[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getFloat(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }

  private static final class Doubles extends Column {
    private double[] values = {};

    @Override
    void read(ResultSet result, int index, int row) throws SQLException {
      if (row == values.length) {
        values = Arrays.copyOf(values, grown(row));
      }
      values[row] = result.getDouble(index);
    }

    @Override
    Object get(int row) {
      return values[row];
    }
  }
}
