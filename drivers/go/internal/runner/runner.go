// Package runner leads one job through its life: connect, verify, measure.
// It may import everything but main.
package runner

import (
	"bufio"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/event"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/heap"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/schedule"
	"pgbench-drivers/go-runner/internal/window"
)

// Run does the job on stdin. Its error is a *failure.Failure if the job
// failed, and any other if the runner did.
func Run(stdin io.Reader, events *event.Writer, adapters map[string]adapter.New) error {
	line, err := bufio.NewReader(stdin).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return failure.New(failure.BadJob, "cannot read the job: %w", err)
	}
	j, err := job.Parse(line)
	if err != nil {
		return err
	}
	create, known := adapters[j.Driver]
	if !known {
		return failure.New(failure.BadJob, "driver: this runner has no %q", j.Driver)
	}
	driver, err := create(j)
	if err != nil {
		return asFailure(err, failure.BadJob)
	}
	if err := events.Write(hello(driver.Describe())); err != nil {
		return err
	}
	return measure(j, driver, events)
}

func hello(d adapter.Description) event.Hello {
	components := d.Components
	if components == nil {
		components = map[string]string{}
	}
	return event.Hello{
		Event: "hello", Contract: job.ContractVersion, Runner: "go",
		Runtime:    event.Version{Name: "Go", Version: strings.TrimPrefix(runtime.Version(), "go")},
		Driver:     event.Version{Name: d.Name, Version: d.Version},
		Components: components, Mode: d.Mode, Synthetic: d.Synthetic,
	}
}

func measure(j *job.Job, driver adapter.Adapter, events *event.Writer) error {
	queries, ready, err := prepare(context.Background(), j, driver)
	if err != nil {
		return asFailure(err, failure.Driver)
	}
	if err := events.Write(ready); err != nil {
		return err
	}
	recorder := window.NewRecorder()
	windows := windows{j.Arrivals, queries, recorder, events, j.CountAllocations}
	if _, _, err := windows.run("warmup", j.Warmup(), j.Seed+1); err != nil {
		return err
	}
	recorder.Reset(j.Measure())
	measured, arrivals, err := windows.run("measure", j.Measure(), j.Seed)
	if err != nil {
		return err
	}
	histogram, err := recorder.Encode()
	if err != nil {
		return err
	}
	return events.Write(event.Result{
		Event: "result", Queries: recorder.Queries(), Rows: recorder.Rows(), ElapsedNS: measured.Elapsed.Nanoseconds(),
		Latency: event.Latency{MinNS: recorder.Min(), MaxNS: recorder.Max(),
			MeanNS: recorder.Mean(), StddevNS: recorder.Stddev(), Histogram: histogram},
		Tenths: recorder.Tenths(), Arrivals: arrivals,
	})
}

// windows are what is run of a job, one after the other.
type windows struct {
	arrivals *job.Arrivals
	queries  []adapter.Query
	recorder *window.Recorder
	events   *event.Writer
	counting bool
}

// run skips a window of no length.
func (w *windows) run(name string, duration time.Duration, seed int64) (window.Measurement, *event.Arrivals, error) {
	if duration == 0 {
		return window.Measurement{}, nil, nil
	}
	loop := w.closed
	if w.arrivals != nil {
		loop = w.open(schedule.Offsets(*w.arrivals, duration.Seconds(), seed))
	}
	if err := w.events.Write(event.Started{Event: "started", Window: name}); err != nil {
		return window.Measurement{}, nil, err
	}
	var before heap.Allocations
	if w.counting {
		before = heap.Allocated()
	}
	measured, arrivals, err := loop(duration)
	if err != nil {
		return measured, nil, asFailure(err, failure.Driver)
	}
	var allocations *event.Allocations
	if w.counting {
		made := heap.Allocated().Since(before)
		allocations = &event.Allocations{Count: made.Count, Bytes: made.Bytes}
	}
	return measured, arrivals, w.events.Write(event.Finished{
		Event: "finished", Window: name, ElapsedNS: measured.Elapsed.Nanoseconds(), Queries: w.recorder.Queries(),
		CPUUserUS: measured.CPUUser.Microseconds(), CPUSystemUS: measured.CPUSystem.Microseconds(),
		MaxRSSKibyte: measured.MaxRSSKiB, Allocations: allocations,
	})
}

func (w *windows) closed(duration time.Duration) (window.Measurement, *event.Arrivals, error) {
	measured, err := window.Closed(duration, w.queries, w.recorder)
	return measured, nil, err
}

func (w *windows) open(offsets []time.Duration) func(time.Duration) (window.Measurement, *event.Arrivals, error) {
	return func(duration time.Duration) (window.Measurement, *event.Arrivals, error) {
		measured, kept, err := window.Open(duration, offsets, w.queries, w.recorder)
		return measured, &event.Arrivals{Scheduled: kept.Scheduled, Missed: kept.Missed, Late: kept.Late,
			MaxLatenessNS: kept.MaxLateness.Nanoseconds()}, err
	}
}

// asFailure leaves failures as they are and makes others one of this kind.
func asFailure(err error, kind failure.Kind) error {
	var known *failure.Failure
	if errors.As(err, &known) {
		return err
	}
	return failure.New(kind, "%w", err)
}
