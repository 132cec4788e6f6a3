package pgbenchdrivers.runner.job;

import java.util.Locale;

/** A PostgreSQL type as the contract names it: {@code int4}, or {@code int4[]} for an array. */
public record Type(Scalar scalar, boolean array) {
  private static final String ARRAY_SUFFIX = "[]";

  /**
   * The type of this name.
   *
   * @throws IllegalArgumentException when it is none of the contract's
   */
  public static Type of(String name) {
    boolean array = name.endsWith(ARRAY_SUFFIX);
    String element = array ? name.substring(0, name.length() - ARRAY_SUFFIX.length()) : name;
    for (Scalar scalar : Scalar.values()) {
      if (lowerCase(scalar).equals(element)) {
        return new Type(scalar, array);
      }
    }
    throw new IllegalArgumentException("\"" + name + "\" is none of the contract's types");
  }

  /** The name of the type, or of an array's elements. */
  public String elementName() {
    return lowerCase(scalar);
  }

  @Override
  public String toString() {
    return array ? elementName() + ARRAY_SUFFIX : elementName();
  }

  private static String lowerCase(Scalar scalar) {
    return scalar.name().toLowerCase(Locale.ROOT);
  }
}
