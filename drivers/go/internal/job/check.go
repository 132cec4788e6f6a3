package job

import (
	"errors"
	"fmt"
	"math"
)

func (j *Job) check() error {
	switch {
	case j.Driver == "":
		return errors.New("driver: missing")
	case j.Connection.TLS != nil && j.Connection.TLS.CAFile == "":
		return errors.New("connection.tls.ca_file: missing")
	case j.Concurrency < 1:
		return fmt.Errorf("concurrency: expected 1 or more, got %d", j.Concurrency)
	}
	if err := checkSeconds("warmup_seconds", j.WarmupSeconds); err != nil {
		return err
	}
	if err := checkSeconds("measure_seconds", j.MeasureSeconds); err != nil {
		return err
	}
	if err := j.Arrivals.check(); err != nil {
		return err
	}
	return j.Query.check()
}

func checkSeconds(key string, value float64) error {
	const longest = float64(math.MaxInt64 / 1e9)
	if value < 0 || value > longest {
		return fmt.Errorf("%s: expected 0 or more, got %g", key, value)
	}
	return nil
}

func (a *Arrivals) check() error {
	switch {
	case a == nil:
		return nil
	case a.Process != ProcessConstant && a.Process != ProcessPoisson:
		return fmt.Errorf("arrivals.process: expected constant or poisson, got %q", a.Process)
	case a.PerSecond <= 0:
		return fmt.Errorf("arrivals.per_second: expected more than 0, got %g", a.PerSecond)
	default:
		return nil
	}
}

func (q *Query) check() error {
	if q.SQL == "" {
		return errors.New("query.sql: missing")
	}
	if q.Expect.Rows < 0 {
		return fmt.Errorf("query.expect.rows: expected 0 or more, got %d", q.Expect.Rows)
	}
	for i, column := range q.Columns {
		if err := column.Type.check(); err != nil {
			return fmt.Errorf("query.columns[%d]: %w", i, err)
		}
	}
	switch q.Kind {
	case KindFetch:
		return nil
	case KindBatch, KindCopy:
		return q.checkTarget()
	default:
		return fmt.Errorf("query.kind: expected fetch, batch or copy, got %q", q.Kind)
	}
}

func (q *Query) checkTarget() error {
	if q.Target == nil {
		return fmt.Errorf("query.target: missing, a %s needs it", q.Kind)
	}
	if q.Readback == nil || q.Readback.SQL == "" {
		return fmt.Errorf("query.readback: missing, a %s needs it", q.Kind)
	}
	for i, column := range q.Readback.Columns {
		if err := column.Type.check(); err != nil {
			return fmt.Errorf("query.readback.columns[%d]: %w", i, err)
		}
	}
	if q.Target.RowCount < 1 {
		return fmt.Errorf("query.target.row_count: expected 1 or more, got %d", q.Target.RowCount)
	}
	return q.Target.decodeRow(q.Columns)
}

func (t *Target) decodeRow(columns []Column) error {
	if len(t.RawRow) != len(columns) {
		return fmt.Errorf("query.target.row: expected %d values, one for each column, got %d", len(columns), len(t.RawRow))
	}
	t.Row = make([]any, len(columns))
	for i, raw := range t.RawRow {
		value, err := Native(columns[i].Type, raw)
		if err != nil {
			return fmt.Errorf("query.target.row[%d]: %w", i, err)
		}
		t.Row[i] = value
	}
	return nil
}
