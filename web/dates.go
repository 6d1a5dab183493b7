package web

import (
	"fmt"
	"strings"
	"time"

	"relais/subscribers"
)

// When writes an instant as its reader says it, to the minute and on their
// clock: "today at 20:15", "Monday 23 November at 20:15", with the year when
// it is another one.
func (v view) When(t time.Time) string {
	local, now := t.In(v.loc), v.now.In(v.loc)
	clock := v.Clock(local)
	today, day := subscribers.DateOf(now), subscribers.DateOf(local)
	switch day {
	case today:
		return v.T("date.today", "time", clock)
	case today.AddDays(1):
		return v.T("date.tomorrow", "time", clock)
	case today.AddDays(-1):
		return v.T("date.yesterday", "time", clock)
	}
	month := v.nth("date.months", int(day.Month)-1)
	if day.Year != today.Year {
		month += fmt.Sprintf(" %d", day.Year)
	}
	return v.T("date.other", "weekday", v.nth("date.weekdays", int(local.Weekday())),
		"day", v.dayOfMonth(day.Day), "month", month, "time", clock)
}

// Span is how long something lasts, in whole days or years.
func (v view) Span(d time.Duration) string {
	const day = 24 * time.Hour
	if days := int(d / day); days >= 365 && days%365 == 0 {
		return v.N("span.years", days/365)
	}
	return v.N("span.days", int(d/day))
}

// Day writes a calendar day: "Monday 23 November", with the year when it is
// another one.
func (v view) Day(d subscribers.Date) string {
	month := v.nth("date.months", int(d.Month)-1)
	if d.Year != v.now.In(v.loc).Year() {
		month += fmt.Sprintf(" %d", d.Year)
	}
	weekday := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
	return v.T("date.day", "weekday", v.nth("date.weekdays", int(weekday)), "day", v.dayOfMonth(d.Day), "month", month)
}

// Clock writes the time of day of t in t's own location.
func (v view) Clock(t time.Time) string {
	return v.T("date.clock", "hour", t.Hour(), "minute", fmt.Sprintf("%02d", t.Minute()))
}

// dayOfMonth is the day's number; the first of the month has its own form in French.
func (v view) dayOfMonth(day int) string {
	if day == 1 {
		return v.T("date.first")
	}
	return fmt.Sprint(day)
}

// nth picks a word from a sentence that is a list.
func (v view) nth(key string, i int) string {
	words := strings.Fields(v.T(key))
	if i >= len(words) {
		return ""
	}
	return words[i]
}

// ISO writes an instant for a time element.
func (v view) ISO(t time.Time) string { return t.In(v.loc).Format(time.RFC3339) }
