package subscribers

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Term is a month, a quarter or a year of the calendar.
type Term struct {
	Year   int
	Month  time.Month // the first; of a year January
	Months int        // 1, 3 or 12
}

// TermOf returns the month, quarter or year (by its months) in which a day lies.
func TermOf(day Date, months int) Term {
	return Term{day.Year, time.Month((int(day.Month)-1)/months*months + 1), months}
}

// ParseTerm reads 2026-11, 2026-Q4 or 2026; false: it is none.
func ParseTerm(text string) (Term, bool) {
	head, rest, parted := strings.Cut(text, "-")
	year, err := strconv.Atoi(head)
	if err != nil || year < 2000 || year > 9999 {
		return Term{}, false
	}
	quarter, isQuarter := strings.CutPrefix(rest, "Q")
	n, err := strconv.Atoi(quarter)
	switch {
	case !parted:
		return Term{year, time.January, 12}, true
	case err == nil && isQuarter && n >= 1 && n <= 4:
		return Term{year, time.Month(n*3 - 2), 3}, true
	case err == nil && !isQuarter && n >= 1 && n <= 12:
		return Term{year, time.Month(n), 1}, true
	}
	return Term{}, false
}

// Quarter is its number, from 1.
func (p Term) Quarter() int { return (int(p.Month) + 2) / 3 }

func (p Term) String() string {
	switch p.Months {
	case 12:
		return strconv.Itoa(p.Year)
	case 3:
		return fmt.Sprintf("%d-Q%d", p.Year, p.Quarter())
	}
	return fmt.Sprintf("%d-%02d", p.Year, int(p.Month))
}

// Next is the one after it, of the same length.
func (p Term) Next() Term { return p.move(p.Months) }

// Before is the one before it, of the same length.
func (p Term) Before() Term { return p.move(-p.Months) }

func (p Term) move(months int) Term {
	at := time.Date(p.Year, p.Month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return Term{at.Year(), at.Month(), p.Months}
}

// Bounds are its first instant and the first after it, in a place.
func (p Term) Bounds(loc *time.Location) (from, until time.Time) {
	return time.Date(p.Year, p.Month, 1, 0, 0, 0, 0, loc), time.Date(p.Year, p.Month+time.Month(p.Months), 1, 0, 0, 0, 0, loc)
}
