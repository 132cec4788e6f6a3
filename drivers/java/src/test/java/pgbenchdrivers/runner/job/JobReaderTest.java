package pgbenchdrivers.runner.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job.Arrivals;
import pgbenchdrivers.runner.job.Job.Column;

class JobReaderTest {
  private static final String FETCH =
      """
      {"contract": 3, "driver": "null", "options": {"rows": 1}, \
      "connection": {"host": "/tmp", "port": 5432, "user": "u", "password": null, \
      "database": "d", "tls": {"ca_file": "/ca.crt"}}, \
      "query": {"name": "q", "kind": "fetch", "sql": "select $1", \
      "args": [{"type": "int4[]", "value": [-1, null]}], \
      "columns": [{"name": "a", "type": "int4[]", "nullable": true}], \
      "target": null, "readback": null, "expect": {"rows": 619, "checksum": "00"}}, \
      "concurrency": 8, "warmup_seconds": 0.5, "measure_seconds": 2, \
      "arrivals": {"process": "poisson", "per_second": 1000.5}, "seed": 7, \
      "count_allocations": true}""";

  private static final String COPY =
      """
      {"contract": 3, "driver": "null", "options": {}, \
      "connection": {"host": "h", "port": 5432, "user": "u", "password": "p", "database": "d"}, \
      "query": {"name": "q", "kind": "copy", "sql": "copy t from stdin", "args": [], \
      "columns": [{"name": "a", "type": "int8"}, {"name": "b", "type": "bytea"}], \
      "target": {"schema": "s", "table": "t", "row": [9007199254740993, "00ff"], \
      "row_count": 3}, \
      "readback": {"sql": "select 1", "columns": [{"name": "a", "type": "int4"}]}, \
      "expect": {"rows": 3, "checksum": null}}, \
      "concurrency": 1, "warmup_seconds": 0, "measure_seconds": 1, "arrivals": null, "seed": 1}""";

  @Test
  void aFetchIsRead() throws Failure {
    Job job = JobReader.read(FETCH);
    assertTrue(job.connection().isUnixSocket());
    assertEquals("/tmp/.s.PGSQL.5432", job.connection().socketPath());
    assertEquals("/ca.crt", job.connection().caFile());
    assertArrayEquals(new Integer[] {-1, null}, (Integer[]) job.query().args().get(0).value());
    assertEquals(new Column("a", Type.of("int4[]"), true), job.query().columns().get(0));
    assertEquals(new Arrivals(Job.Process.POISSON, 1000.5), job.arrivals());
    assertEquals(0.5, job.warmupSeconds());
    assertTrue(job.countAllocations());
  }

  @Test
  void aCopyIsReadAndWhatIsMissingIsNull() throws Failure {
    Job job = JobReader.read(COPY);
    assertFalse(job.connection().isUnixSocket());
    assertNull(job.connection().caFile());
    assertNull(job.arrivals());
    assertFalse(job.countAllocations());
    Object[][] rows = job.query().target().rows();
    assertEquals(3, rows.length);
    assertEquals(9007199254740993L, rows[2][0]);
    assertArrayEquals(new byte[] {0, -1}, (byte[]) rows[2][1]);
    assertEquals("select 1", job.query().readback().sql());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`\"contract\": 3`         | `\"contract\": 99`           | contract",
        "`\"contract\": 3`         | `\"contract\": \"3\"`        | contract",
        "`\"driver\": \"null\"`    | `\"driver\": 1`              | driver",
        "`\"port\": 5432`          | `\"port\": 0`                | connection.port",
        "`{\"ca_file\": \"/ca.crt\"}` | `{}`                      | connection.tls.ca_file",
        "`\"concurrency\": 8`      | `\"concurrency\": 0`         | concurrency",
        "`\"warmup_seconds\": 0.5` | `\"warmup_seconds\": -1`     | warmup_seconds",
        "`1000.5`                  | `0`                          | arrivals.per_second",
        "`\"poisson\"`             | `\"pareto\"`                 | arrivals.process",
        "`\"seed\": 7`             | `\"seed\": 0.5`              | seed",
        "`, \"seed\": 7`           | ``                           | seed",
        "`\"count_allocations\": true` | `\"count_allocations\": 1` | count_allocations",
        "`\"fetch\"`               | `\"frobnicate\"`             | query.kind",
        "`\"select $1\"`           | `\"\"`                       | query.sql",
        "`\"type\": \"int4[]\", \"value\"` | `\"type\": \"int5\", \"value\"` | query.args[0].type",
        "`[-1, null]`              | `[2147483648]`               | query.args[0].value",
        "`[-1, null]`              | `7`                          | query.args[0].value",
        "`\"rows\": 619`           | `\"rows\": -1`               | query.expect.rows",
        "`\"kind\": \"fetch\"`     | `\"kind\": \"copy\"`         | query.target",
      })
  void whatIsWrongIsNamed(String right, String wrong, String path) {
    refuse(FETCH, right, wrong, path);
  }

  @Test
  void whatIsWrongWithATargetIsNamed() {
    refuse(COPY, "\"readback\": {", "\"unread\": {", "query.readback");
    refuse(COPY, "[9007199254740993, \"00ff\"]", "[10]", "query.target.row");
    refuse(COPY, "\"00ff\"", "\"zz\"", "query.target.row[1]");
    refuse(COPY, "\"row_count\": 3", "\"row_count\": 0", "query.target.row_count");
  }

  private static void refuse(String job, String right, String wrong, String path) {
    assertTrue(job.contains(right), right);
    String spoilt = job.replace(right, wrong == null ? "" : wrong);
    Failure failure = assertThrows(Failure.class, () -> JobReader.read(spoilt), wrong);
    assertEquals(Failure.Kind.BAD_JOB, failure.kind());
    assertTrue(failure.getMessage().startsWith(path + ": "), failure.getMessage());
  }

  @Test
  void whatIsNoJsonIsRefused() {
    for (String line : new String[] {"", "this is no JSON", "[1]", "{\"contract\": 3"}) {
      assertThrows(Failure.class, () -> JobReader.read(line), line);
    }
  }

  @Test
  void jsonBecomesJavaValues() throws Failure {
    assertEquals(new BigDecimal("12.3400"), argument("numeric", "\"12.3400\""));
    assertEquals((short) -7, argument("int2", "-7"));
    assertEquals(
        OffsetDateTime.parse("2026-01-02T03:04:05.678901+01:00"),
        argument("timestamptz", "\"2026-01-02T03:04:05.678901+01:00\""));
    assertNull(argument("uuid", "null"));
    assertTrue(Arrays.equals(new String[] {"a"}, (Object[]) argument("text[]", "[\"a\"]")));
  }

  private static Object argument(String type, String value) throws Failure {
    String job =
        FETCH.replace(
            "{\"type\": \"int4[]\", \"value\": [-1, null]}",
            "{\"type\": \"" + type + "\", \"value\": " + value + "}");
    return JobReader.read(job).query().args().get(0).value();
  }
}
