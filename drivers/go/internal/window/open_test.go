package window

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/adapter/synthetic"
	"pgbench-drivers/go-runner/internal/job"
)

func every(distance time.Duration, count int) []time.Duration {
	schedule := make([]time.Duration, count)
	for k := range schedule {
		schedule[k] = time.Duration(k) * distance
	}
	return schedule
}

func delays(t *testing.T, options string, workers int) []adapter.Query {
	t.Helper()
	return synthetics(t, synthetic.NewDelay, &job.Job{Options: json.RawMessage(options)}, workers)
}

func TestAScheduleThatTheConnectionsCanKeepIsKept(t *testing.T) {
	queries := delays(t, `{"delays_ms": [5], "rows": 7}`, 2)
	recorder := NewRecorder()
	measured, arrivals, err := Open(500*time.Millisecond, every(10*time.Millisecond, 50), queries, recorder)
	if err != nil {
		t.Fatal(err)
	}
	if arrivals.Scheduled != 50 || arrivals.Missed != 0 || recorder.Queries() != 50 || recorder.Rows() != 350 {
		t.Errorf("got %+v with %d queries and %d rows", arrivals, recorder.Queries(), recorder.Rows())
	}
	if measured.Elapsed < 490*time.Millisecond || recorder.Min() < 5e6 {
		t.Errorf("got %v, and latencies from %d ns", measured.Elapsed, recorder.Min())
	}
}

func TestLatencyCountsFromTheTimeAtWhichAQueryWasDue(t *testing.T) {
	queries := delays(t, `{"delays_ms": [20]}`, 1)
	recorder := NewRecorder()
	_, arrivals, err := Open(time.Second, []time.Duration{0, 0, 0}, queries, recorder)
	if err != nil {
		t.Fatal(err)
	}
	if arrivals.Late < 2 || arrivals.MaxLateness < 40*time.Millisecond || recorder.Max() < 60e6 {
		t.Errorf("got %+v, and latencies up to %d ns", arrivals, recorder.Max())
	}
}

func TestWhatWasNotStartedInTimeIsMissed(t *testing.T) {
	queries := delays(t, `{"delays_ms": [20]}`, 1)
	recorder := NewRecorder()
	_, arrivals, err := Open(50*time.Millisecond, every(time.Millisecond, 50), queries, recorder)
	if err != nil {
		t.Fatal(err)
	}
	if arrivals.Missed != 50-recorder.Queries() || recorder.Queries() > 3 {
		t.Errorf("got %+v with %d queries", arrivals, recorder.Queries())
	}
}

func TestAScheduleOfNothingIsAWindowOfNoQueries(t *testing.T) {
	measured, arrivals, err := Open(time.Millisecond, nil, delays(t, `{"delays_ms": [1]}`, 2), NewRecorder())
	if err != nil || arrivals != (Arrivals{}) || measured.Elapsed != 1 {
		t.Errorf("got %+v after %v and %v", arrivals, measured.Elapsed, err)
	}
}

func TestAnErrorEndsAnOpenWindowThoughAnotherWorkerHangs(t *testing.T) {
	cause := errors.New("the server is gone")
	_, _, err := Open(time.Hour, []time.Duration{0, 0}, []adapter.Query{hanging{}, broken{cause}}, NewRecorder())
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}
