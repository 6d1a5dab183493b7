package subscribers

import (
	"time"

	"relais/broker"
	"relais/channels"
)

// Moment is how an approval stands from an instant on.
type Moment struct {
	At       time.Time
	Approval Approval
}

// Unanswered lists how an approval moves while nobody answers, from its
// opening up to an instant. Each move is Climb's, at its deadline, as a sweep
// carries it out.
func (a Approval) Unanswered(expires time.Time, present []Approver, upTo time.Time) []Moment {
	moments := []Moment{{a.Asked, a}}
	for !a.State.Final() && !a.Deadline.IsZero() && !a.Deadline.After(upTo) {
		at := a.Deadline
		a = a.Climb(expires, present, at)
		moments = append(moments, Moment{at, a})
	}
	return moments
}

// Departure says what becomes of an entry if nothing comes between.
type Departure struct {
	At      time.Time // when it goes, or would have; zero: never
	Slot    Slot      // of the infoflash that takes it; zero: it goes by itself
	Channel channels.Name
	Late    bool // it expires before At, so it is not sent
	Reason  channels.Reason
}

// Departs says when an entry that the occasion owes goes out: at once, when the
// quiet hours end, with an infoflash, or not at all.
func (o Occasion) Departs(e Entry) Departure {
	d := Departure{Channel: e.Channel, Reason: e.Reason}
	switch e.State {
	case channels.Pending:
		d.At = o.Now
	case channels.Held:
		d.At, d.Late = e.NotBefore, !e.NotBefore.Before(e.NotAfter)
	case channels.Expired:
		d.At, d.Late = o.Now, true
	case channels.Digested:
		return o.withSlot(e, d)
	default: // suppressed: never
	}
	return d
}

// withSlot finds the first infoflash that takes the entry.
func (o Occasion) withSlot(e Entry, d Departure) Departure {
	waiting := DigestPerson{Member: e.Member, Items: []Entry{e}}
	// Next begins after an instant; one that falls due at this very one still takes the entry.
	slot, found := o.Plan.Digest.Next(o.Partnership, o.Now.Add(-time.Nanosecond))
	if person := slot.Takes(waiting); found && len(person.Items) > 0 {
		d.At, d.Slot, d.Late = slot.DueAt, slot, !slot.DueAt.Before(e.NotAfter)
		d.Channel = slot.Digest(person, slot.DueAt).Channel
		return d
	}
	d.Late = true
	return d
}

// FirstRule is the place in the plan of the first rule that covers a message,
// from 0; -1 if none does.
func (p Plan) FirstRule(kind broker.Kind, urgency broker.Urgency) int {
	for i, r := range p.Rules {
		if r.covers(kind, urgency) {
			return i
		}
	}
	return -1
}
