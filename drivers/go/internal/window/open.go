package window

import (
	"sync"
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/timer"
)

const lateAfter = time.Millisecond

// Arrivals says how an open loop's schedule was kept.
type Arrivals struct {
	Scheduled int64
	// Missed queries were not started before the window's end.
	Missed int64
	// Late ones were started more than a millisecond after they were due.
	Late        int64
	MaxLateness time.Duration
}

type openLoop struct {
	frame
	queue  queue
	timers []*timer.Timer
}

// Open runs one query for each time of the schedule, on whichever connection is
// free, until the duration is over, and lets those under way finish. The first
// error ends it at once. The schedule is in order, and counts from the start.
func Open(duration time.Duration, schedule []time.Duration, queries []adapter.Query,
	recorder *Recorder) (Measurement, Arrivals, error) {
	loop := &openLoop{frame: frame{duration: duration, recorder: recorder}, queue: queue{schedule: schedule}}
	defer loop.close()
	for range queries {
		waits, err := timer.New()
		if err != nil {
			return Measurement{}, Arrivals{}, err
		}
		loop.timers = append(loop.timers, waits)
	}
	measured, err := loop.run(queries, func(worker int) (time.Duration, error) {
		return loop.work(queries[worker], loop.timers[worker])
	})
	if err != nil {
		return Measurement{}, Arrivals{}, err
	}
	return measured, loop.queue.arrivals(recorder.Queries()), nil
}

func (l *openLoop) close() {
	for _, waits := range l.timers {
		// A timer that cannot be closed harms nobody.
		_ = waits.Close()
	}
}

// work does not yield after it has waited: a timer is exact, and goroutines
// that only yield would keep the scheduler from asking the network poller.
func (l *openLoop) work(query adapter.Query, waits *timer.Timer) (last time.Duration, err error) {
	for {
		due, ok := l.queue.take()
		if !ok {
			return last, nil
		}
		if err := waits.Sleep(due - time.Since(l.epoch)); err != nil {
			return last, err
		}
		start := time.Since(l.epoch)
		if start >= l.duration {
			return last, nil
		}
		l.queue.started(start - due)
		answer, err := query.Run()
		if err != nil {
			return last, err
		}
		last = time.Since(l.epoch)
		if err := l.recorder.record(due, last, answer.Rows); err != nil {
			return last, err
		}
	}
}

// queue is the schedule that all workers take from.
type queue struct {
	mutex       sync.Mutex
	schedule    []time.Duration
	next        int
	late        int64
	maxLateness time.Duration
}

func (q *queue) take() (due time.Duration, ok bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.next == len(q.schedule) {
		return 0, false
	}
	q.next++
	return q.schedule[q.next-1], true
}

func (q *queue) started(lateness time.Duration) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if lateness > lateAfter {
		q.late++
	}
	q.maxLateness = max(q.maxLateness, lateness)
}

func (q *queue) arrivals(answered int64) Arrivals {
	scheduled := int64(len(q.schedule))
	return Arrivals{Scheduled: scheduled, Missed: scheduled - answered, Late: q.late, MaxLateness: q.maxLateness}
}
