// Package pgxdriver measures github.com/jackc/pgx/v5 through its native
// interface, one pgx.Conn for each worker.
package pgxdriver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/buildinfo"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

const module = "github.com/jackc/pgx/v5"

var modes = map[job.Kind]string{
	job.KindFetch: "extended protocol, statements prepared and cached by default, binary; Rows.Scan into a typed struct",
	job.KindBatch: "one pgx.Batch in its implicit transaction, pipelined, statements prepared and cached, binary",
	job.KindCopy:  "Conn.CopyFrom with CopyFromRows, binary COPY",
}

// In this mode pgx prepares nothing: its documentation names it for PgBouncer.
var execModes = map[job.Kind]string{
	job.KindFetch: "QueryExecModeExec: nothing is prepared by name, parameters typed as Go's values, text; Rows.Scan into a typed struct",
	job.KindBatch: "one pgx.Batch in its implicit transaction, pipelined, QueryExecModeExec",
	job.KindCopy:  "Conn.CopyFrom with CopyFromRows, QueryExecModeExec, binary COPY",
}

type options struct {
	ExecMode string `json:"default_query_exec_mode"`
}

type driver struct {
	config *pgx.ConnConfig
	mode   string
	rows   [][]any
}

// New makes the adapter; its option is pgx's default_query_exec_mode, "exec" or none.
func New(j *job.Job) (adapter.Adapter, error) {
	var chosen options
	if err := adapter.Options(j.Options, &chosen); err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(dsn(j.Connection))
	if err != nil {
		return nil, err
	}
	d := &driver{config: config, mode: modes[j.Query.Kind]}
	switch chosen.ExecMode {
	case "":
	case "exec":
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
		d.mode = execModes[j.Query.Kind]
	default:
		return nil, failure.New(failure.BadJob, "options: default_query_exec_mode is %q, expected exec", chosen.ExecMode)
	}
	if target := j.Query.Target; target != nil {
		row, err := nativeRow(target.Row, j.Query.Columns)
		if err != nil {
			return nil, err
		}
		d.rows = adapter.Repeat(row, target.RowCount)
	}
	return d, nil
}

var dsnEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// dsn names everything that ParseConfig would take from the environment.
func dsn(c job.Connection) string {
	text := fmt.Sprintf("host='%s' port=%d user='%s' dbname='%s'",
		dsnEscapes.Replace(c.Host), c.Port, dsnEscapes.Replace(c.User), dsnEscapes.Replace(c.Database))
	if c.TLS == nil {
		text += " sslmode=disable"
	} else {
		text += fmt.Sprintf(" sslmode=verify-full sslrootcert='%s'", dsnEscapes.Replace(c.TLS.CAFile))
	}
	if c.Password != nil {
		text += fmt.Sprintf(" password='%s'", dsnEscapes.Replace(*c.Password))
	}
	return text
}

func (d *driver) Describe() adapter.Description {
	return adapter.Description{Name: "pgx", Version: buildinfo.ModuleVersion(module), Mode: d.mode}
}

func (d *driver) Connect(ctx context.Context) (adapter.Conn, error) {
	native, err := pgx.ConnectConfig(ctx, d.config)
	return &conn{native: native, rows: d.rows}, err
}

type conn struct {
	native *pgx.Conn
	rows   [][]any
}

func (c *conn) Fetch(f job.Fetch) (adapter.Query, error) {
	layout, err := rowset.NewLayout(f.Columns, choices)
	if err != nil {
		return nil, err
	}
	args := make([]any, len(f.Args))
	for i, arg := range f.Args {
		if args[i], err = nativeValue(arg.Type, arg.Value); err != nil {
			return nil, err
		}
	}
	return &fetch{native: c.native, sql: f.SQL, args: args, layout: layout}, nil
}

type fetch struct {
	native *pgx.Conn
	sql    string
	args   []any
	layout *rowset.Layout
}

func (f *fetch) Run() (adapter.Answer, error) {
	rows, err := f.native.Query(context.Background(), f.sql, f.args...)
	if err != nil {
		return adapter.Answer{}, err
	}
	defer rows.Close()
	if err := f.layout.CheckWidth(len(rows.FieldDescriptions())); err != nil {
		// A query that failed has no columns either.
		rows.Close()
		if failed := rows.Err(); failed != nil {
			return adapter.Answer{}, failed
		}
		return adapter.Answer{}, err
	}
	set := f.layout.NewSet()
	for rows.Next() {
		if err := rows.Scan(set.Append()...); err != nil {
			return adapter.Answer{}, f.mismatch(rows, err)
		}
	}
	return adapter.Answer{Rows: set.Len(), Set: set}, rows.Err()
}

func (f *fetch) mismatch(rows pgx.Rows, err error) error {
	var scan pgx.ScanArgError
	if !errors.As(err, &scan) || scan.ColumnIndex >= len(f.layout.Columns()) {
		return err
	}
	got := "another type"
	descriptions := rows.FieldDescriptions()
	if scan.ColumnIndex < len(descriptions) {
		if t, known := rows.TypeMap().TypeForOID(descriptions[scan.ColumnIndex].DataTypeOID); known {
			got = t.Name
		}
	}
	return f.layout.Mismatch(scan.ColumnIndex, got, scan.Err)
}

func (c *conn) Batch(q *job.Query) (adapter.Query, error) {
	return &batch{native: c.native, sql: q.SQL, rows: c.rows}, nil
}

type batch struct {
	native *pgx.Conn
	sql    string
	rows   [][]any
}

func (b *batch) Run() (adapter.Answer, error) {
	var queue pgx.Batch
	for _, row := range b.rows {
		queue.Queue(b.sql, row...)
	}
	err := b.native.SendBatch(context.Background(), &queue).Close()
	return adapter.Answer{Rows: len(b.rows)}, err
}

func (c *conn) Copy(q *job.Query) (adapter.Query, error) {
	names := make([]string, len(q.Columns))
	for i, column := range q.Columns {
		names[i] = column.Name
	}
	table := pgx.Identifier{q.Target.Schema, q.Target.Table}
	return &copyIn{native: c.native, table: table, columns: names, rows: c.rows}, nil
}

type copyIn struct {
	native  *pgx.Conn
	table   pgx.Identifier
	columns []string
	rows    [][]any
}

func (c *copyIn) Run() (adapter.Answer, error) {
	copied, err := c.native.CopyFrom(context.Background(), c.table, c.columns, pgx.CopyFromRows(c.rows))
	return adapter.Answer{Rows: int(copied)}, err
}
