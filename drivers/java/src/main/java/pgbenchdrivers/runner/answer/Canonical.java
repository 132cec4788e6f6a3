package pgbenchdrivers.runner.answer;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import pgbenchdrivers.runner.job.Job.Column;
import pgbenchdrivers.runner.job.Scalar;
import pgbenchdrivers.runner.job.Type;

/** The canonical form of decoded values, on whose checksum all drivers must agree. */
final class Canonical {
  private Canonical() {}

  /** The form of a row; a value that is not native to its column's type is a mismatch. */
  static byte[] row(List<Column> columns, Object[] values) throws Mismatch {
    if (values.length != columns.size()) {
      throw new Mismatch("expected " + columns.size() + " columns, got " + values.length);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    append(out, "R" + values.length + ":");
    for (int i = 0; i < values.length; i++) {
      Column column = columns.get(i);
      try {
        value(out, column.type(), values[i]);
      } catch (Mismatch mismatch) {
        throw new Mismatch(
            "column %d (%s): %s".formatted(i + 1, column.name(), mismatch.getMessage()), mismatch);
      }
    }
    return out.toByteArray();
  }

  private static void value(ByteArrayOutputStream out, Type type, Object value) throws Mismatch {
    if (value == null) {
      append(out, "N;");
    } else if (type.array()) {
      array(out, type, value);
    } else if (!scalar(out, type.scalar(), value)) {
      throw mismatch(type, value);
    }
  }

  private static void array(ByteArrayOutputStream out, Type type, Object value) throws Mismatch {
    if (!(value instanceof Object[] elements)) {
      throw mismatch(type, value);
    }
    append(out, "a" + elements.length + ":");
    Type element = new Type(type.scalar(), false);
    for (Object each : elements) {
      value(out, element, each);
    }
    append(out, ";");
  }

  private static Mismatch mismatch(Type type, Object value) {
    return new Mismatch("expected " + type + ", got " + value.getClass().getSimpleName());
  }

  /** Appends a value's form, or tells that the value is not native to the type. */
  private static boolean scalar(ByteArrayOutputStream out, Scalar scalar, Object value) {
    return switch (scalar) {
      case BOOL -> value instanceof Boolean truth && append(out, truth ? "b:t;" : "b:f;");
      case INT2, INT4, INT8, OID -> isInteger(value) && append(out, "i:" + value + ";");
      case FLOAT4 -> isFloat(value) && append(out, bits(((Number) value).floatValue()));
      case FLOAT8 -> value instanceof Double number && append(out, bits(number));
      case TEXT, VARCHAR, NAME, CHAR ->
          value instanceof String text && sized(out, "s", text.getBytes(StandardCharsets.UTF_8));
      case BYTEA -> value instanceof byte[] bytes && sized(out, "x", bytes);
      case TIMESTAMPTZ ->
          value instanceof OffsetDateTime moment && append(out, micros(moment.toInstant()));
      case TIMESTAMP ->
          value instanceof LocalDateTime moment
              && append(out, micros(moment.toInstant(ZoneOffset.UTC)));
      case DATE -> value instanceof LocalDate day && append(out, "d:" + day.toEpochDay() + ";");
      case NUMERIC -> value instanceof BigDecimal number && append(out, decimal(number));
      case UUID -> value instanceof UUID id && append(out, "u:" + hex(id) + ";");
    };
  }

  private static boolean isInteger(Object value) {
    return value instanceof Short || value instanceof Integer || value instanceof Long;
  }

  private static boolean isFloat(Object value) {
    return value instanceof Float || value instanceof Double;
  }

  private static String bits(double number) {
    return "f:%016x;".formatted(Double.doubleToRawLongBits(number));
  }

  private static String micros(Instant moment) {
    return "t:" + ChronoUnit.MICROS.between(Instant.EPOCH, moment) + ";";
  }

  private static String decimal(BigDecimal number) {
    return "m:" + number.stripTrailingZeros().toPlainString() + ";";
  }

  private static String hex(UUID id) {
    return "%016x%016x".formatted(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  private static boolean sized(ByteArrayOutputStream out, String mark, byte[] content) {
    append(out, mark + content.length + ":");
    out.writeBytes(content);
    return append(out, ";");
  }

  private static boolean append(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return true;
  }
}
