package subscribers

import (
	"errors"
	"slices"
)

// MaxAbsence is the longest absence, in days: who is away for longer had better
// hand the role over.
const MaxAbsence = 366

// What is wrong with an absence.
var (
	ErrAbsenceIncomplete = errors.New("an absence needs a first and a last day")
	ErrAbsenceBackwards  = errors.New("the last day of an absence is not before the first")
	ErrAbsenceOver       = errors.New("an absence that is over changes nothing")
	ErrAbsenceLong       = errors.New("an absence lasts a year at most; hand the role over instead")
)

// Away adds a span to an approver's absences, in place of one that begins on the
// same day, and drops those that are over.
func Away(known []Span, more Span, today Date) ([]Span, error) {
	switch {
	case more.From.IsZero() || more.Until.IsZero():
		return known, ErrAbsenceIncomplete
	case more.Until.Before(more.From):
		return known, ErrAbsenceBackwards
	case more.Until.Before(today):
		return known, ErrAbsenceOver
	case more.From.AddDays(MaxAbsence).Before(more.Until):
		return known, ErrAbsenceLong
	}
	kept, _ := Back(known, more.From, today)
	kept = append(kept, more)
	slices.SortFunc(kept, func(a, b Span) int {
		if a.From.Before(b.From) {
			return -1
		}
		return 1
	})
	return kept, nil
}

// Back takes the absence that begins on a day away, and those that are over; it
// says whether there was one.
func Back(known []Span, from, today Date) (kept []Span, found bool) {
	for _, s := range known {
		switch {
		case s.From == from:
			found = true
		case s.Over(today):
		default:
			kept = append(kept, s)
		}
	}
	return kept, found
}

// Over says whether the last day of a span is past.
func (s Span) Over(today Date) bool { return !s.Until.IsZero() && s.Until.Before(today) }
