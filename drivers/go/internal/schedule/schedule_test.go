package schedule

import (
	"reflect"
	"testing"
	"time"

	"pgbench-drivers/go-runner/internal/job"
)

func TestSplitMix64GivesItsPublishedNumbers(t *testing.T) {
	random := splitMix64(1)
	for i, want := range []uint64{0x910a2dec89025cc1, 0xbeeb8da1658eec67, 0xf893a2eefb32555e} {
		if got := random(); got != want {
			t.Errorf("number %d: got %#x, want %#x", i, got, want)
		}
	}
}

func TestAConstantProcessIsDueAtEvenDistancesFromTheStartOn(t *testing.T) {
	got := Offsets(job.Arrivals{Process: job.ProcessConstant, PerSecond: 3}, 1, 1)
	if want := []time.Duration{0, 333_333_333, 666_666_666}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAQueryThatIsDueAtTheEndOfTheWindowIsNotInIt(t *testing.T) {
	got := Offsets(job.Arrivals{Process: job.ProcessConstant, PerSecond: 1000}, 2, 1)
	if len(got) != 2000 || got[1999] != 1999*time.Millisecond {
		t.Errorf("got %d queries, the last at %v", len(got), got[len(got)-1])
	}
}

// The same numbers are in the tests of all runners: drivers get the same schedule.
func TestAPoissonProcessDependsOnTheSeedAlone(t *testing.T) {
	arrivals := job.Arrivals{Process: job.ProcessPoisson, PerSecond: 1000}
	got := Offsets(arrivals, 1, 1)
	if want := []time.Duration{836_005, 2_205_567, 5_746_122, 6_333_755, 6_921_218}; !reflect.DeepEqual(got[:5], want) {
		t.Errorf("got %v, want %v", got[:5], want)
	}
	if len(got) != 1065 || got[1064] != 998_556_212 {
		t.Errorf("got %d queries, the last at %d", len(got), got[len(got)-1])
	}
	if got := Offsets(arrivals, 1, 2)[0]; got != 894_504 {
		t.Errorf("of another seed: got %d", got)
	}
}
