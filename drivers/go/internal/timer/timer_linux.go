// Package timer waits more exactly than time.Sleep does on Linux.
// It imports nothing of the runner.
package timer

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Timer waits on a timerfd through Go's network poller. time.Sleep will not
// do: an idle Go process sleeps in epoll_wait, whose time-out is in whole
// milliseconds, and wakes up to 1 ms late (2.5 ms become 3.5 ms).
type Timer struct {
	file *os.File
	fd   int
	read [8]byte
}

// New makes a timer for one goroutine.
func New() (*Timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	return &Timer{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd}, nil
}

// Sleep waits for a time; there is nothing to wait for in one of 0 or less.
func (t *Timer) Sleep(wait time.Duration) error {
	if wait <= 0 {
		return nil // a timerfd takes 0 for "never"
	}
	setting := unix.ItimerSpec{Value: unix.NsecToTimespec(wait.Nanoseconds())}
	if err := unix.TimerfdSettime(t.fd, 0, &setting, nil); err != nil {
		return os.NewSyscallError("timerfd_settime", err)
	}
	_, err := t.file.Read(t.read[:])
	return err
}

// Close gives the timer back to the system.
func (t *Timer) Close() error { return t.file.Close() }
