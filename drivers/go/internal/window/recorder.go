// Package window runs workers in a closed or an open loop and measures them.
// It may import adapter and timer.
package window

import (
	"math"
	"math/big"
	"math/bits"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowestLatencyNS  = 1
	highestLatencyNS = 3_600_000_000_000
	latencyDigits    = 3
	tenths           = 10
)

// Recorder collects the latencies of all workers. It is one for all of them:
// with GOMAXPROCS=1 its lock is all but never contended, while a histogram of
// 270 KB for each worker would be live heap that makes the garbage collector
// run less often, and so flatter the drivers at high concurrency.
type Recorder struct {
	mutex     sync.Mutex
	histogram *hdrhistogram.Histogram
	queries   int64
	rows      int64
	min       int64
	max       int64
	sum       uint64
	// The sum of squares has 128 bits: deviations are exact, not accumulated.
	squaresHigh uint64
	squaresLow  uint64
	tenths      [tenths]int64
	tenthsPerNS float64
}

// NewRecorder makes a recorder that has seen nothing.
func NewRecorder() *Recorder {
	return &Recorder{histogram: hdrhistogram.New(lowestLatencyNS, highestLatencyNS, latencyDigits)}
}

// Reset forgets everything, for a window of this duration.
func (r *Recorder) Reset(window time.Duration) {
	r.histogram.Reset()
	*r = Recorder{histogram: r.histogram, tenthsPerNS: tenths / float64(window)}
}

// record adds a query; its latency begins at `since`, both times are the window's.
func (r *Recorder) record(since, ended time.Duration, rows int) error {
	latencyNS := max(int64(ended-since), lowestLatencyNS)
	tenth := min(int(float64(ended)*r.tenthsPerNS), tenths-1)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.queries == 0 || latencyNS < r.min {
		r.min = latencyNS
	}
	r.max = max(r.max, latencyNS)
	r.queries++
	r.tenths[tenth]++
	r.rows += int64(rows)
	r.sum += uint64(latencyNS)
	high, low := bits.Mul64(uint64(latencyNS), uint64(latencyNS))
	var carry uint64
	r.squaresLow, carry = bits.Add64(r.squaresLow, low, 0)
	r.squaresHigh += high + carry
	return r.histogram.RecordValue(min(latencyNS, highestLatencyNS))
}

// Queries is the number of queries recorded.
func (r *Recorder) Queries() int64 { return r.queries }

// Rows is the number of rows that the queries gave.
func (r *Recorder) Rows() int64 { return r.rows }

// Tenths are the queries by the tenth of the window in which they were
// answered; those answered after its end count in the last.
func (r *Recorder) Tenths() [tenths]int64 { return r.tenths }

// Min is the shortest latency.
func (r *Recorder) Min() int64 { return r.min }

// Max is the longest latency.
func (r *Recorder) Max() int64 { return r.max }

// Mean is the latencies' exact mean.
func (r *Recorder) Mean() float64 {
	if r.queries == 0 {
		return 0
	}
	return float64(r.sum) / float64(r.queries)
}

// Stddev is the latencies' exact population standard deviation:
// sqrt(n·Σx² − (Σx)²) / n, in integers up to the root.
func (r *Recorder) Stddev() float64 {
	if r.queries == 0 {
		return 0
	}
	sum := new(big.Int).SetUint64(r.sum)
	squares := new(big.Int).SetUint64(r.squaresHigh)
	squares.Lsh(squares, 64).Add(squares, new(big.Int).SetUint64(r.squaresLow))
	spread := new(big.Int).Mul(squares, big.NewInt(r.queries))
	spread.Sub(spread, sum.Mul(sum, sum))
	float, _ := new(big.Float).SetInt(spread).Float64()
	return math.Sqrt(float) / float64(r.queries)
}

// Encode gives the histogram in HdrHistogram's V2 compressed form, base64.
func (r *Recorder) Encode() (string, error) {
	encoded, err := r.histogram.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	return string(encoded), err
}
