package web

import (
	"time"

	"relais/broker"
	"relais/subscribers"
)

// holdChoice is a moment that an approver can put a message off to with one tap.
type holdChoice struct {
	In    string // so long from when it is tapped; else empty
	Until string // or until then
	Label string
}

// holds offers those moments that come while the message is still of use: a
// hold never outlives what it holds.
func (v view) holds(m broker.Message) []holdChoice {
	today := subscribers.DateOf(v.now.In(v.loc))
	var offered []holdChoice
	offer := func(key, in string, at time.Time, useful bool) {
		if useful && at.Before(m.Expires) {
			c := holdChoice{In: in, Label: v.T(key, "time", v.Clock(at.In(v.loc)))}
			if in == "" {
				c.Until = at.In(v.loc).Format(dateTimeLocal)
			}
			offered = append(offered, c)
		}
	}
	tonight := today.At(subscribers.ClockTime{Hour: 18}, v.loc)
	hour := v.now.Add(time.Hour)
	offer("approve.hold.quarter", "15m", v.now.Add(15*time.Minute), m.Urgency == broker.Immediate)
	offer("approve.hold.hour", "1h", hour, true)
	offer("approve.hold.evening", "", tonight, tonight.After(hour))
	offer("approve.hold.morning", "", today.AddDays(1).At(subscribers.ClockTime{Hour: 8}, v.loc), true)
	return offered
}

// holdUntil reads a moment, or so long from now; the zero time when it is neither.
func holdUntil(until, in string, now time.Time, loc *time.Location) time.Time {
	if wait, err := time.ParseDuration(in); err == nil {
		return now.Add(wait)
	}
	t, err := time.ParseInLocation(dateTimeLocal, until, loc)
	if err != nil {
		return time.Time{} // no hold ends then: it is refused as one in the past
	}
	return t
}
