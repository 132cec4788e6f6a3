package window

import (
	"runtime"
	"sync"
	"syscall"
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
)

// Measurement is what one window took.
type Measurement struct {
	Elapsed     time.Duration
	CPUUser     time.Duration
	CPUSystem   time.Duration
	MaxRSSKiB   int64
	QueriesDone int64
}

type loop struct {
	duration time.Duration
	recorder *Recorder
	begin    chan struct{}
	epoch    time.Time
}

type ending struct {
	at  time.Duration
	err error
}

// Run lets each query run again and again for the duration, all starting
// together, and lets those under way finish. The first error ends it at once,
// without waiting for workers that may hang.
func Run(duration time.Duration, queries []adapter.Query, recorder *Recorder) (Measurement, error) {
	loop := &loop{duration: duration, recorder: recorder, begin: make(chan struct{})}
	endings := make(chan ending, len(queries))
	var waiting sync.WaitGroup
	for _, query := range queries {
		if restarter, ok := query.(adapter.Restarter); ok {
			restarter.Restart()
		}
		waiting.Add(1)
		go func() {
			waiting.Done()
			<-loop.begin
			at, err := loop.work(query)
			endings <- ending{at, err}
		}()
	}
	waiting.Wait()
	// What was left over before the window is not collected at its expense.
	// Inside the window the collector runs with Go's default settings.
	runtime.GC()

	recorder.Reset()
	before, err := usage()
	if err != nil {
		return Measurement{}, err
	}
	loop.epoch = time.Now()
	close(loop.begin)

	var elapsed time.Duration
	for range queries {
		ended := <-endings
		if ended.err != nil {
			return Measurement{}, ended.err
		}
		elapsed = max(elapsed, ended.at)
	}
	after, err := usage()
	return difference(before, after, elapsed, recorder.Queries()), err
}

func (l *loop) work(query adapter.Query) (last time.Duration, err error) {
	for {
		start := time.Since(l.epoch)
		if start >= l.duration {
			return last, nil
		}
		answer, err := query.Run()
		if err != nil {
			return last, err
		}
		last = time.Since(l.epoch)
		if err := l.recorder.record(int64(last-start), answer.Rows); err != nil {
			return last, err
		}
	}
}

func usage() (rusage syscall.Rusage, err error) {
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &rusage)
	return rusage, err
}

func difference(before, after syscall.Rusage, elapsed time.Duration, queries int64) Measurement {
	return Measurement{
		Elapsed:     elapsed,
		CPUUser:     time.Duration(after.Utime.Nano() - before.Utime.Nano()),
		CPUSystem:   time.Duration(after.Stime.Nano() - before.Stime.Nano()),
		MaxRSSKiB:   after.Maxrss,
		QueriesDone: queries,
	}
}
