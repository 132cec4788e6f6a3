// Package adapter says what the runner wants of a driver. An adapter is
// generic over SQL, arguments and columns: it knows none of the queries.
// It may import job and rowset.
package adapter

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

// Description is what an adapter says of itself in the hello event.
type Description struct {
	Name       string
	Version    string
	Components map[string]string
	Mode       string
	Synthetic  bool
}

// New makes the adapter for one job; it connects nothing yet.
type New func(*job.Job) (Adapter, error)

// Adapter stands for one driver with one job's settings.
type Adapter interface {
	Describe() Description
	Connect(context.Context) (Conn, error)
}

// Conn is one connection. The query it prepares is used by one goroutine.
type Conn interface {
	Fetch(job.Fetch) (Query, error)
	Batch(*job.Query) (Query, error)
	Copy(*job.Query) (Query, error)
}

// Query is run again and again; one Run is one query of the contract.
type Query interface {
	Run() (Answer, error)
}

// Restarter is a query that starts anew with each window.
type Restarter interface {
	Restart()
}

// Answer is what a query gave. Set holds the decoded rows of a fetch, and is
// nil for everything else.
type Answer struct {
	Rows int
	Set  *rowset.Set
}

// Options decodes a driver's options. An option that the driver does not know
// is refused: ignored, it would put a wrong label on the figure.
func Options(options json.RawMessage, into any) error {
	if len(options) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(options))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return failure.New(failure.BadJob, "options: %w", err)
	}
	return nil
}

// Repeat builds the rows to send: each a list of its own, as a program that
// read them from somewhere would have it.
func Repeat(row []any, count int) [][]any {
	rows := make([][]any, count)
	for i := range rows {
		rows[i] = slices.Clone(row)
	}
	return rows
}
