package canonical

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgbench-drivers/go-runner/internal/job"
)

func TestEachTypeHasItsCanonicalForm(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.FixedZone("", 3600))
	cases := []struct {
		columnType job.Type
		value      any
		want       string
	}{
		{"int4", nil, "N;"},
		{"bool", true, "b:t;"},
		{"bool", false, "b:f;"},
		{"int2", int16(-7), "i:-7;"},
		{"int4", int64(42), "i:42;"},
		{"int8", int64(-9223372036854775808), "i:-9223372036854775808;"},
		{"oid", uint32(4294967295), "i:4294967295;"},
		{"float8", 1.5, "f:3ff8000000000000;"},
		{"float8", math.Copysign(0, -1), "f:8000000000000000;"},
		{"float4", float32(1.1), "f:3ff19999a0000000;"},
		{"float4", 1.1, "f:3ff19999a0000000;"},
		{"text", "", "s0:;"},
		{"text", "grün", "s5:grün;"},
		{"name", "pg_type", "s7:pg_type;"},
		{"char", "b", "s1:b;"},
		{"char", byte('b'), "s1:b;"},
		{"char", byte(0), "s0:;"},
		{"bytea", []byte{0, 255}, "x2:\x00\xff;"},
		{"bytea", []byte{}, "x0:;"},
		{"timestamptz", moment, "t:1767319445678901;"},
		{"timestamp", time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC), "t:-1;"},
		{"date", time.Date(1969, 12, 31, 0, 0, 0, 0, time.FixedZone("", 0)), "d:-1;"},
		{"date", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), "d:20781;"},
		{"numeric", "12.3400", "m:12.34;"},
		{"numeric", "-0.00", "m:0;"},
		{"numeric", "100", "m:100;"},
		{"numeric", "1.5e3", "m:1500;"},
		{"uuid", "0123ABCD-0123-4567-89ab-0123456789ab", "u:0123abcd0123456789ab0123456789ab;"},
		{"uuid", [16]byte{15: 1}, "u:00000000000000000000000000000001;"},
		{"int4[]", []int32{1, -2}, "a2:i:1;i:-2;;"},
		{"int4[]", []int32{}, "a0:;"},
		{"text[]", []string{"a", ""}, "a2:s1:a;s0:;;"},
		{"bytea[]", [][]byte{{1}}, "a1:x1:\x01;;"},
	}
	for _, c := range cases {
		got, err := AppendRow(nil, []job.Column{{Name: "c", Type: c.columnType}}, []any{c.value})
		if want := "R1:" + c.want; err != nil || string(got) != want {
			t.Errorf("%s %#v: got %q, %v; want %q", c.columnType, c.value, got, err, want)
		}
	}
}

func TestForeignTypesAreRefused(t *testing.T) {
	cases := []struct {
		columnType job.Type
		value      any
	}{
		{"int4[]", "{1,2}"}, {"int4[]", []byte("{1}")}, {"int4", "1"}, {"int4", 1.0}, {"bool", "t"}, {"bool", int64(1)},
		{"text", []byte("a")}, {"bytea", `\x00`}, {"float8", "1.5"}, {"timestamptz", "2026-01-01"}, {"date", int64(1)},
		{"uuid", "short"}, {"numeric", 1.5}, {"int4[]", []string{"1"}},
	}
	for _, c := range cases {
		_, err := AppendRow(nil, []job.Column{{Name: "a", Type: c.columnType}}, []any{c.value})
		if err == nil || !strings.HasPrefix(err.Error(), "column 1 (a): ") {
			t.Errorf("%s %#v: got %v, want an error that names the column", c.columnType, c.value, err)
		}
	}
}

func TestTheChecksumIsTheSHA256OfAllRows(t *testing.T) {
	sum := New([]job.Column{{Name: "a", Type: "int4"}, {Name: "b", Type: "text"}})
	for _, row := range [][]any{{int32(1), "x"}, {nil, nil}} {
		if err := sum.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprintf("%x", sha256.Sum256([]byte("R2:i:1;s1:x;R2:N;N;")))
	if got := sum.Sum(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
