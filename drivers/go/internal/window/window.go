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
	Elapsed   time.Duration
	CPUUser   time.Duration
	CPUSystem time.Duration
	MaxRSSKiB int64
}

// frame is what all workers of a window share.
type frame struct {
	duration time.Duration
	recorder *Recorder
	epoch    time.Time
}

type ending struct {
	at  time.Duration
	err error
}

// run lets each query have a worker, all starting together. The first error
// ends the window at once, without waiting for workers that may hang. A worker
// gets its number, and tells when its last query has ended.
func (f *frame) run(queries []adapter.Query, work func(worker int) (time.Duration, error)) (Measurement, error) {
	begin := make(chan struct{})
	endings := make(chan ending, len(queries))
	var waiting sync.WaitGroup
	for worker, query := range queries {
		if restarter, ok := query.(adapter.Restarter); ok {
			restarter.Restart()
		}
		waiting.Add(1)
		go func() {
			waiting.Done()
			<-begin
			at, err := work(worker)
			endings <- ending{at, err}
		}()
	}
	waiting.Wait()
	// What was left over before the window is not collected at its expense.
	// Inside the window the collector runs with Go's default settings.
	runtime.GC()

	f.recorder.Reset(f.duration)
	before, err := usage()
	if err != nil {
		return Measurement{}, err
	}
	f.epoch = time.Now()
	close(begin)

	elapsed := time.Duration(1) // also of a window whose schedule is empty
	for range queries {
		ended := <-endings
		if ended.err != nil {
			return Measurement{}, ended.err
		}
		elapsed = max(elapsed, ended.at)
	}
	after, err := usage()
	return difference(before, after, elapsed), err
}

func usage() (rusage syscall.Rusage, err error) {
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &rusage)
	return rusage, err
}

func difference(before, after syscall.Rusage, elapsed time.Duration) Measurement {
	return Measurement{
		Elapsed:   elapsed,
		CPUUser:   time.Duration(after.Utime.Nano() - before.Utime.Nano()),
		CPUSystem: time.Duration(after.Stime.Nano() - before.Stime.Nano()),
		MaxRSSKiB: after.Maxrss,
	}
}
