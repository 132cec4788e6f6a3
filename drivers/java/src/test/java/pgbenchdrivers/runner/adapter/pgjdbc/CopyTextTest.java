package pgbenchdrivers.runner.adapter.pgjdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class CopyTextTest {
  private static String text(Object... row) {
    StringBuilder out = new StringBuilder();
    CopyText.appendRow(out, row);
    return out.toString();
  }

  @Test
  void valuesAreSeparatedByTabsAndNullIsMarked() {
    assertEquals("10\t10.333\ttest\t\\N\ttrue\n", text(10, 10.333, "test", null, true));
  }

  @Test
  void whatSeparatesIsEscaped() {
    assertEquals("a\\tb\\nc\\rd\\\\\n", text("a\tb\nc\rd\\"));
  }

  @Test
  void otherTypesAreAsPostgresqlReadsThem() {
    assertEquals(
        "\\\\x00ff\t1500\t2026-11-24\n",
        text(new byte[] {0, -1}, new BigDecimal("1.5e3"), LocalDate.parse("2026-11-24")));
  }

  @Test
  void elementsOfArraysAreQuoted() {
    assertEquals("{\"a\",NULL,\"\\\\\"\"}\n", text((Object) new String[] {"a", null, "\""}));
  }
}
