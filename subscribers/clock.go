package subscribers

import (
	"fmt"
	"time"
)

// Date is a calendar day, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero says whether no day is given.
func (d Date) IsZero() bool { return d == Date{} }

// Before says whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.String() < other.String() }

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// At returns the instant of a local time on this day. In the spring gap it is
// the first minute that exists after it; in the autumn fold the first of the two.
func (d Date) At(c ClockTime, loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, c.Hour, c.Minute, 0, 0, loc)
	if ClockOf(t) == c && DateOf(t) == d {
		return firstOfFold(t)
	}
	// time.Date moves a time that the gap swallowed by the gap's width, one
	// way or the other; the gap ends where the offset changes. The widest on
	// record is a day (Pacific/Apia, 2011-12-30).
	start, end := t.Add(-25*time.Hour), t.Add(25*time.Hour)
	return firstWithOffsetOf(end, start)
}

// firstOfFold returns the earlier of two instants with the same local time.
func firstOfFold(t time.Time) time.Time {
	for _, back := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Minute} {
		if earlier := t.Add(-back); ClockOf(earlier) == ClockOf(t) && DateOf(earlier) == DateOf(t) {
			return earlier
		}
	}
	return t
}

// firstWithOffsetOf finds the first instant after start that has the offset of end.
func firstWithOffsetOf(end, start time.Time) time.Time {
	_, want := end.Zone()
	for end.Sub(start) > time.Second {
		middle := start.Add(end.Sub(start) / 2)
		if _, offset := middle.Zone(); offset == want {
			end = middle
		} else {
			start = middle
		}
	}
	return end.Truncate(time.Minute)
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes 2026-11-23, and nothing for no day.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads 2026-11-23.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a date; write it as 2026-11-23", text)
	}
	*d = DateOf(t)
	return nil
}

// ClockTime is a time of day, without a zone.
type ClockTime struct{ Hour, Minute int }

// ClockOf returns the time of day of t in t's own location.
func ClockOf(t time.Time) ClockTime { return ClockTime{t.Hour(), t.Minute()} }

func (c ClockTime) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// MarshalText writes 18:00.
func (c ClockTime) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads 18:00.
func (c *ClockTime) UnmarshalText(text []byte) error {
	t, err := time.Parse("15:04", string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time of day; write it as 18:00", text)
	}
	*c = ClockOf(t)
	return nil
}
