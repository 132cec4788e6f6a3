package heap

import (
	"runtime"
	"testing"
)

var kept []*[64]byte

func TestAKnownNumberOfObjectsIsCounted(t *testing.T) {
	const objects = 100_000
	kept = make([]*[64]byte, objects)
	before := Allocated()
	for i := range kept {
		kept[i] = new([64]byte)
	}
	// What was freed was allocated all the same.
	kept = nil
	runtime.GC()
	made := Allocated().Since(before)
	// The runtime itself may need some.
	if made.Count < objects || made.Count > objects+1000 {
		t.Errorf("counted %d allocations, want %d", made.Count, objects)
	}
	if made.Bytes < 64*objects || made.Bytes > 64*objects+100_000 {
		t.Errorf("counted %d bytes, want %d", made.Bytes, 64*objects)
	}
}
