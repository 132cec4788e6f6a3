package pgbenchdrivers.runner.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pgbenchdrivers.runner.job.Job.Column;
import pgbenchdrivers.runner.job.Type;

/** The same vectors are in the tests of all runners: drivers must agree on checksums. */
class ChecksumTest {
  private static List<Column> columns(String... types) {
    return Arrays.stream(types).map(type -> new Column("a", Type.of(type), true)).toList();
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        arguments("int4", null, "N;"),
        arguments("bool", true, "b:t;"),
        arguments("bool", false, "b:f;"),
        arguments("int2", (short) -7, "i:-7;"),
        arguments("int4", 42, "i:42;"),
        arguments("int8", Long.MIN_VALUE, "i:-9223372036854775808;"),
        arguments("oid", 4294967295L, "i:4294967295;"),
        arguments("float8", 1.5, "f:3ff8000000000000;"),
        arguments("float8", -0.0, "f:8000000000000000;"),
        arguments("float4", 1.1f, "f:3ff19999a0000000;"),
        arguments("float4", 1.1, "f:3ff19999a0000000;"),
        arguments("text", "", "s0:;"),
        arguments("name", "pg_type", "s7:pg_type;"),
        arguments("char", "b", "s1:b;"),
        arguments("bytea", new byte[] {0, 65}, "x2:\0A;"),
        arguments("bytea", new byte[0], "x0:;"),
        arguments(
            "timestamptz",
            OffsetDateTime.parse("2026-01-02T03:04:05.678901+01:00"),
            "t:1767319445678901;"),
        arguments("timestamp", LocalDateTime.parse("1969-12-31T23:59:59.999999"), "t:-1;"),
        arguments("date", LocalDate.parse("1969-12-31"), "d:-1;"),
        arguments("date", LocalDate.parse("2026-11-24"), "d:20781;"),
        arguments("numeric", new BigDecimal("12.3400"), "m:12.34;"),
        arguments("numeric", new BigDecimal("0.00"), "m:0;"),
        arguments("numeric", new BigDecimal("100"), "m:100;"),
        arguments("numeric", new BigDecimal("1.5e3"), "m:1500;"),
        arguments("uuid", new UUID(0, 1), "u:00000000000000000000000000000001;"),
        arguments("int4[]", new Integer[] {1, -2}, "a2:i:1;i:-2;;"),
        arguments("int4[]", new Integer[] {}, "a0:;"),
        arguments("text[]", new String[] {"a", ""}, "a2:s1:a;s0:;;"),
        arguments("bytea[]", new byte[][] {{1}}, "a1:x1:\1;;"));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void eachTypeHasItsCanonicalForm(String type, Object value, String form) throws Mismatch {
    byte[] row = Canonical.row(columns(type), new Object[] {value});
    assertEquals("R1:" + form, new String(row, StandardCharsets.UTF_8));
  }

  @Test
  void textIsSizedInBytes() throws Mismatch {
    byte[] row = Canonical.row(columns("text"), new Object[] {"grün"});
    assertEquals("R1:s5:grün;", new String(row, StandardCharsets.UTF_8));
  }

  static Stream<Arguments> foreign() {
    return Stream.of(
        arguments("int4[]", "{1,2}"),
        arguments("int4[]", 2),
        arguments("int4[]", new String[] {"1"}),
        arguments("int4", "1"),
        arguments("int4", 1.0),
        arguments("bool", "t"),
        arguments("text", new byte[] {97}),
        arguments("bytea", "\\x00"),
        arguments("float8", "1.5"),
        arguments("timestamptz", "2026-01-01"),
        arguments("numeric", 1.5),
        arguments("uuid", "0123"));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void aForeignTypeIsRefusedAndTheColumnNamed(String type, Object value) {
    Mismatch mismatch =
        assertThrows(Mismatch.class, () -> Canonical.row(columns(type), new Object[] {value}));
    assertTrue(mismatch.getMessage().startsWith("column 1 (a): "), mismatch.getMessage());
  }

  @Test
  void anotherNumberOfColumnsIsRefused() {
    assertThrows(Mismatch.class, () -> Canonical.row(columns("int4"), new Object[] {1, 2}));
  }

  @Test
  void theChecksumIsTheSha256OfAllRows() throws Exception {
    Object[][] rows = {{1, "x"}, {null, null}};
    byte[] all = "R2:i:1;s1:x;R2:N;N;".getBytes(StandardCharsets.UTF_8);
    String right = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all));
    assertEquals(right, Checksum.of(columns("int4", "text"), new GivenRows(rows)));
  }

  private record GivenRows(Object[][] rows) implements Rows {
    @Override
    public int size() {
      return rows.length;
    }

    @Override
    public Object[] row(int index) {
      return rows[index];
    }
  }
}
