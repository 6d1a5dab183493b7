package web

import (
	"fmt"
	"time"

	"relais/subscribers"
)

// calendarDay is one day of a month's table.
type calendarDay struct {
	Number int    // 0: of another month, left empty
	URL    string // empty: past
	Says   string // the whole day in a sentence, for who does not see the table
	Mark   string // what stands below the number
	Class  string
	Here   bool // it was tapped
}

// weekday is the head of a column.
type weekday struct{ Short, Name string }

// weekdays begin on Monday.
func (v view) weekdays() []weekday {
	var list []weekday
	for i := range 7 {
		name := v.nth("date.weekdays", (i+1)%7)
		list = append(list, weekday{string([]rune(name)[:2]), name})
	}
	return list
}

// monthOf reads 2026-12; what is none is the month of a day.
func monthOf(typed string, otherwise subscribers.Date) subscribers.Date {
	if t, err := time.Parse("2006-01", typed); err == nil {
		return subscribers.DateOf(t)
	}
	return subscribers.Date{Year: otherwise.Year, Month: otherwise.Month, Day: 1}
}

// monthAfter is the first of the month that many months later.
func monthAfter(first subscribers.Date, n int) subscribers.Date {
	return subscribers.DateOf(time.Date(first.Year, first.Month+time.Month(n), 1, 12, 0, 0, 0, time.UTC))
}

// monthName is "December 2026".
func (v view) monthName(first subscribers.Date) string {
	return v.nth("date.months", int(first.Month)-1) + fmt.Sprintf(" %d", first.Year)
}

func monthText(first subscribers.Date) string {
	return fmt.Sprintf("%04d-%02d", first.Year, int(first.Month))
}

// weeks lays a month out in weeks that begin on Monday.
func weeks(first subscribers.Date, show func(subscribers.Date) calendarDay) [][]calendarDay {
	var all [][]calendarDay
	week := make([]calendarDay, (int(first.Weekday())+6)%7, 7)
	for day := first; day.Month == first.Month; day = day.AddDays(1) {
		if len(week) == 7 {
			all, week = append(all, week), make([]calendarDay, 0, 7)
		}
		week = append(week, show(day))
	}
	for len(week) < 7 {
		week = append(week, calendarDay{})
	}
	return append(all, week)
}
