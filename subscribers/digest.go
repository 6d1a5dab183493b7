package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Slots returns the digest slots of a partnership that fall due after one
// instant and up to another, oldest first. Computed from calendar days in the
// partnership's zone, so each local day has one at most, also on the days on
// which the clocks change.
func (d DigestPlan) Slots(p Partnership, after, upTo time.Time) []Slot {
	loc, at := p.Location(), d.calendar()
	var slots []Slot
	for day := DateOf(after.In(loc)); !DateOf(upTo.In(loc)).Before(day); day = day.AddDays(1) {
		slot, found := slotOn(p, day, at, loc)
		if found && slot.DueAt.After(after) && !slot.DueAt.After(upTo) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// daysAhead is how far the next infoflash can be away: 29 February comes every
// four years, but not in 2100.
const daysAhead = 8*366 + 1

// Next returns the first slot that falls due after an instant; false when none does.
func (d DigestPlan) Next(p Partnership, after time.Time) (Slot, bool) {
	loc, at := p.Location(), d.calendar()
	day := DateOf(after.In(loc))
	for range daysAhead {
		if slot, found := slotOn(p, day, at, loc); found && slot.DueAt.After(after) {
			return slot, true
		}
		day = day.AddDays(1)
	}
	return Slot{}, false
}

// SlotOn returns the slot of one local day; false when the plan has none on it.
func (d DigestPlan) SlotOn(p Partnership, day Date) (Slot, bool) {
	return slotOn(p, day, d.calendar(), p.Location())
}

func slotOn(p Partnership, day Date, at calendar, loc *time.Location) (Slot, bool) {
	clock, falls := at(day)
	if !falls {
		return Slot{}, false
	}
	due := day.At(clock, loc)
	return Slot{Partnership: p.ID, Date: day, DueAt: due, LeavesAt: due}, true
}

// calendar says whether an infoflash goes on a day, and at what time.
type calendar func(Date) (ClockTime, bool)

func (d DigestPlan) calendar() calendar {
	switch d.Every {
	case ByCron:
		c, trouble := parseCron(d.Cron) // Faults has told of any trouble
		return func(day Date) (ClockTime, bool) { return c.at, trouble == "" && c.fallsOn(day) }
	case Weekly:
		return func(day Date) (ClockTime, bool) { return d.At, day.Weekday() == d.Weekday }
	}
	return func(Date) (ClockTime, bool) { return d.At, true }
}

// previewLate is how much of a preview may be missing.
const previewLate = 10 * time.Minute

// Shown returns a slot that is written down now, as it can leave: after an
// outage over its preview it leaves later, so that its coordinators still see it
// first. It stays the infoflash of its day.
func (d DigestPlan) Shown(slot Slot, now time.Time) Slot {
	if d.Preview > 0 && now.After(slot.DueAt.Add(-d.Preview).Add(previewLate)) {
		slot.LeavesAt = now.Add(d.Preview)
	}
	return slot
}

// Takes leaves of a person's items those that were there when the slot fell
// due: a slot made up for after an outage does not take what came since. Who
// pauses on that day has none: their items wait for the first slot after it.
func (s Slot) Takes(person DigestPerson) DigestPerson {
	if person.Pause.Holds(s.Date) {
		person.Items = nil
		return person
	}
	person.Items = slices.DeleteFunc(slices.Clone(person.Items), func(e Entry) bool { return e.CreatedAt.After(s.DueAt) })
	return person
}

// DigestValidity is how long an infoflash that could not be sent is still of use.
const DigestValidity = 48 * time.Hour

// Digest returns the infoflash of a slot for a person: the only one of that
// local day, whatever partnership, channel or cadence it came from. It goes
// where most of its items would have gone, email first, since it is long; their
// other channels are what it falls back on.
func (s Slot) Digest(person DigestPerson, now time.Time) DigestEntry {
	first := person.Items[0]
	for _, item := range person.Items {
		if item.Channel == channels.Email && first.Channel != channels.Email {
			first = item
		}
	}
	about := DigestAbout(s.Date, person.Member)
	e := Entry{
		ID:      channels.DeliveryID{UUID: about}, // neither channel nor address: a change of either makes no second one
		Purpose: channels.Digest, About: about,
		Partnership: first.Partnership, Member: person.Member,
		Channel: first.Channel, Hash: first.Hash, Lang: first.Lang,
		Priority: broker.Bulk, State: channels.Pending,
		NextAt: now.Add(Requeue), NotAfter: now.Add(DigestValidity), CreatedAt: now,
	}
	digest := DigestEntry{Entry: e}
	for _, item := range person.Items {
		digest.Items = append(digest.Items, item.ID)
		for _, other := range append([]channels.Name{item.Channel}, item.Rest...) {
			if other != digest.Channel && !slices.Contains(digest.Rest, other) {
				digest.Rest = append(digest.Rest, other)
			}
		}
	}
	slices.SortFunc(digest.Items, func(a, b channels.DeliveryID) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
	return digest
}
