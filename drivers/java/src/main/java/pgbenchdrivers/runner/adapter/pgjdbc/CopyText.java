package pgbenchdrivers.runner.adapter.pgjdbc;

import java.math.BigDecimal;
import java.util.HexFormat;

/** Writes rows in COPY's text format, which CopyManager leaves to its user. */
final class CopyText {
  private CopyText() {}

  static void appendRow(StringBuilder out, Object[] row) {
    for (int i = 0; i < row.length; i++) {
      if (i > 0) {
        out.append('\t');
      }
      append(out, row[i]);
    }
    out.append('\n');
  }

  private static void append(StringBuilder out, Object value) {
    if (value == null) {
      out.append("\\N");
    } else if (value instanceof Integer number) {
      out.append(number.intValue());
    } else if (value instanceof Long number) {
      out.append(number.longValue());
    } else if (value instanceof Double number) {
      out.append(number.doubleValue());
    } else if (value instanceof String text) {
      appendEscaped(out, text);
    } else {
      appendEscaped(out, text(value));
    }
  }

  private static void appendEscaped(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      switch (each) {
        case '\\' -> out.append("\\\\");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> out.append(each);
      }
    }
  }

  /** A value as PostgreSQL reads it; all other types' toString is what it reads. */
  private static String text(Object value) {
    if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value instanceof Object[] elements ? array(elements) : value.toString();
  }

  private static String array(Object[] elements) {
    StringBuilder out = new StringBuilder("{");
    for (Object element : elements) {
      if (out.length() > 1) {
        out.append(',');
      }
      out.append(element == null ? "NULL" : quoted(text(element)));
    }
    return out.append('}').toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
