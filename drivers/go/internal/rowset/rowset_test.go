package rowset

import (
	"errors"
	"reflect"
	"runtime"
	"strconv"
	"testing"

	"pgbench-drivers/go-runner/internal/failure"
	"pgbench-drivers/go-runner/internal/job"
)

var choices = map[job.Type]Choice{
	"int4":   Either[int32](),
	"text":   Either[string](),
	"bool":   Either[bool](),
	"int4[]": Always(Through(func(list *[]int32) any { return list })),
}

var columns = []job.Column{
	{Name: "flag", Type: "bool"}, {Name: "number", Type: "int4"}, {Name: "word", Type: "text", Nullable: true},
	{Name: "list", Type: "int4[]"},
}

func TestRowsKeepTheirValuesWhileTheSetGrows(t *testing.T) {
	layout, err := NewLayout(columns, choices)
	if err != nil {
		t.Fatal(err)
	}
	set := layout.NewSet()
	const rows = 5000
	for i := range rows {
		fields := set.Append()
		*fields[0].(*bool) = i%2 == 0
		*fields[1].(*int32) = int32(i)
		if i%3 != 0 {
			word := strconv.Itoa(i)
			*fields[2].(**string) = &word
			*fields[3].(*[]int32) = []int32{int32(i)}
		}
		if i%500 == 0 {
			runtime.GC() // the collector must see the pointers in the rows
		}
	}
	for i := range rows {
		want := []any{i%2 == 0, int32(i), nil, nil}
		if i%3 != 0 {
			want[2], want[3] = strconv.Itoa(i), []int32{int32(i)}
		}
		if got := set.Row(i); !reflect.DeepEqual(got, want) {
			t.Fatalf("row %d: got %#v, want %#v", i, got, want)
		}
	}
	if rowsOf := reflect.ValueOf(set.Rows()); set.Len() != rows || rowsOf.Len() != rows || rowsOf.Type().Elem().Kind() != reflect.Struct {
		t.Errorf("got %d rows in a %s, want %d in a slice of structs", set.Len(), rowsOf.Type(), rows)
	}
}

func TestATypeWithoutAGoTypeIsUnsupported(t *testing.T) {
	_, err := NewLayout([]job.Column{{Name: "u", Type: "uuid"}}, choices)
	var failed *failure.Failure
	if !errors.As(err, &failed) || failed.Kind != failure.Unsupported {
		t.Errorf("got %v, want unsupported", err)
	}
}

func TestAnAnswerWithoutColumnsHasRows(t *testing.T) {
	layout, err := NewLayout(nil, choices)
	if err != nil {
		t.Fatal(err)
	}
	set := layout.NewSet()
	for range 3 {
		set.Append()
	}
	if set.Len() != 3 || len(set.Row(2)) != 0 {
		t.Errorf("got %d rows", set.Len())
	}
}
