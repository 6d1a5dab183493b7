package subscribers

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// Entry is one line of the ledger: what is owed to one address on one channel.
// The ledger keeps at most one unsuppressed line for each (About, Revision,
// Channel, Hash); that key decides that nobody is sent anything twice.
type Entry struct {
	ID          channels.DeliveryID
	Purpose     channels.Purpose
	About       uuid.UUID            // ForMember: the message. Ask: the approval. Notice: NoticeAbout. Digest: DigestAbout. Service: the service message
	Revision    int                  // the message's; of an Ask and a Notice the approval's Version; else 0
	Approval    ApprovalID           // zero for a digest
	Partnership broker.PartnershipID // of a digest: the one whose slot it is
	Member      MemberID
	Channel     channels.Name
	Hash        channels.AddressHash
	Lang        broker.Lang // of the text: the member's own, else the partnership's first that the message has
	Priority    broker.Priority
	State       channels.State
	Reason      channels.Reason
	Rest        []channels.Name     // the fallback channels, in order
	Patience    time.Duration       // taken and not confirmed for this long, it goes on to Rest as well; 0: it does not
	Repeatable  bool                // "rather twice than never": an ambiguous call is repeated (immediate messages)
	Attempt     int                 // calls begun so far
	Missed      int                 // of these, those that the provider reports as not answered
	Ref         string              // the provider's name for it
	Replies     channels.DeliveryID // of a correction: the delivery on the same channel that it corrects; zero: none
	Awaits      bool                // the provider will report whether it arrived
	NotBefore   time.Time           // while pending or held: nothing is sent before it; zero: at once
	NextAt      time.Time           // when a sweep must look at it; zero: never, it is final
	NotAfter    time.Time           // nothing is sent after it
	CreatedAt   time.Time
	AcceptedAt  time.Time // when the provider took it; zero: not (yet)
	FinalAt     time.Time // when it became final
}

// EntryKey makes the delivery's id follow from what it is, so that a plan that
// runs twice writes the same rows. The ids of one message stand in the order in
// which its members came to be known, as a plan reads them.
func EntryKey(about uuid.UUID, revision int, p broker.PartnershipID, m MemberID, on channels.Name, h channels.AddressHash) channels.DeliveryID {
	id := broker.DeriveID(about, strconv.Itoa(revision), string(p), m.String(), string(on), h.String())
	return channels.DeliveryID{UUID: ordered(id, m)}
}

// ordered puts the last three bytes of the member's time, which are four and a
// half hours of milliseconds (RFC 9562, 5.7), behind the first six of an id, about
// its version and variant. So a page of a plan touches a few pages of the ledger's
// index of ids and not one for each row. 50 bits of hash remain to tell the
// deliveries of one message to one member apart.
func ordered(id uuid.UUID, m MemberID) uuid.UUID {
	first, second, third := m.UUID[3], m.UUID[4], m.UUID[5]
	id[6] = 0x70 | first>>4
	id[7] = first<<4 | second>>4
	id[8] = 0x80 | second&0x0f<<2 | third>>6
	id[9] = third<<2 | id[9]&0x03
	return id
}

// Job names deliveries of one channel and priority, for the work queue. IDs
// only: contacts and texts are read when they are sent.
type Job struct {
	IDs []channels.DeliveryID `json:"ids"`
}

// Outcome is what became of one claimed entry, and what follows from it; the
// ledger writes both in one transaction.
type Outcome struct {
	ID      channels.DeliveryID
	State   channels.State
	Reason  channels.Reason
	Ref     string
	Awaits  bool
	At      time.Time
	Attempt int       // it holds for this attempt alone; 0: whatever the attempt
	Silent  bool      // for Accepted: the provider has not confirmed it in time; it goes on to Then as well
	Missed  bool      // for Pending: the attempt was missed, so that even an accepted entry goes back
	Wait    time.Time // for Pending and Held: the new NotBefore
	NextAt  time.Time // zero: final
	Closes  bool      // the address answered Gone or OptedOut: close the contact
	Stopped bool      // with Closes: by the recipient's will
	After   int       // with Closes and not Stopped: only after so many deliveries to the address; 0: at once
	Then    []Entry   // the fallback
	// Uncounted gives the claim's attempt back: nothing was called, or the provider
	// did not look at this delivery. Attempt must be set.
	Uncounted bool
	Cost      Money // what the provider asks for this attempt; 0: nothing, or nothing new is known
}

// Claimed is an entry that this node may now send, with what was true of its
// recipient at that moment.
type Claimed struct {
	Entry
	Contact Contact // zero when the member has closed or changed the address
	Wishes  Rest    // when the member wants to be left alone
	Left    bool    // no longer a member of the partnership
	Stopped bool    // the police have corrected, withdrawn or closed it since
}

// Begun is a new entry as it stands while its first call is under way; until then
// nobody else calls it.
func (e Entry) Begun(until time.Time) Entry {
	e.State, e.Attempt, e.NextAt = channels.Calling, e.Attempt+1, until
	return e
}

// DigestAbout is what a digest is about: one person on one local day, so that
// who belongs to several partnerships gets one, whatever their cadence.
func DigestAbout(day Date, who MemberID) uuid.UUID {
	return broker.DeriveID(who.UUID, "digest", day.String())
}

// NoticeAbout is what a notice of an approval's new state is about.
func NoticeAbout(a ApprovalID, state ApprovalState) uuid.UUID {
	return broker.DeriveID(a.UUID, "notice", string(state))
}
