package pgbenchdrivers.runner.job;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job.Argument;
import pgbenchdrivers.runner.job.Job.Arrivals;
import pgbenchdrivers.runner.job.Job.Column;
import pgbenchdrivers.runner.job.Job.Connection;
import pgbenchdrivers.runner.job.Job.Expect;
import pgbenchdrivers.runner.job.Job.Kind;
import pgbenchdrivers.runner.job.Job.Query;
import pgbenchdrivers.runner.job.Job.Readback;
import pgbenchdrivers.runner.job.Job.Target;

/** Reads and checks the one line of JSON that a runner is given. */
public final class JobReader {
  /** The version of docs/runner-contract.md that is spoken here. */
  public static final int CONTRACT = 3;

  private JobReader() {}

  /** The job of a line; every failure is a bad job. */
  public static Job read(String line) throws Failure {
    Fields job = Fields.of(parse(line), "");
    // The version comes first: all else may mean something new in another one.
    int contract = job.count("contract", 0);
    if (contract != CONTRACT) {
      throw Failure.badJob(
          "contract: this runner speaks version " + CONTRACT + ", the job " + contract);
    }
    return new Job(
        job.string("driver"),
        job.has("options") ? job.object("options").json() : new JsonObject(),
        connection(job.object("connection")),
        query(job.object("query")),
        job.count("concurrency", 1),
        job.number("warmup_seconds", 0),
        job.number("measure_seconds", 0),
        job.has("arrivals") ? arrivals(job.object("arrivals")) : null,
        job.integer("seed", 0),
        job.bool("count_allocations", false));
  }

  private static JsonElement parse(String line) throws Failure {
    try {
      JsonReader reader = new JsonReader(new StringReader(line));
      reader.setStrictness(Strictness.STRICT);
      return JsonParser.parseReader(reader);
    } catch (JsonParseException error) {
      throw Failure.badJob("the job is not valid JSON: " + error.getMessage());
    }
  }

  private static Connection connection(Fields fields) throws Failure {
    return new Connection(
        fields.string("host"),
        fields.count("port", 1),
        fields.string("user"),
        fields.stringOrNull("password"),
        fields.string("database"),
        fields.has("tls") ? fields.object("tls").string("ca_file") : null);
  }

  private static Arrivals arrivals(Fields fields) throws Failure {
    double perSecond = fields.number("per_second", Double.MIN_VALUE);
    return new Arrivals(fields.constant("process", Job.Process.class), perSecond);
  }

  private static Query query(Fields fields) throws Failure {
    Kind kind = fields.constant("kind", Kind.class);
    boolean writes = kind != Kind.FETCH;
    if (!writes && fields.has("readback")) {
      throw Failure.badJob("query.readback: a fetch has none");
    }
    List<Column> columns = columns(fields);
    String sql = fields.string("sql");
    if (sql.isEmpty()) {
      throw Failure.badJob("query.sql: missing");
    }
    return new Query(
        kind,
        sql,
        arguments(fields),
        columns,
        writes ? target(fields.object("target"), columns) : null,
        writes ? readback(fields.object("readback")) : null,
        expect(fields.object("expect")));
  }

  private static List<Argument> arguments(Fields query) throws Failure {
    List<Argument> arguments = new ArrayList<>();
    for (Fields fields : query.objects("args")) {
      Type type = type(fields);
      arguments.add(
          new Argument(type, value(type, fields.optional("value"), fields.pathOf("value"))));
    }
    return arguments;
  }

  private static List<Column> columns(Fields parent) throws Failure {
    List<Column> columns = new ArrayList<>();
    for (Fields fields : parent.objects("columns")) {
      columns.add(new Column(fields.string("name"), type(fields), fields.bool("nullable", false)));
    }
    return columns;
  }

  private static Target target(Fields fields, List<Column> columns) throws Failure {
    JsonArray json = fields.list("row");
    if (json.size() != columns.size()) {
      throw Failure.badJob(
          "%s: expected %d values, one for each column, got %d"
              .formatted(fields.pathOf("row"), columns.size(), json.size()));
    }
    List<Object> row = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      row.add(value(columns.get(i).type(), json.get(i), fields.pathOf("row") + "[" + i + "]"));
    }
    return new Target(row, fields.count("row_count", 1));
  }

  private static Readback readback(Fields fields) throws Failure {
    return new Readback(fields.string("sql"), columns(fields));
  }

  private static Expect expect(Fields fields) throws Failure {
    return new Expect(fields.count("rows", 0), fields.stringOrNull("checksum"));
  }

  private static Type type(Fields fields) throws Failure {
    try {
      return Type.of(fields.string("type"));
    } catch (IllegalArgumentException error) {
      throw Failure.badJob(fields.pathOf("type") + ": " + error.getMessage());
    }
  }

  private static Object value(Type type, JsonElement json, String path) throws Failure {
    try {
      return Values.of(type, json);
    } catch (IllegalArgumentException error) {
      throw Failure.badJob(path + ": " + error.getMessage());
    }
  }
}
