package pgbenchdrivers.runner.job;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.Array;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.UUID;

/** Makes a job's JSON into the Java values of PostgreSQL's types. */
final class Values {
  private Values() {}

  /**
   * The value, null for null.
   *
   * @throws IllegalArgumentException when the JSON is no value of the type
   */
  static Object of(Type type, JsonElement json) {
    if (json.isJsonNull()) {
      return null;
    }
    try {
      return type.array() ? arrayOf(type, json) : scalarOf(type.scalar(), text(json));
    } catch (ArithmeticException | IllegalArgumentException | DateTimeParseException error) {
      throw new IllegalArgumentException(json + ": no value of " + type, error);
    }
  }

  private static Object arrayOf(Type type, JsonElement json) {
    if (!json.isJsonArray()) {
      throw new IllegalArgumentException("expected a list");
    }
    JsonArray list = json.getAsJsonArray();
    Object array = Array.newInstance(type.scalar().javaClass, list.size());
    Type element = new Type(type.scalar(), false);
    for (int i = 0; i < list.size(); i++) {
      Array.set(array, i, of(element, list.get(i)));
    }
    return array;
  }

  private static JsonPrimitive text(JsonElement json) {
    if (!json.isJsonPrimitive()) {
      throw new IllegalArgumentException("expected no list or object");
    }
    return json.getAsJsonPrimitive();
  }

  private static Object scalarOf(Scalar scalar, JsonPrimitive json) {
    if (scalar == Scalar.BOOL && !json.isBoolean()) {
      throw new IllegalArgumentException("expected true or false");
    }
    return switch (scalar) {
      case BOOL -> json.getAsBoolean();
      case INT2 -> json.getAsBigDecimal().shortValueExact();
      case INT4 -> json.getAsBigDecimal().intValueExact();
      case INT8, OID -> json.getAsBigDecimal().longValueExact();
      case FLOAT4 -> json.getAsFloat();
      case FLOAT8 -> json.getAsDouble();
      case TEXT, VARCHAR, NAME, CHAR -> json.getAsString();
      case BYTEA -> HexFormat.of().parseHex(json.getAsString());
      case TIMESTAMPTZ -> OffsetDateTime.parse(json.getAsString());
      case TIMESTAMP -> LocalDateTime.parse(json.getAsString());
      case DATE -> LocalDate.parse(json.getAsString());
      case NUMERIC -> json.getAsBigDecimal();
      case UUID -> UUID.fromString(json.getAsString());
    };
  }
}
