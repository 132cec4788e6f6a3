// Package job reads and checks the one line of JSON that a runner is given.
// It imports only failure.
package job

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"pgbench-drivers/go-runner/internal/failure"
)

// ContractVersion is the version of docs/runner-contract.md spoken here.
const ContractVersion = 3

// Kind says what one query is.
type Kind string

const (
	KindFetch Kind = "fetch"
	KindBatch Kind = "batch"
	KindCopy  Kind = "copy"
)

// Process says how the queries of an open loop are spread over its time.
type Process string

const (
	ProcessConstant Process = "constant"
	ProcessPoisson  Process = "poisson"
)

// Job is one cell and round: a driver, a query and a concurrency.
type Job struct {
	Driver           string          `json:"driver"`
	Options          json.RawMessage `json:"options"`
	Connection       Connection      `json:"connection"`
	Query            Query           `json:"query"`
	Concurrency      int             `json:"concurrency"`
	WarmupSeconds    float64         `json:"warmup_seconds"`
	MeasureSeconds   float64         `json:"measure_seconds"`
	Arrivals         *Arrivals       `json:"arrivals"`
	Seed             int64           `json:"seed"`
	CountAllocations bool            `json:"count_allocations"`
}

// Warmup is how long the first window lasts.
func (j *Job) Warmup() time.Duration { return seconds(j.WarmupSeconds) }

// Measure is how long the measured window lasts.
func (j *Job) Measure() time.Duration { return seconds(j.MeasureSeconds) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Arrivals say when the queries of an open loop are due; a closed one has none.
type Arrivals struct {
	Process   Process `json:"process"`
	PerSecond float64 `json:"per_second"`
}

// Connection says where the server is. A host starting with "/" is the
// directory of a unix socket. Without TLS it is in plaintext.
type Connection struct {
	Host     string  `json:"host"`
	Port     uint16  `json:"port"`
	User     string  `json:"user"`
	Password *string `json:"password"`
	Database string  `json:"database"`
	TLS      *TLS    `json:"tls"`
}

// TLS names the file whose certificates vouch for the server's.
type TLS struct {
	CAFile string `json:"ca_file"`
}

// Query is what is measured.
type Query struct {
	Name     string    `json:"name"`
	Kind     Kind      `json:"kind"`
	SQL      string    `json:"sql"`
	Args     []Arg     `json:"args"`
	Columns  []Column  `json:"columns"`
	Target   *Target   `json:"target"`
	Readback *Readback `json:"readback"`
	Expect   Expect    `json:"expect"`
}

// Fetch is a statement that answers with rows.
type Fetch struct {
	SQL     string
	Args    []Arg
	Columns []Column
}

// Fetch is the fetch that a query of this kind is.
func (q *Query) Fetch() Fetch { return Fetch{q.SQL, q.Args, q.Columns} }

// Column is a declared column of an answer, or a parameter to send.
type Column struct {
	Name     string `json:"name"`
	Type     Type   `json:"type"`
	Nullable bool   `json:"nullable"`
}

// Arg is an argument with its PostgreSQL type; Value is Native's.
type Arg struct {
	Type  Type
	Value any
}

func (a *Arg) UnmarshalJSON(data []byte) error {
	var raw struct {
		Type  Type            `json:"type"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	value, err := Native(raw.Type, raw.Value)
	*a = Arg{raw.Type, value}
	return err
}

// Target is the table that batch and copy write to, and with which rows.
type Target struct {
	Schema   string            `json:"schema"`
	Table    string            `json:"table"`
	RawRow   []json.RawMessage `json:"row"`
	RowCount int               `json:"row_count"`
	// Row holds RawRow's values by the declared types of the columns.
	Row []any `json:"-"`
}

// Readback is the fetch that shows what a batch or copy has written.
type Readback struct {
	SQL     string   `json:"sql"`
	Columns []Column `json:"columns"`
}

// Expect is the right answer.
type Expect struct {
	Rows     int    `json:"rows"`
	Checksum string `json:"checksum"`
}

// Parse reads a job; every error is a failure of kind bad-job.
func Parse(line []byte) (*Job, error) {
	var header struct {
		Contract *int `json:"contract"`
	}
	if err := decode(line, &header); err != nil {
		return nil, failure.New(failure.BadJob, "the job is not valid: %w", err)
	}
	// The version comes first: all else may mean something new in another one.
	if header.Contract == nil || *header.Contract != ContractVersion {
		return nil, failure.New(failure.BadJob, "contract: this runner speaks version %d, the job %s",
			ContractVersion, spoken(header.Contract))
	}
	job := new(Job)
	if err := decode(line, job); err != nil {
		return nil, failure.New(failure.BadJob, "the job is not valid: %w", err)
	}
	if err := job.check(); err != nil {
		return nil, failure.New(failure.BadJob, "%w", err)
	}
	return job, nil
}

func spoken(version *int) string {
	if version == nil {
		return "names none"
	}
	return fmt.Sprint("version ", *version)
}

func decode(line []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}
