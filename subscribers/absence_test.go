package subscribers

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAwayAndBack(t *testing.T) {
	day := func(d int) Date { return Date{2026, 12, d} }
	today := day(10)
	known := []Span{{day(1), day(3)}, {day(12), day(14)}, {From: day(20)}}
	for _, tc := range []struct {
		name string
		more Span
		want []Span
		err  error
	}{
		{"added in order, the past one dropped", Span{day(16), day(18)}, []Span{{day(12), day(14)}, {day(16), day(18)}, {From: day(20)}}, nil},
		{"in place of the one of that day", Span{day(12), day(19)}, []Span{{day(12), day(19)}, {From: day(20)}}, nil},
		{"only today", Span{day(10), day(10)}, []Span{{day(10), day(10)}, {day(12), day(14)}, {From: day(20)}}, nil},
		{"no first day", Span{Until: day(12)}, known, ErrAbsenceIncomplete},
		{"no last day", Span{From: day(12)}, known, ErrAbsenceIncomplete},
		{"backwards", Span{day(12), day(11)}, known, ErrAbsenceBackwards},
		{"over", Span{day(8), day(9)}, known, ErrAbsenceOver},
		{"for years", Span{day(12), Date{2028, 12, 12}}, known, ErrAbsenceLong},
	} {
		got, err := Away(known, tc.more, today)
		if diff := cmp.Diff(tc.want, got); diff != "" || !errors.Is(err, tc.err) {
			t.Errorf("%s: error %v, want %v (-want +got):\n%s", tc.name, err, tc.err, diff)
		}
	}
	kept, found := Back(known, day(12), today)
	if diff := cmp.Diff([]Span{{From: day(20)}}, kept); diff != "" || !found {
		t.Errorf("back: found %v (-want +got):\n%s", found, diff)
	}
	if _, found := Back(known, day(13), today); found {
		t.Error("an absence that is not there was found")
	}
}
