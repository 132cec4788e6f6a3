// Package event writes the runner's events, one JSON object per line.
// It imports nothing of the runner.
package event

import (
	"encoding/json"
	"fmt"
	"io"
)

// Version names a thing and its version.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Hello is the first event: who runs, and how.
type Hello struct {
	Event      string            `json:"event"`
	Contract   int               `json:"contract"`
	Runner     string            `json:"runner"`
	Runtime    Version           `json:"runtime"`
	Driver     Version           `json:"driver"`
	Components map[string]string `json:"components"`
	Mode       string            `json:"mode"`
	Synthetic  bool              `json:"synthetic"`
}

// Ready says that all connections are prepared and the first answer was right.
type Ready struct {
	Event       string  `json:"event"`
	Connections int     `json:"connections"`
	Rows        int     `json:"rows"`
	Columns     int     `json:"columns"`
	Checksum    *string `json:"checksum"`
}

// Started opens a window.
type Started struct {
	Event  string `json:"event"`
	Window string `json:"window"`
}

// Allocations are what the process allocated on its heap in a window.
type Allocations struct {
	Count uint64 `json:"count"`
	Bytes uint64 `json:"bytes"`
}

// Finished closes a window with what the process spent in it.
type Finished struct {
	Event        string       `json:"event"`
	Window       string       `json:"window"`
	ElapsedNS    int64        `json:"elapsed_ns"`
	Queries      int64        `json:"queries"`
	CPUUserUS    int64        `json:"cpu_user_us"`
	CPUSystemUS  int64        `json:"cpu_system_us"`
	MaxRSSKibyte int64        `json:"max_rss_kib"`
	Allocations  *Allocations `json:"allocations"`
}

// Latency is the distribution of the measured window's latencies.
type Latency struct {
	MinNS     int64   `json:"min_ns"`
	MaxNS     int64   `json:"max_ns"`
	MeanNS    float64 `json:"mean_ns"`
	StddevNS  float64 `json:"stddev_ns"`
	Histogram string  `json:"histogram"`
}

// Arrivals says how an open loop's schedule was kept.
type Arrivals struct {
	Scheduled     int64 `json:"scheduled"`
	Missed        int64 `json:"missed"`
	Late          int64 `json:"late"`
	MaxLatenessNS int64 `json:"max_lateness_ns"`
}

// Result is the last event of a job that went well.
type Result struct {
	Event     string    `json:"event"`
	Queries   int64     `json:"queries"`
	Rows      int64     `json:"rows"`
	ElapsedNS int64     `json:"elapsed_ns"`
	Latency   Latency   `json:"latency"`
	Tenths    [10]int64 `json:"tenths"`
	Arrivals  *Arrivals `json:"arrivals"`
}

// Error is the last event of a job that failed.
type Error struct {
	Event   string `json:"event"`
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// Failed makes an error event.
func Failed(kind, message string) Error {
	return Error{Event: "error", Kind: kind, Message: message}
}

// Writer writes events unbuffered, so that each is out before the next step.
type Writer struct {
	encoder *json.Encoder
}

// NewWriter writes to out.
func NewWriter(out io.Writer) *Writer {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return &Writer{encoder: encoder}
}

func (w *Writer) Write(event any) error {
	if err := w.encoder.Encode(event); err != nil {
		return fmt.Errorf("cannot write %T to stdout: %w", event, err)
	}
	return nil
}
