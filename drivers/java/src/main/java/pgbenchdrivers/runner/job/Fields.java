package pgbenchdrivers.runner.job;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import pgbenchdrivers.runner.failure.Failure;

/** A JSON object's fields, each with its expected type; failures name the field's path. */
public final class Fields {
  private final JsonObject object;
  private final String path;

  private Fields(JsonObject object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The fields of an object that failures call `path`, or nothing for the job itself. */
  public static Fields of(JsonElement json, String path) throws Failure {
    if (!json.isJsonObject()) {
      throw Failure.badJob(
          (path.isEmpty() ? "the job" : path) + ": expected an object, got " + json);
    }
    return new Fields(json.getAsJsonObject(), path);
  }

  /** Whether the field is there and not null. */
  public boolean has(String name) {
    return !optional(name).isJsonNull();
  }

  /** The field, null when it is missing. */
  public JsonElement optional(String name) {
    return object.has(name) ? object.get(name) : JsonNull.INSTANCE;
  }

  public Fields object(String name) throws Failure {
    return of(optional(name), pathOf(name));
  }

  public JsonObject json() {
    return object;
  }

  public String string(String name) throws Failure {
    return primitive(name, "a string", JsonPrimitive::isString).getAsString();
  }

  public String stringOrNull(String name) throws Failure {
    return has(name) ? string(name) : null;
  }

  public boolean bool(String name, boolean otherwise) throws Failure {
    if (!has(name)) {
      return otherwise;
    }
    return primitive(name, "true or false", JsonPrimitive::isBoolean).getAsBoolean();
  }

  /** A number of `least` or more. */
  public double number(String name, double least) throws Failure {
    double number = primitive(name, "a number", JsonPrimitive::isNumber).getAsDouble();
    if (!(number >= least) || Double.isInfinite(number)) {
      throw invalid(name, least + " or more");
    }
    return number;
  }

  /** A whole number of `least` or more. */
  public long integer(String name, long least) throws Failure {
    JsonPrimitive number = primitive(name, "a whole number", JsonPrimitive::isNumber);
    try {
      long whole = number.getAsBigDecimal().longValueExact();
      if (whole >= least) {
        return whole;
      }
    } catch (ArithmeticException error) {
      throw invalid(name, "a whole number");
    }
    throw invalid(name, least + " or more");
  }

  /** A whole number of `least` or more that counts things in memory. */
  public int count(String name, int least) throws Failure {
    long count = integer(name, least);
    if (count > Integer.MAX_VALUE) {
      throw invalid(name, Integer.MAX_VALUE + " or less");
    }
    return (int) count;
  }

  /** One of an enumeration's constants, in lower case. */
  public <E extends Enum<E>> E constant(String name, Class<E> type) throws Failure {
    String text = string(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw invalid(
        name, "one of " + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT));
  }

  public JsonArray list(String name) throws Failure {
    JsonElement json = optional(name);
    if (!json.isJsonArray()) {
      throw invalid(name, "a list");
    }
    return json.getAsJsonArray();
  }

  /** The objects of a list. */
  public List<Fields> objects(String name) throws Failure {
    List<Fields> objects = new ArrayList<>();
    for (JsonElement json : list(name)) {
      objects.add(of(json, pathOf(name) + "[" + objects.size() + "]"));
    }
    return objects;
  }

  public String pathOf(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private interface Is {
    boolean expected(JsonPrimitive json);
  }

  private JsonPrimitive primitive(String name, String expected, Is is) throws Failure {
    JsonElement json = optional(name);
    if (!json.isJsonPrimitive() || !is.expected(json.getAsJsonPrimitive())) {
      throw invalid(name, expected);
    }
    return json.getAsJsonPrimitive();
  }

  private Failure invalid(String name, String expected) {
    String got = object.has(name) ? object.get(name).toString() : "nothing";
    return Failure.badJob(pathOf(name) + ": expected " + expected + ", got " + got);
  }
}
