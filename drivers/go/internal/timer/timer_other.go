//go:build !linux

// Package timer waits more exactly than time.Sleep does on Linux.
// It imports nothing of the runner.
package timer

import "time"

// Timer is time.Sleep, which is exact where the system is not Linux.
type Timer struct{}

// New makes a timer for one goroutine.
func New() (*Timer, error) { return &Timer{}, nil }

// Sleep waits for a time; there is nothing to wait for in one of 0 or less.
func (*Timer) Sleep(wait time.Duration) error {
	time.Sleep(wait)
	return nil
}

// Close gives the timer back to the system.
func (*Timer) Close() error { return nil }
