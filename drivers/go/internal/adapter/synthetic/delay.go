package synthetic

import (
	"context"
	"fmt"
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/timer"
)

type delay struct {
	delays []time.Duration
	rows   int
}

// NewDelay makes the driver that waits for prescribed times.
func NewDelay(j *job.Job) (adapter.Adapter, error) {
	var options struct {
		DelaysMS []float64 `json:"delays_ms"`
		Rows     int       `json:"rows"`
	}
	if err := adapter.Options(j.Options, &options); err != nil {
		return nil, err
	}
	if len(options.DelaysMS) == 0 {
		return nil, failure.New(failure.BadJob, "options.delays_ms: expected a list of one delay or more")
	}
	d := &delay{rows: options.Rows}
	for i, ms := range options.DelaysMS {
		if ms < 0 {
			return nil, failure.New(failure.BadJob, "options.delays_ms[%d]: expected 0 or more, got %g", i, ms)
		}
		d.delays = append(d.delays, time.Duration(ms*float64(time.Millisecond)))
	}
	return d, nil
}

func (d *delay) Describe() adapter.Description {
	return adapter.Description{Name: "delay", Version: version, Synthetic: true,
		Mode: fmt.Sprintf("waits for each of %d delays in turn, without I/O", len(d.delays))}
}

func (d *delay) Connect(context.Context) (adapter.Conn, error) {
	waits, err := timer.New()
	if err != nil {
		return nil, err
	}
	return &delayed{delay: d, waits: waits}, nil
}

type delayed struct {
	*delay
	waits *timer.Timer
	next  int
}

func (d *delayed) Fetch(job.Fetch) (adapter.Query, error)  { return d, nil }
func (d *delayed) Batch(*job.Query) (adapter.Query, error) { return d, nil }
func (d *delayed) Copy(*job.Query) (adapter.Query, error)  { return d, nil }

func (d *delayed) Restart() { d.next = 0 }

func (d *delayed) Run() (adapter.Answer, error) {
	wait := d.delays[d.next%len(d.delays)]
	d.next++
	return adapter.Answer{Rows: d.rows}, d.waits.Sleep(wait)
}
