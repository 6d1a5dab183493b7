package subscribers

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// Questions are the entries by which approvers are asked, on every channel of
// their own that is available: a question that nobody sees is an alert that
// nobody gets.
func (a Approval) Questions(m broker.Message, asked []Approver, available []channels.Name, now time.Time) []Entry {
	var entries []Entry
	for _, who := range asked {
		for _, c := range who.ownContacts(available) {
			e := a.letter(channels.Ask, a.ID.UUID, a.Version, who, c, m, now)
			e.NotAfter = m.Expires
			entries = append(entries, e)
		}
	}
	return entries
}

// NoticeValidity is how long a notice is of use.
const NoticeValidity = 24 * time.Hour

// Notices are the entries by which approvers learn what became of an approval
// without them, on their own first channel. Who decided needs none.
func (a Approval) Notices(m broker.Message, told []Approver, available []channels.Name, now time.Time) []Entry {
	var entries []Entry
	for _, who := range told {
		contacts := who.ownContacts(available)
		if who.Name == a.Decision.By || len(contacts) == 0 {
			continue
		}
		e := a.letter(channels.Notice, NoticeAbout(a.ID, a.State), a.Version, who, contacts[0], m, now)
		e.NotAfter = now.Add(NoticeValidity)
		entries = append(entries, e)
	}
	return entries
}

func (a Approval) letter(why channels.Purpose, about uuid.UUID, revision int, who Approver, c Contact, m broker.Message, now time.Time) Entry {
	hash := c.Address.Hash(c.Channel)
	return Entry{
		ID:          EntryKey(about, revision, a.Partnership, who.ID, c.Channel, hash),
		Purpose:     why,
		About:       about,
		Revision:    revision,
		Approval:    a.ID,
		Partnership: a.Partnership,
		Member:      who.ID,
		Channel:     c.Channel,
		Hash:        hash,
		Lang:        who.Lang,
		Priority:    PriorityOf(m.Urgency),
		Repeatable:  why == channels.Ask && m.Urgency == broker.Immediate,
		State:       channels.Pending,
		NextAt:      now.Add(Requeue),
		CreatedAt:   now,
	}
}

func (m Member) ownContacts(available []channels.Name) []Contact {
	var own []Contact
	for _, c := range m.Contacts {
		if c.State == ContactActive && !c.Address.IsZero() && slices.Contains(available, c.Channel) {
			own = append(own, c)
		}
	}
	return own
}
