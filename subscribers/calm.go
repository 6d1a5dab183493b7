package subscribers

import (
	"fmt"
	"strings"
	"time"

	"relais/broker"
)

// Calm is all that may make a delivery to one member wait: the partnership's
// quiet hours, and the member's own wish to be left alone.
//
// What the plan's rule ignores quiet hours for goes through those of the
// partnership. Through the member's own quiet hours and pause it goes only when
// it is urgent as well. A member who said EvenUrgent gets nothing of that: for
// them everything waits.
type Calm struct {
	Quiet   *QuietHours    // the partnership's; nil: none
	In      *time.Location // its zone, in which the member's days and hours are read too
	Ignores bool           // the plan's rule ignores quiet hours
	Urgent  bool           // the message is immediate
	Rest    Rest           // the member's
}

// Until returns when nothing holds a delivery any more, and whether anything
// holds it now. Spans that follow each other count as one. A span without end
// lasts as long as the message is of use (notAfter).
func (c Calm) Until(now, notAfter time.Time) (time.Time, bool) {
	if c.never() {
		return time.Time{}, false
	}
	end, waits := now, false
	for end.Before(notAfter) {
		next, holds := c.end(end.In(c.In))
		if !holds {
			break
		}
		if next.IsZero() {
			next = notAfter
		}
		end, waits = next, true
	}
	if !waits {
		return time.Time{}, false
	}
	return end, true
}

// never says whether there is no hour at which the delivery would wait.
func (c Calm) never() bool {
	return !c.common() && (c.passes() || c.Rest.Quiet == nil && c.Rest.Pause.From.IsZero())
}

// common says whether the partnership's quiet hours hold for this delivery.
func (c Calm) common() bool { return c.Quiet != nil && (!c.Ignores || c.Rest.EvenUrgent) }

// passes says whether the delivery goes through the member's own hours and pause.
func (c Calm) passes() bool { return c.Urgent && c.Ignores && !c.Rest.EvenUrgent }

// end returns when a span that holds at a local time ends; zero: never.
func (c Calm) end(local time.Time) (time.Time, bool) {
	if c.common() {
		if end, holds := c.Quiet.End(local); holds {
			return end, true
		}
	}
	if c.passes() {
		return time.Time{}, false
	}
	if c.Rest.Pause.Holds(DateOf(local)) {
		return c.Rest.Pause.end(local.Location()), true
	}
	if c.Rest.Quiet != nil {
		return c.Rest.Quiet.End(local)
	}
	return time.Time{}, false
}

// end is the first instant after the last day; zero when there is no last day.
func (s Span) end(loc *time.Location) time.Time {
	if s.Until.IsZero() {
		return time.Time{}
	}
	return s.Until.AddDays(1).At(ClockTime{}, loc)
}

// Validate names what is wrong with a member's wish, as *broker.Fault: field
// quiet or pause.
func (r Rest) Validate() error {
	switch {
	case r.Quiet != nil && r.Quiet.From == r.Quiet.To:
		return &broker.Fault{Field: "quiet", Problem: fmt.Sprintf("begins and ends at %s, so it would never end", r.Quiet.From), Remedy: "give two different times, or a pause"}
	case r.Pause.From.IsZero() && !r.Pause.Until.IsZero():
		return &broker.Fault{Field: "pause", Problem: "has no first day", Remedy: "give the first day, as 2026-12-20"}
	case !r.Pause.Until.IsZero() && r.Pause.Until.Before(r.Pause.From):
		return &broker.Fault{Field: "pause", Problem: "ends before it begins", Remedy: "give the first day, then the last"}
	}
	return nil
}

// ParseQuietHours reads 21:00-08:00.
func ParseQuietHours(text string) (QuietHours, error) {
	from, to, found := strings.Cut(text, "-")
	if !found {
		return QuietHours{}, fmt.Errorf("%q are no hours; write them as 21:00-08:00", text)
	}
	var q QuietHours
	if err := q.From.UnmarshalText([]byte(strings.TrimSpace(from))); err != nil {
		return q, err
	}
	return q, q.To.UnmarshalText([]byte(strings.TrimSpace(to)))
}

func (q QuietHours) String() string { return q.From.String() + "-" + q.To.String() }

// ParseSpan reads 2026-12-20..2027-01-03, or 2026-12-20.. for a span without end.
func ParseSpan(text string) (Span, error) {
	from, until, found := strings.Cut(text, "..")
	if !found || from == "" {
		return Span{}, fmt.Errorf("%q are no days; write them as 2026-12-20..2027-01-03, or 2026-12-20.. without a last day", text)
	}
	var s Span
	if err := s.From.UnmarshalText([]byte(strings.TrimSpace(from))); err != nil {
		return s, err
	}
	return s, s.Until.UnmarshalText([]byte(strings.TrimSpace(until)))
}

func (s Span) String() string {
	if s.Until.IsZero() {
		return s.From.String() + ".."
	}
	return s.From.String() + ".." + s.Until.String()
}
