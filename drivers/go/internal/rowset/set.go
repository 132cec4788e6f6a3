package rowset

import (
	"reflect"
	"unsafe"

	"pgbench-drivers/go-runner/internal/job"
)

// Set is a slice of a layout's row type, grown as append grows one.
type Set struct {
	layout *Layout
	rows   sliceHeader
	// destinations is reused for all rows of one answer, as pgx.ForEachRow
	// does; Scan(&r.A, &r.B) would allocate it anew for each row.
	destinations []any
}

// sliceHeader is Go's slice in memory: reflect sees it as the typed slice.
type sliceHeader struct {
	data unsafe.Pointer
	len  int
	cap  int
}

// NewSet starts an empty answer.
func (l *Layout) NewSet() *Set {
	return &Set{layout: l, destinations: make([]any, len(l.fields))}
}

// Append adds a row and returns the pointers to its fields, to scan into.
// They are valid until the next Append.
func (s *Set) Append() []any {
	if s.rows.len == s.rows.cap {
		s.slice().Grow(1)
	}
	row := unsafe.Add(s.rows.data, uintptr(s.rows.len)*s.layout.rowSize)
	s.rows.len++
	for i := range s.layout.fields {
		field := &s.layout.fields[i]
		s.destinations[i] = field.pointer(unsafe.Add(row, field.offset))
	}
	return s.destinations
}

func (s *Set) slice() reflect.Value {
	return reflect.NewAt(s.layout.sliceType, unsafe.Pointer(&s.rows)).Elem()
}

// Len is the number of rows.
func (s *Set) Len() int { return s.rows.len }

// Columns are the declared columns.
func (s *Set) Columns() []job.Column { return s.layout.columns }

// Rows is the answer as an ordinary slice of structs.
func (s *Set) Rows() any { return s.slice().Interface() }

// Row returns a row's values: nil for null, never a pointer.
func (s *Set) Row(index int) []any {
	row := s.slice().Index(index)
	values := make([]any, row.NumField())
	for i := range values {
		values[i] = plain(row.Field(i))
	}
	return values
}

func plain(field reflect.Value) any {
	switch field.Kind() {
	case reflect.Pointer, reflect.Slice:
		if field.IsNil() {
			return nil
		}
	}
	if field.Kind() == reflect.Pointer {
		return field.Elem().Interface()
	}
	return field.Interface()
}
