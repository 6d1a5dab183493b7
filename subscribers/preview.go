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

// slotMoves is how far an outage can have moved a slot past its day: it is made
// up for up to some days, and shown for one.
const slotMoves = 8

// SlotDay is the day of the infoflash that a letter is about; zero for another entry.
func SlotDay(letter Entry, p Partnership) Date {
	day := DateOf(letter.NotAfter.In(p.Location()))
	for range slotMoves {
		if SlotAbout(p.ID, day) == letter.About {
			return day
		}
		day = day.AddDays(-1)
	}
	return Date{}
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
			NextAt: now.Add(Requeue), NotAfter: s.LeavesAt, CreatedAt: now,
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

// SlotFault names what is wrong with a change.
type SlotFault string

// What can be wrong with a change.
const (
	SlotLeft     SlotFault = "left"      // it has left already
	SlotLongNote SlotFault = "long-note" // a note of more than MaxCover characters
	SlotNotHeld  SlotFault = "not-held"  // a release of what is not held
	SlotNoRole   SlotFault = "no-role"   // this person decides nothing here any more
	SlotNone     SlotFault = "none"      // the plan has no infoflash on that day
)

// RefusedSlotError says why an infoflash is not changed.
type RefusedSlotError struct{ Why SlotFault }

func (e *RefusedSlotError) Error() string {
	switch e.Why {
	case SlotLeft:
		return "this infoflash has left already"
	case SlotLongNote:
		return fmt.Sprintf("the note is longer than %d characters", MaxCover)
	case SlotNotHeld:
		return "this infoflash is not held"
	case SlotNoRole:
		return "this person does not decide for the partnership any more"
	}
	return "the communication plan has no infoflash on that day"
}

// Refuses says why an infoflash cannot be changed; nil: it can.
func (s Slot) Refuses(change SlotChange, note string, now time.Time) error {
	switch {
	case !s.ClosedAt.IsZero() || !s.LeavesAt.After(now):
		return &RefusedSlotError{SlotLeft}
	case change == NoteSlot && utf8.RuneCountInString(note) > MaxCover:
		return &RefusedSlotError{SlotLongNote}
	case change == ReleaseSlot && !s.Held():
		return &RefusedSlotError{SlotNotHeld}
	}
	return nil
}

// MayChangeSlot says whether somebody is among those who decide for a partnership.
func MayChangeSlot(approvers []Approver, id MemberID) bool {
	return slices.ContainsFunc(approvers, func(a Approver) bool { return a.ID == id })
}

// SlotPreview is an infoflash before it leaves.
type SlotPreview struct {
	Slot
	Items  []WaitingItem // what goes, oldest first
	People int           // to whom
}
