package pgbenchdrivers.runner.adapter.pgjdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement as JDBC wants it, with "?" for each parameter where PostgreSQL has $1.
 *
 * @param order the index of the argument, from 0, that each "?" stands for
 */
record Placeholders(String sql, List<Integer> order) {
  private static final String ESCAPED = "[eE]'(?:[^'\\\\]|\\\\.)*+'";
  private static final String QUOTED = "'[^']*+'|\"[^\"]*+\"";
  private static final String DOLLAR_QUOTED = "\\$((?:[A-Za-z_]\\w*)?)\\$.*?\\$\\1\\$";
  private static final String COMMENT = "--[^\n]*+|/\\*.*?\\*/";
  private static final Pattern TOKENS =
      Pattern.compile(
          String.join("|", ESCAPED, QUOTED, DOLLAR_QUOTED, COMMENT, "\\$(\\d+)", "\\?"),
          Pattern.DOTALL);
  private static final int NUMBER = 2;

  static Placeholders of(String sql) {
    List<Integer> order = new ArrayList<>();
    StringBuilder jdbc = new StringBuilder();
    Matcher token = TOKENS.matcher(sql);
    while (token.find()) {
      token.appendReplacement(jdbc, Matcher.quoteReplacement(replaced(token, order)));
    }
    token.appendTail(jdbc);
    return new Placeholders(jdbc.toString(), List.copyOf(order));
  }

  private static String replaced(Matcher token, List<Integer> order) {
    if (token.group(NUMBER) != null) {
      order.add(Integer.parseInt(token.group(NUMBER)) - 1);
      return "?";
    }
    // An operator's question mark is written twice.
    return token.group().equals("?") ? "??" : token.group();
  }
}
