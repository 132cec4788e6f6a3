package job

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Type is a PostgreSQL type as the contract names it; "int4[]" is an array.
type Type string

// Elem is the type of an array's elements.
func (t Type) Elem() (elem Type, isArray bool) {
	name, isArray := strings.CutSuffix(string(t), "[]")
	return Type(name), isArray
}

func (t Type) check() error {
	elem, _ := t.Elem()
	if _, known := natives[elem]; !known {
		return fmt.Errorf("type: %q is none of the contract's types", t)
	}
	return nil
}

type native struct {
	value func(json.RawMessage) (any, error)
	list  func(json.RawMessage) (any, error)
}

// natives are the Go values of PostgreSQL's types; adapters turn them into
// others where their driver documents other ones.
var natives = map[Type]native{
	"bool":        of(decodeAs[bool]),
	"int2":        of(decodeAs[int16]),
	"int4":        of(decodeAs[int32]),
	"int8":        of(decodeAs[int64]),
	"oid":         of(decodeAs[uint32]),
	"float4":      of(decodeAs[float32]),
	"float8":      of(decodeAs[float64]),
	"text":        of(decodeAs[string]),
	"varchar":     of(decodeAs[string]),
	"name":        of(decodeAs[string]),
	"char":        of(decodeAs[string]),
	"bytea":       of(decodeHex),
	"timestamptz": of(decodeTime),
	"timestamp":   of(decodeTime),
	"date":        of(decodeTime),
	"numeric":     of(decodeNumeric),
	"uuid":        of(decodeAs[string]),
}

// Native turns a JSON value into the Go value of its type: int32 for int4,
// []byte for bytea, time.Time for timestamps, []int32 for int4[], nil for null;
// numeric and uuid stay text.
func Native(t Type, raw json.RawMessage) (any, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	elem, isArray := t.Elem()
	decode := natives[elem].value
	if isArray {
		decode = natives[elem].list
	}
	value, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("expected a value of type %s, got %s: %w", t, raw, err)
	}
	return value, nil
}

func of[T any](decode func(json.RawMessage) (T, error)) native {
	return native{
		value: func(raw json.RawMessage) (any, error) { return decode(raw) },
		list:  func(raw json.RawMessage) (any, error) { return decodeList(raw, decode) },
	}
}

func decodeList[T any](raw json.RawMessage, decode func(json.RawMessage) (T, error)) ([]T, error) {
	elements, err := decodeAs[[]json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	list := make([]T, len(elements))
	for i, element := range elements {
		if string(element) == "null" {
			return nil, fmt.Errorf("a null inside of an array is not supported")
		}
		if list[i], err = decode(element); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func decodeAs[T any](raw json.RawMessage) (value T, err error) {
	err = json.Unmarshal(raw, &value)
	return value, err
}

func decodeHex(raw json.RawMessage) ([]byte, error) {
	digits, err := decodeAs[string](raw)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(digits)
}

func decodeNumeric(raw json.RawMessage) (string, error) {
	if strings.HasPrefix(string(raw), `"`) {
		return decodeAs[string](raw)
	}
	number, err := decodeAs[json.Number](raw)
	return number.String(), err
}

// ISO 8601 and PostgreSQL's own form; a time without a zone is UTC.
var timeForms = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02",
}

func decodeTime(raw json.RawMessage) (time.Time, error) {
	text, err := decodeAs[string](raw)
	if err != nil {
		return time.Time{}, err
	}
	for _, form := range timeForms {
		if value, err := time.Parse(form, text); err == nil {
			return value.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("expected a date or date-time in ISO 8601")
}
