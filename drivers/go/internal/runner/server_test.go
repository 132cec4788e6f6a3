package runner_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lib/pq"

	"pgbench-drivers/go-runner/internal/event"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/registry"
	"pgbench-drivers/go-runner/internal/runner"
	"pgbench-drivers/go-runner/internal/testserver"
)

type object = map[string]any

var drivers = []string{"lib/pq", "pgx"}

// value is a column of some type, as SQL and in canonical form.
type value struct {
	column    object
	sql       string
	canonical string
}

func column(name, columnType string, nullable bool) object {
	return object{"name": name, "type": columnType, "nullable": nullable}
}

var values = []value{
	{column("c1", "int2", false), "-7::int2", "i:-7;"},
	{column("c2", "int4", true), "null::int4", "N;"},
	{column("c3", "int8", false), "9223372036854775807", "i:9223372036854775807;"},
	{column("c4", "oid", false), "4294967295::oid", "i:4294967295;"},
	{column("c5", "bool", false), "true", "b:t;"},
	{column("c6", "bool", true), "false", "b:f;"},
	{column("c7", "float4", false), "1.1::float4", "f:3ff19999a0000000;"},
	{column("c8", "float8", false), "1.5::float8", "f:3ff8000000000000;"},
	{column("c9", "text", false), "'grün'", "s5:grün;"},
	{column("c10", "name", true), "'n'::name", "s1:n;"},
	{column("c11", "char", false), `'b'::"char"`, "s1:b;"},
	{column("c12", "bytea", false), `'\x00ff'::bytea`, "x2:\x00\xff;"},
	{column("c13", "bytea", true), "null::bytea", "N;"},
	{column("c14", "bytea", false), "''::bytea", "x0:;"},
	{column("c15", "int4[]", false), "'{1,-2}'::int4[]", "a2:i:1;i:-2;;"},
	{column("c16", "int4[]", false), "'{}'::int4[]", "a0:;"},
	{column("c17", "int4[]", true), "null::int4[]", "N;"},
	{column("c18", "int8[]", false), "'{3}'::int8[]", "a1:i:3;;"},
	{column("c19", "text[]", false), "'{a,\"\"}'::text[]", "a2:s1:a;s0:;;"},
	{column("c20", "float8[]", false), "'{1.5}'::float8[]", "a1:f:3ff8000000000000;;"},
	{column("c21", "timestamptz", false), "'2026-01-02 03:04:05.678901+01'::timestamptz", "t:1767319445678901;"},
	{column("c22", "timestamp", false), "'1969-12-31 23:59:59.999999'::timestamp", "t:-1;"},
	{column("c23", "date", false), "'2026-11-24'::date", "d:20781;"},
	{column("c24", "numeric", false), "12.3400::numeric", "m:12.34;"},
	{column("c25", "numeric", true), "null::numeric", "N;"},
	{column("c26", "uuid", false), "'0123abcd-0123-4567-89ab-0123456789ab'::uuid", "u:0123abcd0123456789ab0123456789ab;"},
	{column("c27", "timestamptz", true), "null::timestamptz", "N;"},
}

func TestEveryTypeIsDecodedToTheSameAnswer(t *testing.T) {
	connection := connection(t)
	var columns []object
	var expressions []string
	canonical := fmt.Sprintf("R%d:", len(values))
	for _, v := range values {
		columns = append(columns, v.column)
		expressions = append(expressions, v.sql)
		canonical += v.canonical
	}
	query := fetch("select "+strings.Join(expressions, ", ")+" from generate_series(1, $1)", columns, 3, strings.Repeat(canonical, 3))
	query["args"] = []object{{"type": "int4", "value": 3}}
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			events, err := run(t, driver, connection, query)
			if err != nil {
				t.Fatal(err)
			}
			wantResult(t, events, 2, 3)
		})
	}
}

// Arguments come back as they went: each declared type survives the journey.
func TestArgumentsOfEveryTypeAreSent(t *testing.T) {
	connection := connection(t)
	args := []struct {
		arg       object
		canonical string
	}{
		{object{"type": "int2", "value": -7}, "i:-7;"},
		{object{"type": "int8", "value": 9007199254740993}, "i:9007199254740993;"},
		{object{"type": "bool", "value": false}, "b:f;"},
		{object{"type": "float8", "value": 1.5}, "f:3ff8000000000000;"},
		{object{"type": "text", "value": "grün"}, "s5:grün;"},
		{object{"type": "bytea", "value": "00ff"}, "x2:\x00\xff;"},
		{object{"type": "int4[]", "value": []int{1, 2}}, "a2:i:1;i:2;;"},
		{object{"type": "timestamptz", "value": "2026-01-02T03:04:05.678901+01:00"}, "t:1767319445678901;"},
		{object{"type": "date", "value": "2026-11-24"}, "d:20781;"},
		{object{"type": "numeric", "value": "12.3400"}, "m:12.34;"},
		{object{"type": "uuid", "value": "0123abcd-0123-4567-89ab-0123456789ab"}, "u:0123abcd0123456789ab0123456789ab;"},
		{object{"type": "int4", "value": nil}, "N;"},
	}
	var expressions []string
	var sent, columns []object
	canonical := fmt.Sprintf("R%d:", len(args))
	for i, a := range args {
		expressions = append(expressions, fmt.Sprintf("$%d::%s", i+1, a.arg["type"]))
		columns = append(columns, column("c", a.arg["type"].(string), a.arg["value"] == nil))
		sent = append(sent, a.arg)
		canonical += a.canonical
	}
	query := fetch("select "+strings.Join(expressions, ", "), columns, 1, canonical)
	query["args"] = sent
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			if _, err := run(t, driver, connection, query); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestBatchAndCopyWriteEveryRowAndCommit(t *testing.T) {
	connection := connection(t)
	db := open(t, connection)
	const schema = "go_runner_test"
	execute(t, db, "drop schema if exists "+schema+" cascade", "create schema "+schema)
	t.Cleanup(func() { execute(t, db, "drop schema "+schema+" cascade") })

	columns := []object{column("a", "int4", false), column("b", "text", false), column("c", "bytea", false),
		column("d", "timestamptz", false), column("e", "float8", true), column("f", "bool", false), column("g", "int8", false)}
	target := object{"schema": schema, "table": "target", "row_count": 50,
		"row": []any{10, "a\ttab\\", "00ff", "2026-01-02T03:04:05.678901Z", nil, true, 1 << 40}}
	readback := object{"sql": "select * from " + schema + ".target", "columns": columns}
	canonical := strings.Repeat("R7:i:10;s6:a\ttab\\;x2:\x00\xff;t:1767323045678901;N;b:t;i:1099511627776;", 50)
	statements := map[string]string{
		"batch": "insert into " + schema + ".target values ($1, $2, $3, $4, $5, $6, $7)",
		"copy":  "copy " + schema + ".target (a, b, c, d, e, f, g) from stdin",
	}
	for _, driver := range drivers {
		for kind, statement := range statements {
			t.Run(driver+" "+kind, func(t *testing.T) {
				execute(t, db, "drop table if exists "+schema+".target", "create table "+schema+
					".target (a int4, b text, c bytea, d timestamptz, e float8, f bool, g int8)")
				query := object{"name": "load", "kind": kind, "sql": statement, "args": []any{}, "columns": columns, "target": target,
					"readback": readback, "expect": object{"rows": 50, "checksum": sha(canonical)}}
				events, err := run(t, driver, connection, query)
				if err != nil {
					t.Fatal(err)
				}
				result := wantResult(t, events, 2, 50)
				var rows float64
				if err := db.QueryRow("select count(*) from " + schema + ".target").Scan(&rows); err != nil {
					t.Fatal(err)
				}
				warmup := find(events, "finished")["queries"].(float64)
				if want := 50 * (2 + warmup + result["queries"].(float64)); rows != want {
					t.Errorf("the table has %g rows, want %g: two first queries and both windows", rows, want)
				}
			})
		}
	}
}

func TestAWrongAnswerIsToldFromAnErrorOfTheDriver(t *testing.T) {
	connection := connection(t)
	cases := []struct {
		name  string
		query object
		kind  failure.Kind
		want  string
	}{
		{"checksum", fetch("select 1", []object{column("a", "int4", false)}, 1, "R1:i:2;"), failure.WrongAnswer, "checksum"},
		{"rows", fetch("select 1", []object{column("a", "int4", false)}, 2, "R1:i:1;"), failure.WrongAnswer, "expected 2 rows, got 1"},
		{"columns", fetch("select 1, 2", []object{column("a", "int4", false)}, 1, ""), failure.WrongAnswer, "expected 1 columns, got 2"},
		{"type", fetch("select 'x'::text a", []object{column("a", "int4[]", false)}, 1, ""), failure.WrongAnswer,
			"column 1 (a): expected int4[], got text"},
		{"null", fetch("select null::int4 a", []object{column("a", "int4", false)}, 1, ""), failure.WrongAnswer,
			"column 1 (a): expected int4, got int4"},
		{"syntax", fetch("selec 1", []object{column("a", "int4", false)}, 1, ""), failure.Driver, "syntax error"},
		{"runtime", fetch("select 1/(i-2) from generate_series(1, 3) i", []object{column("a", "int4", false)}, 3, ""),
			failure.Driver, "division by zero"},
	}
	for _, driver := range drivers {
		for _, c := range cases {
			t.Run(driver+" "+c.name, func(t *testing.T) {
				_, err := run(t, driver, connection, c.query)
				var failed *failure.Failure
				if !errors.As(err, &failed) || failed.Kind != c.kind || !strings.Contains(strings.ToLower(err.Error()), c.want) {
					t.Errorf("got %v, want %s: %s", err, c.kind, c.want)
				}
			})
		}
	}
}

func TestATypeThatADriverCannotReadIsUnsupported(t *testing.T) {
	query := fetch("select array[now()]", []object{column("a", "timestamptz[]", false)}, 1, "")
	_, err := run(t, "lib/pq", connection(t), query)
	var failed *failure.Failure
	if !errors.As(err, &failed) || failed.ExitCode() != 3 {
		t.Errorf("got %v, want unsupported", err)
	}
}

func fetch(statement string, columns []object, rows int, canonical string) object {
	return object{"name": "test", "kind": "fetch", "sql": statement, "args": []any{}, "columns": columns,
		"target": nil, "readback": nil, "expect": object{"rows": rows, "checksum": sha(canonical)}}
}

func sha(canonical string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(canonical))) }

func run(t *testing.T, driver string, connection job.Connection, query object) ([]object, error) {
	t.Helper()
	line, err := json.Marshal(object{"contract": 3, "driver": driver, "options": object{}, "connection": connection,
		"query": query, "concurrency": 2, "warmup_seconds": 0.02, "measure_seconds": 0.05,
		"arrivals": nil, "seed": 1})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	failed := runner.Run(bytes.NewReader(line), event.NewWriter(&out), registry.Adapters)
	return parse(t, out.String()), failed
}

func parse(t *testing.T, lines string) (events []object) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var parsed object
		if err := json.Unmarshal([]byte(line), &parsed); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, parsed)
	}
	return events
}

func find(events []object, name string) object {
	for _, e := range events {
		if e["event"] == name {
			return e
		}
	}
	return nil
}

func wantResult(t *testing.T, events []object, connections, rowsPerQuery float64) object {
	t.Helper()
	var names []string
	for _, e := range events {
		names = append(names, e["event"].(string))
	}
	if got := strings.Join(names, " "); got != "hello ready started finished started finished result" {
		t.Fatalf("got the events %s", got)
	}
	ready, result := events[1], events[6]
	if ready["connections"] != connections || ready["rows"] != rowsPerQuery || ready["checksum"] == nil {
		t.Errorf("ready: %v", ready)
	}
	if queries := result["queries"].(float64); queries < 1 || result["rows"] != queries*rowsPerQuery {
		t.Errorf("result: %v queries gave %v rows", queries, result["rows"])
	}
	return result
}

func connection(t *testing.T) job.Connection { return testserver.Connection(t) }

func open(t *testing.T, c job.Connection) *sql.DB {
	t.Helper()
	connector, err := pq.NewConnectorConfig(pq.Config{Host: c.Host, Port: c.Port, User: c.User,
		Password: testserver.Password(c), Database: c.Database, SSLMode: pq.SSLModeDisable})
	if err != nil {
		t.Fatal(err)
	}
	return sql.OpenDB(connector)
}

func execute(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
