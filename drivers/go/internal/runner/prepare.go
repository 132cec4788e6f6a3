package runner

import (
	"context"
	"errors"
	"fmt"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/canonical"
	"pgbench-drivers/go-runner/internal/event"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

// prepare opens all connections, verifies the first answer on the first of
// them, and runs the query once on each of the others.
func prepare(ctx context.Context, j *job.Job, driver adapter.Adapter) ([]adapter.Query, event.Ready, error) {
	ready := event.Ready{Event: "ready", Connections: j.Concurrency, Columns: len(answerColumns(&j.Query))}
	conns := make([]adapter.Conn, j.Concurrency)
	queries := make([]adapter.Query, j.Concurrency)
	for i := range conns {
		var err error
		if conns[i], err = driver.Connect(ctx); err != nil {
			return nil, ready, fmt.Errorf("cannot connect: %w", err)
		}
	}
	for i, conn := range conns {
		var err error
		if queries[i], err = ask(conn, &j.Query); err != nil {
			return nil, ready, err
		}
		answer, err := queries[i].Run()
		if err != nil {
			return nil, ready, firstAnswer(err)
		}
		if i > 0 {
			continue
		}
		ready.Rows = answer.Rows
		if driver.Describe().Synthetic {
			continue
		}
		if ready.Checksum, err = verify(conn, &j.Query, answer); err != nil {
			return nil, ready, err
		}
	}
	return queries, ready, nil
}

func answerColumns(q *job.Query) []job.Column {
	if q.Kind == job.KindFetch {
		return q.Columns
	}
	return q.Readback.Columns
}

func ask(conn adapter.Conn, q *job.Query) (adapter.Query, error) {
	switch q.Kind {
	case job.KindBatch:
		return conn.Batch(q)
	case job.KindCopy:
		return conn.Copy(q)
	default:
		return conn.Fetch(q.Fetch())
	}
}

// firstAnswer tells a value of the wrong type from an error of the driver.
func firstAnswer(err error) error {
	var mismatch *rowset.MismatchError
	if errors.As(err, &mismatch) {
		return failure.New(failure.WrongAnswer, "%w", err)
	}
	return err
}

func verify(conn adapter.Conn, q *job.Query, answer adapter.Answer) (*string, error) {
	if answer.Rows != q.Expect.Rows {
		return nil, failure.New(failure.WrongAnswer, "expected %d rows, got %d", q.Expect.Rows, answer.Rows)
	}
	set := answer.Set
	if q.Kind != job.KindFetch {
		readback, err := readBack(conn, q.Readback)
		if err != nil {
			return nil, err
		}
		set = readback
	}
	sum := canonical.New(set.Columns())
	for i := range set.Len() {
		if err := sum.Row(set.Row(i)); err != nil {
			return nil, failure.New(failure.WrongAnswer, "row %d: %w", i+1, err)
		}
	}
	got := sum.Sum()
	if got != q.Expect.Checksum {
		return nil, failure.New(failure.WrongAnswer, "expected the checksum %s, got %s", q.Expect.Checksum, got)
	}
	return &got, nil
}

func readBack(conn adapter.Conn, r *job.Readback) (*rowset.Set, error) {
	query, err := conn.Fetch(job.Fetch{SQL: r.SQL, Columns: r.Columns})
	if err != nil {
		return nil, err
	}
	answer, err := query.Run()
	if err != nil {
		return nil, firstAnswer(fmt.Errorf("readback: %w", err))
	}
	return answer.Set, nil
}
