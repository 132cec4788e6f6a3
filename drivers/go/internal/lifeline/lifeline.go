// Package lifeline notices that nobody reads the runner's events any more.
// It imports nothing of the runner.
package lifeline

import (
	"os"

	"golang.org/x/sys/unix"
)

// Watch calls lost when the other end of file is closed. Without it a runner
// whose orchestrator was killed would go on until its next event, which may be
// a whole window away. The goroutine sleeps in poll(2), and costs nothing.
func Watch(file *os.File, lost func()) {
	// No events are asked for: errors and hang-ups are always reported.
	watched := []unix.PollFd{{Fd: int32(file.Fd())}}
	go func() {
		for {
			ready, err := unix.Poll(watched, -1)
			if err == unix.EINTR {
				continue
			}
			if err == nil && ready > 0 {
				lost()
			}
			return
		}
	}()
}
