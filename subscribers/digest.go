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
	loc := p.Location()
	var slots []Slot
	for day := DateOf(after.In(loc)); !DateOf(upTo.In(loc)).Before(day); day = day.AddDays(1) {
		due := day.At(d.At, loc)
		if d.fallsOn(day) && due.After(after) && !due.After(upTo) {
			slots = append(slots, Slot{Partnership: p.ID, Date: day, Every: d.Every, DueAt: due})
		}
	}
	return slots
}

func (d DigestPlan) fallsOn(day Date) bool {
	if d.Every == Daily {
		return true
	}
	return time.Date(day.Year, day.Month, day.Day, 12, 0, 0, 0, time.UTC).Weekday() == d.Weekday
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

// Digest returns the one infoflash of a slot for a person. It goes where most
// of its items would have gone, email first, since it is long.
func (s Slot) Digest(person DigestPerson, now time.Time) DigestEntry {
	first := person.Items[0]
	for _, item := range person.Items {
		if item.Channel == channels.Email && first.Channel != channels.Email {
			first = item
		}
	}
	about := DigestAbout(s.Date, s.Every)
	e := Entry{
		ID:      EntryKey(about, 0, "", person.Member, first.Channel, first.Hash),
		Purpose: channels.Digest, About: about,
		Partnership: first.Partnership, Member: person.Member,
		Channel: first.Channel, Hash: first.Hash, Lang: first.Lang,
		Priority: broker.Bulk, State: channels.Pending,
		NextAt: now.Add(Requeue), NotAfter: now.Add(DigestValidity), CreatedAt: now,
	}
	digest := DigestEntry{Entry: e}
	for _, item := range person.Items {
		digest.Items = append(digest.Items, item.ID)
	}
	slices.SortFunc(digest.Items, func(a, b channels.DeliveryID) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
	return digest
}
