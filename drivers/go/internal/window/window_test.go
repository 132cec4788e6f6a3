package window

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/adapter/synthetic"
	"pgbench-drivers/go-runner/internal/job"
)

func TestStatisticsAreExact(t *testing.T) {
	recorder := NewRecorder()
	for _, latency := range []int64{2, 4, 4, 4, 5, 5, 7, 9} {
		if err := recorder.record(0, time.Duration(latency)*time.Second, 3); err != nil {
			t.Fatal(err)
		}
	}
	got := []float64{float64(recorder.Queries()), float64(recorder.Rows()), float64(recorder.Min()), float64(recorder.Max()),
		recorder.Mean(), recorder.Stddev()}
	for i, want := range []float64{8, 24, 2e9, 9e9, 5e9, 2e9} {
		if got[i] != want {
			t.Errorf("figure %d: got %g, want %g", i, got[i], want)
		}
	}
	recorder.Reset(time.Second)
	if recorder.Queries() != 0 || recorder.Mean() != 0 || recorder.Stddev() != 0 {
		t.Error("a recorder that was reset remembers")
	}
}

func TestTheEncodedHistogramHasAllLatencies(t *testing.T) {
	recorder := NewRecorder()
	// Beyond the hour the exact maximum tells the truth, the histogram its end.
	for _, latency := range []int64{0, 1, 1000, 2 * highestLatencyNS} {
		if err := recorder.record(0, time.Duration(latency), 0); err != nil {
			t.Fatal(err)
		}
	}
	encoded, err := recorder.Encode()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := hdrhistogram.Decode([]byte(encoded))
	if err != nil {
		t.Fatal(err)
	}
	if decoded.TotalCount() != 4 || decoded.HighestTrackableValue() != highestLatencyNS || decoded.SignificantFigures() != 3 {
		t.Errorf("got %d latencies up to %d", decoded.TotalCount(), decoded.HighestTrackableValue())
	}
	if recorder.Max() != 2*highestLatencyNS {
		t.Errorf("max: got %d", recorder.Max())
	}
}

func TestQueriesCountInTheTenthInWhichTheyWereAnswered(t *testing.T) {
	recorder := NewRecorder()
	recorder.Reset(time.Second)
	for _, ms := range []time.Duration{0, 99, 101, 550, 999, 1001, 5000} {
		if err := recorder.record(0, ms*time.Millisecond, 1); err != nil {
			t.Fatal(err)
		}
	}
	if want := [10]int64{2, 1, 0, 0, 0, 1, 0, 0, 0, 3}; recorder.Tenths() != want {
		t.Errorf("got %v, want %v: what comes after the window's end counts in the last", recorder.Tenths(), want)
	}
}

func TestAWindowReportsTheDelaysTruth(t *testing.T) {
	const workers = 4
	queries := synthetics(t, synthetic.NewDelay, &job.Job{Options: json.RawMessage(`{"delays_ms": [20, 20, 20, 100], "rows": 7}`)}, workers)
	recorder := NewRecorder()
	measured, err := Closed(1600*time.Millisecond, queries, recorder)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "queries", float64(recorder.Queries()), workers*40, 0.1)
	near(t, "rows", float64(recorder.Rows()), workers*40*7, 0.1)
	near(t, "mean", recorder.Mean(), 40e6, 0.1)
	near(t, "p50", float64(recorder.histogram.ValueAtPercentile(50)), 20e6, 0.1)
	near(t, "p90", float64(recorder.histogram.ValueAtPercentile(90)), 100e6, 0.1)
	near(t, "elapsed", float64(measured.Elapsed), 1600e6, 0.1)
	if recorder.Min() < 20e6 {
		t.Errorf("min: a delay of 20 ms took %d ns", recorder.Min())
	}
}

func TestDelaysStartAnewInEachWindow(t *testing.T) {
	queries := synthetics(t, synthetic.NewDelay, &job.Job{Options: json.RawMessage(`{"delays_ms": [60, 1]}`)}, 2)
	for range 2 {
		recorder := NewRecorder()
		if _, err := Closed(30*time.Millisecond, queries, recorder); err != nil {
			t.Fatal(err)
		}
		if recorder.Queries() != 2 || recorder.Min() < 60e6 {
			t.Errorf("got %d queries from %d ns, want each worker's first delay only", recorder.Queries(), recorder.Min())
		}
	}
}

func TestNullShowsThatTheLoopCostsLittle(t *testing.T) {
	queries := synthetics(t, synthetic.NewNull, &job.Job{Query: job.Query{Expect: job.Expect{Rows: 619}}}, 8)
	recorder := NewRecorder()
	measured, err := Closed(200*time.Millisecond, queries, recorder)
	if err != nil {
		t.Fatal(err)
	}
	cost := (measured.CPUUser + measured.CPUSystem) / time.Duration(recorder.Queries())
	t.Logf("null: %v of CPU for each of %d queries", cost, recorder.Queries())
	if cost > 3*time.Microsecond {
		t.Errorf("the loop costs %v for each query, more than the contract's 3µs", cost)
	}
	if recorder.Rows() != 619*recorder.Queries() {
		t.Errorf("got %d rows from %d queries", recorder.Rows(), recorder.Queries())
	}
}

type broken struct{ err error }

func (b broken) Run() (adapter.Answer, error) { return adapter.Answer{}, b.err }

type hanging struct{}

func (hanging) Run() (adapter.Answer, error) { select {} }

func TestAnErrorEndsTheWindowThoughAnotherWorkerHangs(t *testing.T) {
	cause := errors.New("the server is gone")
	_, err := Closed(time.Hour, []adapter.Query{hanging{}, broken{cause}}, NewRecorder())
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}

func synthetics(t *testing.T, create adapter.New, j *job.Job, workers int) []adapter.Query {
	t.Helper()
	driver, err := create(j)
	if err != nil {
		t.Fatal(err)
	}
	queries := make([]adapter.Query, workers)
	for i := range queries {
		conn, err := driver.Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if queries[i], err = conn.Fetch(job.Fetch{}); err != nil {
			t.Fatal(err)
		}
	}
	return queries
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*want {
		t.Errorf("%s: got %g, want %g ± %g %%", what, got, want, tolerance*100)
	}
}
