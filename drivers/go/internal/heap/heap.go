// Package heap tells what the process has allocated. It imports nothing of the runner.
package heap

import "runtime"

// Allocations are objects on the heap, freed ones included. Tiny ones without
// pointers share blocks of 16 bytes; Go counts both them and their blocks, and
// the bytes of the blocks.
type Allocations struct {
	Count uint64
	Bytes uint64
}

// Allocated is everything until now. It stops all goroutines for a moment.
func Allocated() Allocations {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return Allocations{Count: stats.Mallocs, Bytes: stats.TotalAlloc}
}

// Since is what was allocated after `before`.
func (a Allocations) Since(before Allocations) Allocations {
	return Allocations{Count: a.Count - before.Count, Bytes: a.Bytes - before.Bytes}
}
