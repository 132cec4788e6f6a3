// Package failure names the ways a job can fail and their exit codes.
// It imports nothing of the runner.
package failure

import "fmt"

// Kind is the contract's name for a cause of failure.
type Kind string

const (
	BadJob      Kind = "bad-job"
	Unsupported Kind = "unsupported"
	WrongAnswer Kind = "wrong-answer"
	Driver      Kind = "driver"
)

var exitCodes = map[Kind]int{BadJob: 2, Unsupported: 3, WrongAnswer: 4, Driver: 5}

// Failure ends a job; its message names the cause in one sentence.
type Failure struct {
	Kind  Kind
	cause error
}

// New makes a failure of a kind; the format may wrap a cause with %w.
func New(kind Kind, format string, args ...any) *Failure {
	return &Failure{Kind: kind, cause: fmt.Errorf(format, args...)}
}

func (f *Failure) Error() string { return f.cause.Error() }

func (f *Failure) Unwrap() error { return f.cause }

// ExitCode is what the process exits with.
func (f *Failure) ExitCode() int { return exitCodes[f.Kind] }
