//go:build !linux

package synthetic

import "time"

type timer struct{}

func newTimer() (*timer, error) { return &timer{}, nil }

func (*timer) sleep(wait time.Duration) error {
	time.Sleep(wait)
	return nil
}
