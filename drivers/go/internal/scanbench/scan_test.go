// Package scanbench compares the adapters' generic scan with what a Go user
// writes by hand for the same query. The figure to look at is cpu-µs/op.
package scanbench

import (
	"context"
	"database/sql"
	"runtime"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/lib/pq"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/adapter/pgxdriver"
	"pgbench-drivers/go-runner/internal/adapter/pqdriver"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/testserver"
)

const pgTypeSQL = `select typname, typnamespace, typowner, typlen, typbyval, typcategory, typispreferred,
	typisdefined, typdelim, typrelid, typelem, typarray from pg_type where typtypmod = $1 and typisdefined = $2`

var pgTypeColumns = []job.Column{
	{Name: "typname", Type: "name"}, {Name: "typnamespace", Type: "oid"}, {Name: "typowner", Type: "oid"},
	{Name: "typlen", Type: "int2"}, {Name: "typbyval", Type: "bool"}, {Name: "typcategory", Type: "char"},
	{Name: "typispreferred", Type: "bool"}, {Name: "typisdefined", Type: "bool"}, {Name: "typdelim", Type: "char"},
	{Name: "typrelid", Type: "oid"}, {Name: "typelem", Type: "oid"}, {Name: "typarray", Type: "oid"},
}

type row[Char, Int2 any] struct {
	typname                     string
	typnamespace, typowner      uint32
	typlen                      Int2
	typbyval                    bool
	typcategory                 Char
	typispreferred              bool
	typisdefined                bool
	typdelim                    Char
	typrelid, typelem, typarray uint32
}

type scanner interface {
	Next() bool
	Scan(...any) error
	Err() error
}

func byHand[Char, Int2 any](rows scanner) (all []row[Char, Int2], err error) {
	for rows.Next() {
		var r row[Char, Int2]
		err := rows.Scan(&r.typname, &r.typnamespace, &r.typowner, &r.typlen, &r.typbyval, &r.typcategory,
			&r.typispreferred, &r.typisdefined, &r.typdelim, &r.typrelid, &r.typelem, &r.typarray)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func BenchmarkPgxGeneric(b *testing.B) { generic(b, pgxdriver.New) }

func BenchmarkPqGeneric(b *testing.B) { generic(b, pqdriver.New) }

func BenchmarkPgxByHand(b *testing.B) {
	conn := connect(b)
	measure(b, func() (int, error) {
		rows, err := conn.Query(context.Background(), pgTypeSQL, int32(-1), true)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		all, err := byHand[byte, int16](rows)
		return len(all), err
	})
}

// BenchmarkPgxForEachRow scans by hand as pgx documents for speed.
func BenchmarkPgxForEachRow(b *testing.B) {
	conn := connect(b)
	measure(b, func() (int, error) {
		rows, err := conn.Query(context.Background(), pgTypeSQL, int32(-1), true)
		if err != nil {
			return 0, err
		}
		var all []row[byte, int16]
		var r row[byte, int16]
		fields := []any{&r.typname, &r.typnamespace, &r.typowner, &r.typlen, &r.typbyval, &r.typcategory,
			&r.typispreferred, &r.typisdefined, &r.typdelim, &r.typrelid, &r.typelem, &r.typarray}
		_, err = pgx.ForEachRow(rows, fields, func() error {
			all = append(all, r)
			return nil
		})
		return len(all), err
	})
}

func BenchmarkPqByHand(b *testing.B) { pqByHand[int64](b) }

func BenchmarkPqByHandInt16(b *testing.B) { pqByHand[int16](b) }

func pqByHand[Int2 any](b *testing.B) {
	db := open(b)
	stmt, err := db.Prepare(pgTypeSQL)
	must(b, err)
	measure(b, func() (int, error) {
		rows, err := stmt.Query(int64(-1), true)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		all, err := byHand[string, Int2](rows)
		return len(all), err
	})
}

// The two that follow show what pq's documented int64 saves over an int32.
func BenchmarkPqIntegersInt64(b *testing.B) { pqIntegers[int64](b) }

func BenchmarkPqIntegersInt32(b *testing.B) { pqIntegers[int32](b) }

func pqIntegers[T any](b *testing.B) {
	db := open(b)
	stmt, err := db.Prepare("select i from generate_series(1, $1::int4) i")
	must(b, err)
	measure(b, func() (int, error) {
		rows, err := stmt.Query(619)
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		var all []T
		for rows.Next() {
			var i T
			if err := rows.Scan(&i); err != nil {
				return 0, err
			}
			all = append(all, i)
		}
		return len(all), rows.Err()
	})
}

func connect(b *testing.B) *pgx.Conn {
	c := testserver.Connection(b)
	config, err := pgx.ParseConfig("sslmode=disable")
	must(b, err)
	config.Host, config.Port, config.User, config.Database = c.Host, c.Port, c.User, c.Database
	config.Password = testserver.Password(c)
	conn, err := pgx.ConnectConfig(context.Background(), config)
	must(b, err)
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func open(b *testing.B) *sql.DB {
	c := testserver.Connection(b)
	connector, err := pq.NewConnectorConfig(pq.Config{Host: c.Host, Port: c.Port, User: c.User,
		Password: testserver.Password(c), Database: c.Database, SSLMode: pq.SSLModeDisable})
	must(b, err)
	db := sql.OpenDB(connector)
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func generic(b *testing.B, create adapter.New) {
	j := &job.Job{Connection: testserver.Connection(b)}
	driver, err := create(j)
	must(b, err)
	conn, err := driver.Connect(context.Background())
	must(b, err)
	query, err := conn.Fetch(job.Fetch{SQL: pgTypeSQL, Columns: pgTypeColumns,
		Args: []job.Arg{{Type: "int4", Value: int32(-1)}, {Type: "bool", Value: true}}})
	must(b, err)
	measure(b, func() (int, error) {
		answer, err := query.Run()
		return answer.Rows, err
	})
}

func measure(b *testing.B, run func() (int, error)) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b.ReportAllocs()
	if _, err := run(); err != nil { // prepares the statement
		b.Fatal(err)
	}
	before := cpu(b)
	b.ResetTimer()
	for range b.N {
		if rows, err := run(); err != nil || rows < 600 {
			b.Fatalf("%d rows, %v", rows, err)
		}
	}
	b.ReportMetric(float64(cpu(b)-before)/1e3/float64(b.N), "cpu-µs/op")
}

func cpu(b *testing.B) int64 {
	var usage syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
