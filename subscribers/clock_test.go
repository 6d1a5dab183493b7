package subscribers

import (
	"testing"
	"time"
)

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func mustDate(t *testing.T, s string) Date {
	t.Helper()
	var d Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return d
}

// A digest at a local hour goes once on every day: after the gap in spring, the
// first of the two times in autumn.
func TestDateAtOnDaysWhenClocksChange(t *testing.T) {
	for _, tc := range []struct {
		name, zone, date string
		clock            ClockTime
		want             string
	}{
		{"an ordinary day", "Europe/Brussels", "2026-11-23", ClockTime{18, 0}, "2026-11-23T18:00:00+01:00"},
		{"spring, before the gap", "Europe/Brussels", "2027-03-28", ClockTime{1, 59}, "2027-03-28T01:59:00+01:00"},
		{"spring, the gap begins", "Europe/Brussels", "2027-03-28", ClockTime{2, 0}, "2027-03-28T03:00:00+02:00"},
		{"spring, in the gap", "Europe/Brussels", "2027-03-28", ClockTime{2, 30}, "2027-03-28T03:00:00+02:00"},
		{"spring, the gap ends", "Europe/Brussels", "2027-03-28", ClockTime{3, 0}, "2027-03-28T03:00:00+02:00"},
		{"autumn, before the fold", "Europe/Brussels", "2026-10-25", ClockTime{1, 59}, "2026-10-25T01:59:00+02:00"},
		{"autumn, the fold begins", "Europe/Brussels", "2026-10-25", ClockTime{2, 0}, "2026-10-25T02:00:00+02:00"},
		{"autumn, in the fold", "Europe/Brussels", "2026-10-25", ClockTime{2, 30}, "2026-10-25T02:30:00+02:00"},
		{"autumn, after the fold", "Europe/Brussels", "2026-10-25", ClockTime{3, 0}, "2026-10-25T03:00:00+01:00"},
		{"winter time is the exception in law", "Europe/Dublin", "2026-10-25", ClockTime{1, 30}, "2026-10-25T01:30:00+01:00"},
		{"and its gap", "Europe/Dublin", "2027-03-28", ClockTime{1, 30}, "2027-03-28T02:00:00+01:00"},
		{"half an hour forward", "Australia/Lord_Howe", "2026-10-04", ClockTime{2, 15}, "2026-10-04T02:30:00+11:00"},
		{"half an hour back", "Australia/Lord_Howe", "2027-04-04", ClockTime{1, 45}, "2027-04-04T01:45:00+11:00"},
		{"two hours forward", "Antarctica/Troll", "2026-03-29", ClockTime{1, 30}, "2026-03-29T03:00:00+02:00"},
		{"two hours back", "Antarctica/Troll", "2026-10-25", ClockTime{1, 30}, "2026-10-25T01:30:00+02:00"},
		{"a gap at midnight", "America/Santiago", "2026-09-06", ClockTime{0, 0}, "2026-09-06T01:00:00-03:00"},
		{"a fold at midnight", "America/Santiago", "2026-04-04", ClockTime{23, 30}, "2026-04-04T23:30:00-03:00"},
		{"a zone of quarters", "Asia/Kathmandu", "2026-11-23", ClockTime{18, 0}, "2026-11-23T18:00:00+05:45"},
		{"a day that did not exist", "Pacific/Apia", "2011-12-30", ClockTime{18, 0}, "2011-12-31T00:00:00+14:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := mustDate(t, tc.date).At(tc.clock, mustZone(t, tc.zone)).Format(time.RFC3339)
			if got != tc.want {
				t.Errorf("%s %s in %s: got %s, want %s", tc.date, tc.clock, tc.zone, got, tc.want)
			}
		})
	}
}

// Every quarter of an hour around every change of two years, in zones that
// change by half an hour, one hour and two, against plain counting: the answer
// is the first minute whose local time has reached what was asked.
func TestDateAtAgreesWithCounting(t *testing.T) {
	for _, zone := range []string{"Europe/Brussels", "Europe/Dublin", "Australia/Lord_Howe", "Antarctica/Troll", "America/Santiago", "America/New_York", "Asia/Beirut", "UTC"} {
		loc := mustZone(t, zone)
		for day := (Date{2026, time.January, 1}); day.Year < 2028; day = day.AddDays(1) {
			if !clocksChange(day, loc) && day.Day != 15 {
				continue
			}
			for minute := 0; minute < 24*60; minute += 15 {
				clock := ClockTime{minute / 60, minute % 60}
				if got, want := day.At(clock, loc), countTo(day, clock, loc); !got.Equal(want) {
					t.Errorf("%s %s in %s: got %s, want %s", day, clock, zone, got, want)
				}
			}
		}
	}
}

func clocksChange(day Date, loc *time.Location) bool {
	noon := time.Date(day.Year, day.Month, day.Day, 12, 0, 0, 0, loc)
	_, before := noon.Add(-24 * time.Hour).Zone()
	_, after := noon.Add(24 * time.Hour).Zone()
	return before != after
}

func countTo(day Date, clock ClockTime, loc *time.Location) time.Time {
	wanted := time.Date(day.Year, day.Month, day.Day, clock.Hour, clock.Minute, 0, 0, time.UTC)
	_, offset := wanted.In(loc).Zone()
	for t := wanted.Add(-time.Duration(offset)*time.Second - 4*time.Hour).In(loc); ; t = t.Add(time.Minute) {
		local := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
		if !local.Before(wanted) {
			return t
		}
	}
}

func TestDates(t *testing.T) {
	d := mustDate(t, "2026-12-31")
	if got := d.AddDays(1).String(); got != "2027-01-01" {
		t.Errorf("the day after: got %s", got)
	}
	if got := d.AddDays(-365).String(); got != "2025-12-31" {
		t.Errorf("a year before: got %s", got)
	}
	if !d.Before(d.AddDays(1)) || d.Before(d) || d.AddDays(1).Before(d) {
		t.Error("Before is not the order of days")
	}
	if text, err := (Date{}).MarshalText(); err != nil || len(text) != 0 || !(Date{}).IsZero() {
		t.Errorf("no day: got %q, %v", text, err)
	}
	if text, err := d.MarshalText(); err != nil || string(text) != "2026-12-31" {
		t.Errorf("got %q, %v", text, err)
	}
	if none := mustDate(t, ""); !none.IsZero() {
		t.Errorf("nothing is read as %s", none)
	}
	for _, text := range []string{"31/12/2026", "2026-13-01", "2026-02-30", "tomorrow"} {
		if err := new(Date).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a date", text)
		}
	}
}

func TestClockTimes(t *testing.T) {
	var c ClockTime
	if err := c.UnmarshalText([]byte("07:05")); err != nil || c != (ClockTime{7, 5}) || c.String() != "07:05" {
		t.Errorf("got %v, %v", c, err)
	}
	for _, text := range []string{"", "24:00", "7h", "18.00", "18:60"} {
		if err := new(ClockTime).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for a time of day", text)
		}
	}
}

// First and last day count.
func TestCharterInForce(t *testing.T) {
	charter := Charter{Signed: mustDate(t, "2026-03-29"), Until: mustDate(t, "2026-10-25")}
	for date, want := range map[string]bool{"2026-03-28": false, "2026-03-29": true, "2026-10-25": true, "2026-10-26": false} {
		if got := charter.InForce(mustDate(t, date)); got != want {
			t.Errorf("on %s: got %v, want %v", date, got, want)
		}
	}
	if (Charter{}).InForce(mustDate(t, "2026-11-23")) {
		t.Error("a charter that nobody signed is in force")
	}
	if !(Charter{Signed: charter.Signed}).InForce(mustDate(t, "2099-01-01")) {
		t.Error("a charter without end has ended")
	}
}
