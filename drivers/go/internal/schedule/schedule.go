// Package schedule says when the queries of an open loop are due.
// It may import job.
package schedule

import (
	"iter"
	"math"
	"time"

	"pgbench-drivers/go-runner/internal/job"
)

// Offsets are the times after the window's start, in order, of all queries that
// are due before its end.
func Offsets(arrivals job.Arrivals, windowSeconds float64, seed int64) []time.Duration {
	dues := constant(arrivals.PerSecond)
	if arrivals.Process == job.ProcessPoisson {
		dues = poisson(arrivals.PerSecond, splitMix64(seed))
	}
	offsets := []time.Duration{}
	for due := range dues {
		if due >= windowSeconds {
			break
		}
		offsets = append(offsets, time.Duration(due*float64(time.Second)))
	}
	return offsets
}

func constant(perSecond float64) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for k := 0.0; yield(k / perSecond); k++ {
		}
	}
}

func poisson(perSecond float64, random func() uint64) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for due := 0.0; ; {
			u := float64(random()>>11) * 0x1p-53
			due += -math.Log(1-u) / perSecond
			if !yield(due) {
				return
			}
		}
	}
}

// splitMix64 is the generator of Steele, Lea and Flood (2014,
// https://doi.org/10.1145/2660193.2660195).
func splitMix64(seed int64) func() uint64 {
	state := uint64(seed)
	return func() uint64 {
		state += 0x9e3779b97f4a7c15
		mixed := (state ^ state>>30) * 0xbf58476d1ce4e5b9
		mixed = (mixed ^ mixed>>27) * 0x94d049bb133111eb
		return mixed ^ mixed>>31
	}
}
