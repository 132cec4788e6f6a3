package pqdriver

import (
	"time"

	"github.com/lib/pq"

	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

// choices follow pq's "Data Types": all integers are int64, all floats
// float64, and what it leaves in text format (numeric, uuid) is a string.
var choices = map[job.Type]rowset.Choice{
	"bool":        rowset.Either[bool](),
	"int2":        rowset.Either[int64](),
	"int4":        rowset.Either[int64](),
	"int8":        rowset.Either[int64](),
	"oid":         rowset.Either[uint32](),
	"float4":      rowset.Either[float64](),
	"float8":      rowset.Either[float64](),
	"text":        rowset.Either[string](),
	"varchar":     rowset.Either[string](),
	"name":        rowset.Either[string](),
	"char":        rowset.Either[string](),
	"bytea":       rowset.Always(rowset.Of[[]byte]()),
	"timestamptz": rowset.Either[time.Time](),
	"timestamp":   rowset.Either[time.Time](),
	"date":        rowset.Either[time.Time](),
	"numeric":     rowset.Either[string](),
	"uuid":        rowset.Either[string](),

	"bool[]":    array[bool](),
	"int2[]":    array[int64](),
	"int4[]":    array[int32](),
	"int8[]":    array[int64](),
	"oid[]":     array[int64](),
	"float4[]":  array[float32](),
	"float8[]":  array[float64](),
	"text[]":    array[string](),
	"varchar[]": array[string](),
	"name[]":    array[string](),
	"bytea[]":   array[[]byte](),
	"numeric[]": array[string](),
	"uuid[]":    array[string](),
}

// array is a list that is scanned through pq.Array, as pq documents it.
func array[T any]() rowset.Choice {
	return rowset.Always(rowset.Through(func(list *[]T) any { return pq.Array(list) }))
}

// nativeValue wraps lists in pq.Array; all else goes as it is.
func nativeValue(value any) any {
	switch list := value.(type) {
	case []bool, []int32, []int64, []float32, []float64, []string, [][]byte, []int16, []uint32:
		return pq.Array(list)
	}
	return value
}
