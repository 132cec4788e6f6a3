package job

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgbench-drivers/go-runner/internal/failure"
)

const fetchJob = `{"contract": 3, "driver": "pgx", "options": {}, "connection": {"host": "/tmp", "port": 5432,
	"user": "u", "password": null, "database": "d", "tls": null}, "query": {"name": "q", "kind": "fetch", "sql": "select $1",
	"args": [{"type": "int4", "value": -1}], "columns": [{"name": "a", "type": "int4[]", "nullable": false}],
	"target": null, "readback": null, "expect": {"rows": 1, "checksum": "00"}},
	"concurrency": 8, "warmup_seconds": 0.5, "measure_seconds": 2,
	"arrivals": {"process": "poisson", "per_second": 1000.5}, "seed": 7}`

const copyJob = `{"contract": 3, "driver": "pgx", "query": {"name": "q", "kind": "copy", "sql": "copy t from stdin",
	"args": [], "columns": [{"name": "a", "type": "int4", "nullable": false}, {"name": "b", "type": "bytea"}],
	"target": {"schema": "s", "table": "t", "row": [10, "00ff"], "row_count": 3},
	"readback": {"sql": "select 1", "columns": [{"name": "a", "type": "int4"}]}, "expect": {"rows": 3}},
	"concurrency": 1, "warmup_seconds": 0, "measure_seconds": 1, "arrivals": null, "seed": 1}`

func TestAJobIsReadWithNativeValues(t *testing.T) {
	j, err := Parse([]byte(fetchJob))
	if err != nil {
		t.Fatal(err)
	}
	if want := []Arg{{"int4", int32(-1)}}; !reflect.DeepEqual(j.Query.Args, want) {
		t.Errorf("args: got %#v, want %#v", j.Query.Args, want)
	}
	if j.Warmup() != 500*time.Millisecond || j.Measure() != 2*time.Second {
		t.Errorf("windows: got %v and %v", j.Warmup(), j.Measure())
	}
	if want := (Arrivals{ProcessPoisson, 1000.5}); *j.Arrivals != want || j.Seed != 7 {
		t.Errorf("arrivals: got %v with the seed %d, want %v with 7", *j.Arrivals, j.Seed, want)
	}
	if j, err = Parse([]byte(copyJob)); err != nil {
		t.Fatal(err)
	}
	if j.Arrivals != nil {
		t.Errorf("arrivals of a closed loop: got %v", *j.Arrivals)
	}
	if want := []any{int32(10), []byte{0, 255}}; !reflect.DeepEqual(j.Query.Target.Row, want) {
		t.Errorf("row: got %#v, want %#v", j.Query.Target.Row, want)
	}
}

func TestABadJobIsRefusedWithTheKeyThatIsWrong(t *testing.T) {
	cases := []struct{ job, old, new, want string }{
		{fetchJob, fetchJob, "", "not valid"},
		{fetchJob, fetchJob, "{", "not valid"},
		{fetchJob, fetchJob, "[]", "not valid"},
		{fetchJob, fetchJob, fetchJob + "{}", "more than one"},
		{fetchJob, `"contract": 3`, `"contract": 1`, "contract"},
		{fetchJob, `"contract": 3, `, ``, "contract"},
		{fetchJob, `"pgx"`, `""`, "driver"},
		{fetchJob, `"tls": null`, `"tls": {}`, "connection.tls.ca_file"},
		{fetchJob, `"concurrency": 8`, `"concurrency": 0`, "concurrency"},
		{fetchJob, `"concurrency": 8`, `"concurrency": "8"`, "concurrency"},
		{fetchJob, `"warmup_seconds": 0.5`, `"warmup_seconds": -1`, "warmup_seconds"},
		{fetchJob, `"measure_seconds": 2`, `"measure_seconds": 1e300`, "measure_seconds"},
		{fetchJob, `"poisson"`, `"pareto"`, "arrivals.process"},
		{fetchJob, `1000.5`, `0`, "arrivals.per_second"},
		{fetchJob, `1000.5`, `"fast"`, "arrivals.per_second"},
		{fetchJob, `"seed": 7`, `"seed": 0.5`, "seed"},
		{fetchJob, `"fetch"`, `"frobnicate"`, "query.kind"},
		{fetchJob, `"select $1"`, `""`, "query.sql"},
		{fetchJob, `"int4[]"`, `"int5"`, "query.columns[0]"},
		{fetchJob, `"value": -1`, `"value": "x"`, "int4"},
		{fetchJob, `"value": -1`, `"value": 2147483648`, "int4"},
		{fetchJob, `"rows": 1`, `"rows": -1`, "query.expect.rows"},
		{fetchJob, `"fetch"`, `"copy"`, "query.target"},
		{copyJob, `"readback": {`, `"unread": {`, "query.readback"},
		{copyJob, `[10, "00ff"]`, `[10]`, "query.target.row"},
		{copyJob, `"00ff"`, `"zz"`, "query.target.row[1]"},
		{copyJob, `"row_count": 3`, `"row_count": 0`, "query.target.row_count"},
	}
	for _, c := range cases {
		_, err := Parse([]byte(strings.Replace(c.job, c.old, c.new, 1)))
		var failed *failure.Failure
		if !errors.As(err, &failed) || failed.ExitCode() != 2 || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: got %v, want a bad job that names %q", c.new, c.old, err, c.want)
		}
	}
}

func TestNativeValues(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 600000000, time.UTC)
	cases := []struct {
		valueType Type
		json      string
		want      any
	}{
		{"int2", `-5`, int16(-5)}, {"int8", `9007199254740993`, int64(9007199254740993)}, {"oid", `4294967295`, uint32(4294967295)},
		{"bool", `true`, true}, {"float8", `1.5`, 1.5}, {"text", `"é"`, "é"}, {"text", `null`, nil},
		{"bytea", `""`, []byte{}}, {"int4[]", `[1, 2]`, []int32{1, 2}}, {"text[]", `[]`, []string{}},
		{"numeric", `"12.50"`, "12.50"}, {"numeric", `12.50`, "12.50"},
		{"timestamptz", `"2026-01-02T04:04:05.6+01:00"`, moment}, {"timestamptz", `"2026-01-02 03:04:05.6+00"`, moment},
		{"timestamp", `"2026-01-02T03:04:05.6"`, moment}, {"date", `"2026-01-02"`, moment.Truncate(24 * time.Hour)},
	}
	for _, c := range cases {
		got, err := Native(c.valueType, []byte(c.json))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s: got %#v, %v; want %#v", c.valueType, c.json, got, err, c.want)
		}
	}
}

func FuzzParseGivesAJobOrABadJob(f *testing.F) {
	f.Add([]byte(fetchJob))
	f.Add([]byte(copyJob))
	f.Add([]byte(`{"contract": 3}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		j, err := Parse(line)
		var failed *failure.Failure
		if err != nil && (!errors.As(err, &failed) || failed.Kind != failure.BadJob) {
			t.Errorf("got %v, want a bad job", err)
		}
		if err == nil && (j.Concurrency < 1 || j.Measure() < 0) {
			t.Errorf("accepted %+v", j)
		}
	})
}
