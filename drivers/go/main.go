// Command go-runner runs one benchmark job, as docs/runner-contract.md says:
// a job on stdin, events on stdout, a log on stderr.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"pgbench-drivers/go-runner/internal/event"
	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/lifeline"
	"pgbench-drivers/go-runner/internal/registry"
	"pgbench-drivers/go-runner/internal/runner"
)

const exitCrash = 1

func main() {
	runtime.GOMAXPROCS(1)
	// A panic would exit with 2, which the contract reads as "bad job"; with
	// "crash" the runtime ends by SIGABRT, which it reads as a crash.
	debug.SetTraceback("crash")
	// SIGTERM keeps Go's default: the process ends at once, whatever it does.
	lifeline.Watch(os.Stdout, func() { os.Exit(exitCrash) })

	events := event.NewWriter(os.Stdout)
	if err := runner.Run(os.Stdin, events, registry.Adapters); err != nil {
		os.Exit(report(events, err))
	}
}

func report(events *event.Writer, err error) int {
	fmt.Fprintln(os.Stderr, err)
	var failed *failure.Failure
	if !errors.As(err, &failed) {
		return exitCrash
	}
	// Nothing is left to do when the error event cannot be written either.
	_ = events.Write(event.Failed(string(failed.Kind), failed.Error()))
	return failed.ExitCode()
}
