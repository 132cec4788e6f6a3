package pgxdriver

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/rowset"
)

// choices are the Go types that pgx decodes PostgreSQL's to: those of the same
// width, and pgtype's where Go has none.
var choices = map[job.Type]rowset.Choice{
	"bool":        rowset.Either[bool](),
	"int2":        rowset.Either[int16](),
	"int4":        rowset.Either[int32](),
	"int8":        rowset.Either[int64](),
	"oid":         rowset.Either[uint32](),
	"float4":      rowset.Either[float32](),
	"float8":      rowset.Either[float64](),
	"text":        rowset.Either[string](),
	"varchar":     rowset.Either[string](),
	"name":        rowset.Either[string](),
	"char":        rowset.Either[byte](),
	"bytea":       rowset.Always(rowset.Of[[]byte]()),
	"timestamptz": rowset.Either[time.Time](),
	"timestamp":   rowset.Either[time.Time](),
	"date":        rowset.Either[time.Time](),
	"numeric":     rowset.Always(rowset.Of[pgtype.Numeric]()),
	"uuid":        rowset.Either[[16]byte](),

	"bool[]":        rowset.Always(rowset.Of[[]bool]()),
	"int2[]":        rowset.Always(rowset.Of[[]int16]()),
	"int4[]":        rowset.Always(rowset.Of[[]int32]()),
	"int8[]":        rowset.Always(rowset.Of[[]int64]()),
	"oid[]":         rowset.Always(rowset.Of[[]uint32]()),
	"float4[]":      rowset.Always(rowset.Of[[]float32]()),
	"float8[]":      rowset.Always(rowset.Of[[]float64]()),
	"text[]":        rowset.Always(rowset.Of[[]string]()),
	"varchar[]":     rowset.Always(rowset.Of[[]string]()),
	"name[]":        rowset.Always(rowset.Of[[]string]()),
	"bytea[]":       rowset.Always(rowset.Of[[][]byte]()),
	"timestamptz[]": rowset.Always(rowset.Of[[]time.Time]()),
	"timestamp[]":   rowset.Always(rowset.Of[[]time.Time]()),
	"date[]":        rowset.Always(rowset.Of[[]time.Time]()),
	"numeric[]":     rowset.Always(rowset.Of[[]pgtype.Numeric]()),
	"uuid[]":        rowset.Always(rowset.Of[[][16]byte]()),
}

// nativeValue turns a job's value into the type that pgx has for it.
func nativeValue(t job.Type, value any) (any, error) {
	text, isText := value.(string)
	if !isText {
		return value, nil
	}
	var err error
	switch t {
	case "char":
		if len(text) != 1 {
			return nil, failure.New(failure.BadJob, `a "char" is one byte, got %q`, text)
		}
		return text[0], nil
	case "numeric":
		var number pgtype.Numeric
		err = number.Scan(text)
		value = number
	case "uuid":
		var id pgtype.UUID
		err = id.Scan(text)
		value = id.Bytes
	}
	if err != nil {
		return nil, failure.New(failure.BadJob, "expected a value of type %s, got %q: %w", t, text, err)
	}
	return value, nil
}

func nativeRow(values []any, columns []job.Column) ([]any, error) {
	row := make([]any, len(values))
	for i, value := range values {
		var err error
		if row[i], err = nativeValue(columns[i].Type, value); err != nil {
			return nil, err
		}
	}
	return row, nil
}
