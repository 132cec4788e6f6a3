// Package synthetic holds the drivers without a server: null shows what the
// runner itself costs, delay whether it measures the truth.
package synthetic

import (
	"context"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/job"
)

// version is that of the contract's definition of these drivers.
const version = "1"

type null struct{ rows int }

// NewNull makes the driver that answers at once.
func NewNull(j *job.Job) (adapter.Adapter, error) {
	if err := adapter.Options(j.Options, &struct{}{}); err != nil {
		return nil, err
	}
	return null{j.Query.Expect.Rows}, nil
}

func (n null) Describe() adapter.Description {
	return adapter.Description{Name: "null", Version: version, Mode: "answers at once, without I/O", Synthetic: true}
}

func (n null) Connect(context.Context) (adapter.Conn, error) { return n, nil }
func (n null) Fetch(job.Fetch) (adapter.Query, error)        { return n, nil }
func (n null) Batch(*job.Query) (adapter.Query, error)       { return n, nil }
func (n null) Copy(*job.Query) (adapter.Query, error)        { return n, nil }
func (n null) Run() (adapter.Answer, error)                  { return adapter.Answer{Rows: n.rows}, nil }
