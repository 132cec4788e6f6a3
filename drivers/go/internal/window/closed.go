package window

import (
	"time"

	"pgbench-drivers/go-runner/internal/adapter"
)

type closedLoop struct{ frame }

// Closed lets each query run again and again for the duration, all starting
// together, and lets those under way finish. The first error ends it at once.
func Closed(duration time.Duration, queries []adapter.Query, recorder *Recorder) (Measurement, error) {
	loop := &closedLoop{frame{duration: duration, recorder: recorder}}
	return loop.run(queries, func(worker int) (time.Duration, error) { return loop.work(queries[worker]) })
}

func (l *closedLoop) work(query adapter.Query) (last time.Duration, err error) {
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
		if err := l.recorder.record(start, last, answer.Rows); err != nil {
			return last, err
		}
	}
}
