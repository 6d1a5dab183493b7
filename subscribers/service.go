package subscribers

import (
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// ServiceMessage is what Relais itself tells somebody: a coordinator's question
// to an officer, a reminder, that an address does not work any more. It is kept
// until it is sent, for nothing else says it.
type ServiceMessage struct {
	ID    uuid.UUID // follows from what it is about, so that it is written once
	From  string    // whom it speaks for, as the reader knows them: the partnership's or the zone's name
	Tag   string    // begins an SMS
	Texts map[broker.Lang]broker.Text
}

// Text returns the text for a reader, in English where their language is missing.
func (s ServiceMessage) Text(lang broker.Lang) broker.Text {
	if text, ok := s.Texts[lang]; ok {
		return text
	}
	return s.Texts[broker.English]
}

// ServiceValidity is how long a service message is of use.
const ServiceValidity = 72 * time.Hour

// To returns the entry by which one person is told, on their own first channel
// of those available; false when no channel reaches them.
func (s ServiceMessage) To(who Member, available []channels.Name, priority broker.Priority, now time.Time) (Entry, bool) {
	own := who.ownContacts(available)
	if len(own) == 0 {
		return Entry{}, false
	}
	c := own[0]
	hash := c.Address.Hash(c.Channel)
	var rest []channels.Name
	for _, other := range own[1:] {
		if other.Channel != c.Channel {
			rest = append(rest, other.Channel)
		}
	}
	return Entry{
		ID:      EntryKey(s.ID, 0, "", who.ID, c.Channel, hash),
		Purpose: channels.Service, About: s.ID, Member: who.ID, Channel: c.Channel, Hash: hash,
		Lang: who.Lang, Priority: priority, State: channels.Pending, Rest: rest,
		NextAt: now.Add(Requeue), NotAfter: now.Add(ServiceValidity), CreatedAt: now,
	}, true
}
