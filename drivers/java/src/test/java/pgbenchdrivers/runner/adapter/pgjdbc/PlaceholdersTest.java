package pgbenchdrivers.runner.adapter.pgjdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholdersTest {
  @Test
  void parametersBecomeQuestionMarksInTheirOrder() {
    Placeholders found = Placeholders.of("select $2::int4, $1, $2, $10");
    assertEquals("select ?::int4, ?, ?, ?", found.sql());
    assertEquals(List.of(1, 0, 1, 9), found.order());
  }

  @Test
  void anOperatorsQuestionMarkIsDoubled() {
    assertEquals("select a ?? ?", Placeholders.of("select a ? $1").sql());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select '$1 ?', 'it''s $1'",
        "select E'\\'$1'",
        "select \"$1?\"",
        "select $$ $1 ? $$",
        "select $tag$ $1 $$ ? $tag$",
        "select 1 -- $1 ?",
        "select /* $1\n ? */ 1",
      })
  void whatIsQuotedIsLeftAlone(String sql) {
    assertEquals(new Placeholders(sql, List.of()), Placeholders.of(sql));
  }
}
