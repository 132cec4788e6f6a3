// Package pqdriver measures github.com/lib/pq through database/sql, for which
// it is documented, one sql.Conn for each worker.
package pqdriver

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"

	"github.com/lib/pq"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/buildinfo"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

const module = "github.com/lib/pq"

var modes = map[job.Kind]string{
	job.KindFetch: "database/sql, prepared sql.Stmt, binary where pq decodes it (integers, bytea), else text; Rows.Scan into a typed struct",
	job.KindBatch: "database/sql, INSERT prepared in a sql.Tx and executed for each row",
	job.KindCopy:  "database/sql, COPY FROM STDIN prepared in a sql.Tx and executed for each row, text COPY",
}

type driver struct {
	db   *sql.DB
	mode string
	rows [][]any
}

// New makes the adapter; it has no options.
func New(j *job.Job) (adapter.Adapter, error) {
	if err := adapter.Options(j.Options, &struct{}{}); err != nil {
		return nil, err
	}
	connector, err := pq.NewConnectorConfig(config(j.Connection))
	if err != nil {
		return nil, err
	}
	d := &driver{db: sql.OpenDB(connector), mode: modes[j.Query.Kind]}
	if target := j.Query.Target; target != nil {
		row := make([]any, len(target.Row))
		for i, value := range target.Row {
			row[i] = nativeValue(value)
		}
		d.rows = adapter.Repeat(row, target.RowCount)
	}
	return d, nil
}

func config(c job.Connection) pq.Config {
	config := pq.Config{Host: c.Host, Port: c.Port, User: c.User, Database: c.Database, SSLMode: pq.SSLModeDisable}
	if c.TLS != nil {
		config.SSLMode = pq.SSLModeVerifyFull
		config.SSLRootCert = c.TLS.CAFile
	}
	if c.Password != nil {
		config.Password = *c.Password
	}
	return config
}

func (d *driver) Describe() adapter.Description {
	return adapter.Description{Name: "lib/pq", Version: buildinfo.ModuleVersion(module), Mode: d.mode,
		Components: map[string]string{"database/sql": strings.TrimPrefix(runtime.Version(), "go")}}
}

func (d *driver) Connect(ctx context.Context) (adapter.Conn, error) {
	native, err := d.db.Conn(ctx)
	return &conn{native: native, rows: d.rows}, err
}

type conn struct {
	native *sql.Conn
	rows   [][]any
}

func (c *conn) Fetch(f job.Fetch) (adapter.Query, error) {
	layout, err := rowset.NewLayout(f.Columns, choices)
	if err != nil {
		return nil, err
	}
	stmt, err := c.native.PrepareContext(context.Background(), f.SQL)
	if err != nil {
		return nil, err
	}
	args := make([]any, len(f.Args))
	for i, arg := range f.Args {
		args[i] = nativeValue(arg.Value)
	}
	return &fetch{stmt: stmt, args: args, layout: layout}, nil
}

type fetch struct {
	stmt    *sql.Stmt
	args    []any
	layout  *rowset.Layout
	checked bool
}

func (f *fetch) Run() (adapter.Answer, error) {
	rows, err := f.stmt.Query(f.args...)
	if err != nil {
		return adapter.Answer{}, err
	}
	defer rows.Close()
	if !f.checked {
		if err := f.check(rows); err != nil {
			return adapter.Answer{}, err
		}
	}
	set := f.layout.NewSet()
	for rows.Next() {
		if err := rows.Scan(set.Append()...); err != nil {
			return adapter.Answer{}, f.mismatch(rows, err)
		}
	}
	return adapter.Answer{Rows: set.Len(), Set: set}, rows.Err()
}

func (f *fetch) check(rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	f.checked = true
	return f.layout.CheckWidth(len(names))
}

func (f *fetch) mismatch(rows *sql.Rows, scan error) error {
	// database/sql names the column in the text of its error only.
	var index int
	if _, err := fmt.Sscanf(scan.Error(), "sql: Scan error on column index %d", &index); err != nil {
		return scan
	}
	got := "another type"
	if types, err := rows.ColumnTypes(); err == nil && index < len(types) {
		got = types[index].DatabaseTypeName()
	}
	return f.layout.Mismatch(index, got, scan)
}

func (c *conn) Batch(q *job.Query) (adapter.Query, error) {
	return &inTransaction{c, q.SQL, false}, nil
}

func (c *conn) Copy(q *job.Query) (adapter.Query, error) { return &inTransaction{c, q.SQL, true}, nil }

// inTransaction prepares a statement in a transaction and executes it for each
// row: database/sql's way for INSERT, and pq's for COPY.
type inTransaction struct {
	*conn
	sql   string
	flush bool
}

func (t *inTransaction) Run() (adapter.Answer, error) {
	ctx := context.Background()
	tx, err := t.native.BeginTx(ctx, nil)
	if err != nil {
		return adapter.Answer{}, err
	}
	defer func() { _ = tx.Rollback() }() // a no-op after the commit
	if err := t.send(tx); err != nil {
		return adapter.Answer{}, err
	}
	return adapter.Answer{Rows: len(t.rows)}, tx.Commit()
}

func (t *inTransaction) send(tx *sql.Tx) error {
	stmt, err := tx.Prepare(t.sql)
	if err != nil {
		return err
	}
	for _, row := range t.rows {
		if _, err := stmt.Exec(row...); err != nil {
			return err
		}
	}
	if t.flush {
		// Without arguments: "to flush all buffered data", says pq.
		if _, err := stmt.Exec(); err != nil {
			return err
		}
	}
	return stmt.Close()
}
