package canonical

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"pgbench-drivers/go-runner/internal/job"
)

// A scalar appends a value's canonical form, or says that the value is not
// native to the type.
type scalar func(out []byte, value any) ([]byte, bool)

var scalars = map[job.Type]scalar{
	"bool": appendBool,
	"int2": appendInteger, "int4": appendInteger, "int8": appendInteger, "oid": appendInteger,
	"float4": appendSingle, "float8": appendFloat,
	"text": appendText, "varchar": appendText, "name": appendText, "char": appendChar,
	"bytea":       appendBytes,
	"timestamptz": appendTime, "timestamp": appendTime, "date": appendDate,
	"numeric": appendNumeric,
	"uuid":    appendUUID,
}

func appendBool(out []byte, value any) ([]byte, bool) {
	truth, ok := value.(bool)
	if truth {
		return append(out, "b:t;"...), ok
	}
	return append(out, "b:f;"...), ok
}

func appendInteger(out []byte, value any) ([]byte, bool) {
	switch value.(type) {
	case int, int16, int32, int64, uint32:
		return fmt.Appendf(out, "i:%d;", value), true
	}
	return out, false
}

func appendFloat(out []byte, value any) ([]byte, bool) {
	switch number := value.(type) {
	case float64:
		return fmt.Appendf(out, "f:%016x;", math.Float64bits(number)), true
	case float32:
		return appendFloat(out, float64(number))
	}
	return out, false
}

// appendSingle rounds to single precision first: a driver that reads a
// float4's text as a double has the same value in more digits.
func appendSingle(out []byte, value any) ([]byte, bool) {
	if number, ok := value.(float64); ok {
		value = float32(number)
	}
	return appendFloat(out, value)
}

func appendText(out []byte, value any) ([]byte, bool) {
	text, ok := value.(string)
	return appendSized(out, 's', text), ok
}

func appendChar(out []byte, value any) ([]byte, bool) {
	char, ok := value.(byte)
	switch {
	case !ok:
		return appendText(out, value)
	case char == 0:
		return appendSized(out, 's', ""), true // "char"'s zero is the empty string
	}
	return appendSized(out, 's', string([]byte{char})), true
}

func appendBytes(out []byte, value any) ([]byte, bool) {
	content, ok := value.([]byte)
	return appendSized(out, 'x', string(content)), ok
}

func appendSized(out []byte, mark byte, content string) []byte {
	out = append(out, mark)
	out = strconv.AppendInt(out, int64(len(content)), 10)
	out = append(out, ':')
	out = append(out, content...)
	return append(out, ';')
}

func appendTime(out []byte, value any) ([]byte, bool) {
	moment, ok := value.(time.Time)
	return fmt.Appendf(out, "t:%d;", moment.UnixMicro()), ok
}

func appendDate(out []byte, value any) ([]byte, bool) {
	const secondsPerDay = 24 * 60 * 60
	day, ok := value.(time.Time)
	// A date has no zone: its midnight may come in any.
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	return fmt.Appendf(out, "d:%d;", midnight.Unix()/secondsPerDay), ok
}

// appendNumeric takes decimal text, or a type that has it as its SQL value.
func appendNumeric(out []byte, value any) ([]byte, bool) {
	if valuer, ok := value.(driver.Valuer); ok {
		text, err := valuer.Value()
		switch {
		case err != nil:
			return out, false
		case text == nil:
			return append(out, "N;"...), true
		}
		value = text
	}
	text, ok := value.(string)
	return fmt.Appendf(out, "m:%s;", plainDecimal(text)), ok
}

func plainDecimal(text string) string {
	if strings.ContainsAny(text, "eE") {
		if number, ok := new(big.Rat).SetString(text); ok {
			digits, _ := number.FloatPrec()
			text = number.FloatString(digits)
		}
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" || text == "" {
		return "0"
	}
	return text
}

func appendUUID(out []byte, value any) ([]byte, bool) {
	switch id := value.(type) {
	case [16]byte:
		return fmt.Appendf(out, "u:%x;", id), true
	case string:
		digits := strings.ToLower(strings.ReplaceAll(id, "-", ""))
		_, err := hex.DecodeString(digits)
		return fmt.Appendf(out, "u:%s;", digits), err == nil && len(digits) == 32
	}
	return out, false
}
