// Package rowset builds, at run time, the typed struct that a Go user would
// declare for a query's rows, and collects rows in a slice of it.
// It may import job.
package rowset

import (
	"fmt"
	"reflect"
	"unsafe"

	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
)

// Field is the Go type of a column, and how to make the pointer that Scan
// wants out of the address of such a field.
type Field struct {
	goType  reflect.Type
	pointer func(unsafe.Pointer) any
}

// Of is a field of type T that is scanned through a *T.
func Of[T any]() Field {
	return Field{reflect.TypeFor[T](), func(p unsafe.Pointer) any { return (*T)(p) }}
}

// Through is a field of type T that is scanned through what wrap makes of a *T.
func Through[T any](wrap func(*T) any) Field {
	return Field{reflect.TypeFor[T](), func(p unsafe.Pointer) any { return wrap((*T)(p)) }}
}

// Choice is the field of a type in a column without and with nulls.
type Choice struct {
	Plain    Field
	Nullable Field
}

// Either chooses T, or *T where there may be nulls.
func Either[T any]() Choice { return Choice{Of[T](), Of[*T]()} }

// Always chooses a field whose type has a null of its own.
func Always(field Field) Choice { return Choice{field, field} }

// Layout is the row type of an answer.
type Layout struct {
	columns   []job.Column
	fields    []placedField
	rowSize   uintptr
	sliceType reflect.Type
}

type placedField struct {
	offset uintptr
	Field
}

// NewLayout makes the row type for columns, with the fields that a driver
// documents for their types.
func NewLayout(columns []job.Column, choices map[job.Type]Choice) (*Layout, error) {
	fields := make([]placedField, len(columns))
	declared := make([]reflect.StructField, len(columns))
	for i, column := range columns {
		choice, known := choices[column.Type]
		if !known {
			return nil, failure.New(failure.Unsupported, "column %d (%s): this driver's adapter has no Go type for %s",
				i+1, column.Name, column.Type)
		}
		fields[i].Field = choice.Plain
		if column.Nullable {
			fields[i].Field = choice.Nullable
		}
		declared[i] = reflect.StructField{Name: fmt.Sprintf("Column%d", i+1), Type: fields[i].goType}
	}
	rowType := reflect.StructOf(declared)
	for i := range fields {
		fields[i].offset = rowType.Field(i).Offset
	}
	return &Layout{columns: columns, fields: fields, rowSize: rowType.Size(), sliceType: reflect.SliceOf(rowType)}, nil
}

// Columns are the columns that the layout was made for.
func (l *Layout) Columns() []job.Column { return l.columns }

// MismatchError says that the driver could not give a column as its type.
type MismatchError struct {
	message string
	cause   error
}

func (e *MismatchError) Error() string { return e.message }

func (e *MismatchError) Unwrap() error { return e.cause }

// Mismatch reports that column index came as another type than declared.
func (l *Layout) Mismatch(index int, got string, cause error) error {
	column := l.columns[index]
	return &MismatchError{fmt.Sprintf("column %d (%s): expected %s, got %s: %v",
		index+1, column.Name, column.Type, got, cause), cause}
}

// CheckWidth compares an answer's number of columns with the declared one.
func (l *Layout) CheckWidth(columns int) error {
	if columns == len(l.columns) {
		return nil
	}
	return &MismatchError{message: fmt.Sprintf("expected %d columns, got %d", len(l.columns), columns)}
}
