package subscribers

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// PreviewReaders are those who see an infoflash before it leaves: the coordinators who
// are not absent on a day, else the deputies, else whoever of the committee is
// there; when all are absent, everybody.
func PreviewReaders(approvers []Approver, on Date) []Approver {
	present := (ApprovalRule{CommitteeAfter: time.Minute}).Present(approvers, on)
	for _, role := range []Role{RoleCoordinator, RoleDeputy} {
		group := slices.DeleteFunc(slices.Clone(present), func(a Approver) bool { return a.Role != role })
		if len(group) > 0 {
			return group
		}
	}
	return present
}

// SlotAbout is what the letters about a slot are about.
func SlotAbout(p broker.PartnershipID, on Date) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("relais:preview:"+string(p)+":"+on.String()))
}

// Letters are the entries by which the readers of a slot are told that they can
// read it, each on their own first channel that is available.
func (s Slot) Letters(readers []Approver, available []channels.Name, now time.Time) []Entry {
	var letters []Entry
	for _, who := range readers {
		contacts := who.ownContacts(available)
		if len(contacts) == 0 {
			continue
		}
		c, about := contacts[0], SlotAbout(s.Partnership, s.Date)
		hash := c.Address.Hash(c.Channel)
		var rest []channels.Name
		for _, other := range contacts[1:] {
			if other.Channel != c.Channel && !slices.Contains(rest, other.Channel) {
				rest = append(rest, other.Channel)
			}
		}
		letters = append(letters, Entry{
			ID:      EntryKey(about, 0, s.Partnership, who.ID, c.Channel, hash),
			Purpose: channels.Preview, About: about, Partnership: s.Partnership, Member: who.ID,
			Channel: c.Channel, Hash: hash, Lang: who.Lang, Priority: broker.Normal, State: channels.Pending, Rest: rest,
			NextAt: now.Add(Requeue), NotAfter: s.DueAt, CreatedAt: now,
		})
	}
	return letters
}

// SlotChange is what somebody does to an infoflash before it leaves.
type SlotChange string

// What can be done to an infoflash.
const (
	HoldSlot    SlotChange = "hold"    // it does not go on this day; what waits, waits for the next
	ReleaseSlot SlotChange = "release" // it goes after all
	NoteSlot    SlotChange = "note"    // a cover note, or none
)

// ForbidsSlotChange says why an infoflash cannot be changed; nothing: it can.
func (s Slot) ForbidsSlotChange(change SlotChange, note string, now time.Time) string {
	switch {
	case !s.ClosedAt.IsZero() || !s.DueAt.After(now):
		return "this infoflash has left already"
	case change == NoteSlot && utf8.RuneCountInString(note) > MaxCover:
		return fmt.Sprintf("the note is longer than %d characters", MaxCover)
	case change == ReleaseSlot && !s.Held():
		return "this infoflash is not held"
	}
	return ""
}

// SlotPreview is an infoflash before it leaves.
type SlotPreview struct {
	Slot
	Items  []WaitingItem // what goes, oldest first
	People int           // to whom
}
