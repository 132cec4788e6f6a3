package synthetic

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// timer waits on a timerfd through Go's network poller. time.Sleep will not
// do: an idle Go process sleeps in epoll_wait, whose time-out is in whole
// milliseconds, and wakes up to 1 ms late (2.5 ms become 3.5 ms).
type timer struct {
	file *os.File
	fd   int
	read [8]byte
}

func newTimer() (*timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	return &timer{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd}, nil
}

func (t *timer) sleep(wait time.Duration) error {
	if wait == 0 {
		return nil // a timerfd takes 0 for "never"
	}
	setting := unix.ItimerSpec{Value: unix.NsecToTimespec(wait.Nanoseconds())}
	if err := unix.TimerfdSettime(t.fd, 0, &setting, nil); err != nil {
		return os.NewSyscallError("timerfd_settime", err)
	}
	_, err := t.file.Read(t.read[:])
	return err
}
