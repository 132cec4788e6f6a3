// Package canonical turns decoded answers into the checksum that all drivers
// must agree on. It may import job.
package canonical

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"strconv"

	"pgbench-drivers/go-runner/internal/job"
)

// Checksum digests rows in the order of the answer.
type Checksum struct {
	columns []job.Column
	hash    hash.Hash
	buffer  []byte
}

// New starts the checksum of an answer with these columns.
func New(columns []job.Column) *Checksum {
	return &Checksum{columns: columns, hash: sha256.New()}
}

// Row adds a row; a value that is not its type's native value is an error.
func (c *Checksum) Row(values []any) error {
	encoded, err := AppendRow(c.buffer[:0], c.columns, values)
	c.buffer = encoded
	c.hash.Write(encoded)
	return err
}

// Sum is the checksum of the rows so far, in hex digits.
func (c *Checksum) Sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// AppendRow appends the canonical form of a row.
func AppendRow(out []byte, columns []job.Column, values []any) ([]byte, error) {
	if len(values) != len(columns) {
		return out, fmt.Errorf("expected %d columns, got %d", len(columns), len(values))
	}
	out = append(out, 'R')
	out = strconv.AppendInt(out, int64(len(values)), 10)
	out = append(out, ':')
	for i, value := range values {
		var err error
		if out, err = appendValue(out, columns[i].Type, value); err != nil {
			return out, fmt.Errorf("column %d (%s): %w", i+1, columns[i].Name, err)
		}
	}
	return out, nil
}

func appendValue(out []byte, t job.Type, value any) ([]byte, error) {
	if value == nil {
		return append(out, "N;"...), nil
	}
	if elem, isArray := t.Elem(); isArray {
		return appendArray(out, t, elem, value)
	}
	encode, known := scalars[t]
	if !known {
		return out, fmt.Errorf("no canonical form for %s", t)
	}
	encoded, ok := encode(out, value)
	if !ok {
		return out, fmt.Errorf("expected %s, got %T", t, value)
	}
	return encoded, nil
}

func appendArray(out []byte, t, elem job.Type, value any) ([]byte, error) {
	list := reflect.ValueOf(value)
	// A [16]byte is a uuid and a []byte a bytea: neither is a list of numbers.
	if list.Kind() != reflect.Slice || list.Type().Elem().Kind() == reflect.Uint8 && elem != "char" {
		return out, fmt.Errorf("expected %s, got %T", t, value)
	}
	out = append(out, 'a')
	out = strconv.AppendInt(out, int64(list.Len()), 10)
	out = append(out, ':')
	for i := range list.Len() {
		var err error
		if out, err = appendValue(out, elem, list.Index(i).Interface()); err != nil {
			return out, fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return append(out, ';'), nil
}
