package dispatch

import (
	"context"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Directory knows partnerships and people. Every list is in a stable order.
type Directory interface {
	// Partnerships returns those of a zone, or of every zone when it is empty;
	// none for an unknown zone.
	Partnerships(ctx context.Context, zone broker.ZoneID) ([]subscribers.Partnership, error)
	// Partnership returns one, or subscribers.ErrNotFound.
	Partnership(ctx context.Context, id broker.PartnershipID) (subscribers.Partnership, error)
	// Plan returns one version of a partnership's plan, or subscribers.ErrNotFound.
	Plan(ctx context.Context, id broker.PartnershipID, version int) (subscribers.Plan, error)
	// Approvers returns coordinators, deputies and committee with all their contacts.
	Approvers(ctx context.Context, id broker.PartnershipID) ([]subscribers.Approver, error)
	// Officers returns the people of a zone's police to whom Relais writes, the mandated ones first.
	Officers(ctx context.Context, zone broker.ZoneID) ([]subscribers.Officer, error)
	// Members returns at most limit people (every role) of an audience who have
	// not left, with all their contacts, by id, beginning after the given one.
	Members(ctx context.Context, a subscribers.Audience, after subscribers.MemberID, limit int) ([]subscribers.Member, error)
	// Member returns one with all their contacts, or subscribers.ErrNotFound.
	Member(ctx context.Context, id subscribers.MemberID) (subscribers.Member, error)
	// Contacts returns the contacts of the given members.
	Contacts(ctx context.Context, ids []subscribers.MemberID) (map[subscribers.MemberID][]subscribers.Contact, error)
}

// Ledger is the truth: messages, approvals and deliveries. Each method is one
// transaction; each may be repeated with the same arguments and changes
// nothing the second time.
type Ledger interface {
	Approvals
	Corrections
	Deliveries
	Digests
	Services
	Closures
	Debts
}

// Approvals keeps messages and the decisions about them.
type Approvals interface {
	// Open writes a message revision, its approvals, the partnerships it was
	// not routed to, and the entries (questions to approvers). Approvals that
	// are open for a lower revision lapse (HowRevision).
	Open(ctx context.Context, m broker.Message, received time.Time, approvals []subscribers.Approval, refused []subscribers.RoutingRefusal, entries []subscribers.Entry) error
	// Message returns one revision, or subscribers.ErrNotFound.
	Message(ctx context.Context, id broker.MessageID, revision int) (broker.Message, error)
	// Approval returns one, or subscribers.ErrNotFound.
	Approval(ctx context.Context, id subscribers.ApprovalID) (subscribers.Approval, error)
	// Move writes after, with the decision that made it, entries and what services
	// say, if the approval still has the Version of before, and says whether it had.
	Move(ctx context.Context, before, after subscribers.Approval, entries []subscribers.Entry, services []subscribers.ServiceMessage) (bool, error)
	// Moves returns every decision about an approval, the oldest first.
	Moves(ctx context.Context, id subscribers.ApprovalID) ([]subscribers.Move, error)
	// OverdueApprovals returns open ones whose deadline has passed.
	OverdueApprovals(ctx context.Context, now time.Time, limit int) ([]subscribers.Approval, error)
	// AlsoWaiting counts the other approvals of a message's revision that nobody has
	// answered and that have the same Deadline.
	AlsoWaiting(ctx context.Context, a subscribers.Approval) (int, error)
	// UnplannedApprovals returns granted ones that were decided before the given time and are not marked planned.
	UnplannedApprovals(ctx context.Context, decidedBefore time.Time, limit int) ([]subscribers.Approval, error)
	// MarkPlanned notes that every delivery of an approval has been written.
	MarkPlanned(ctx context.Context, id subscribers.ApprovalID, at time.Time) error
}

// Deliveries keeps one entry for each delivery.
type Deliveries interface {
	// Add writes new entries. An entry ForMember goes to the approval that first
	// added the person for this message revision; for any other approval, or
	// where another entry has the same (About, Revision, Channel, Hash), it is
	// written as Suppressed with ReasonDuplicate instead. Add returns the ids of
	// entries that it wrote as duplicates. An id that exists is left as it is.
	// A person goes over to an approval that sends sooner than the one that they
	// wait for, and to another one when all deliveries of the first came to nothing.
	Add(ctx context.Context, entries []subscribers.Entry) (duplicates []channels.DeliveryID, err error)
	// Begin is Add, and Claim of those new entries that are Pending on one of some
	// channels; it returns their ids. Their rows begin as Calling.
	Begin(ctx context.Context, entries []subscribers.Entry, on []channels.Name, now time.Time, lease time.Duration) (begun, duplicates []channels.DeliveryID, err error)
	// Replace takes a delivery out that was left out as a duplicate, and adds those
	// that its person is owed now, as Add does.
	Replace(ctx context.Context, standby channels.DeliveryID, by []subscribers.Entry) (duplicates []channels.DeliveryID, err error)
	// TakePlaces asks for one of a member's places of a day for a message, and
	// returns who has none left: limit different messages have one.
	TakePlaces(ctx context.Context, day subscribers.Date, m broker.MessageID, members []subscribers.MemberID, limit int) (full map[subscribers.MemberID]bool, err error)
	// Claim moves those of ids that are Pending and past their NotBefore to
	// Calling, counts the attempt, sets NextAt to now+lease, and returns them.
	Claim(ctx context.Context, ids []channels.DeliveryID, now time.Time, lease time.Duration) ([]subscribers.Claimed, error)
	// Record writes outcomes. One whose entry may not become its State
	// (channels.State.CanBecome, or CanMiss for one that was Missed), or that
	// speaks of another Attempt, changes nothing, and its Then is not written;
	// the ids of those are returned. Then is not written either where another of
	// the person's addresses on the same channel got the message or still may:
	// several devices are one person. Once it is written, those of them that are
	// Accepted have no Rest any more: the person goes on once. An outcome that
	// names the state the entry is in already updates its Wait, NextAt and Awaits,
	// and its Ref if it brings one; its Then is written only if it is Silent. The
	// items of a digest follow their digest when it is accepted, delivered, failed
	// or expired. One that is Uncounted takes the attempt back that Claim counted.
	Record(ctx context.Context, outcomes []subscribers.Outcome) (late []channels.DeliveryID, err error)
	// Entry returns one, or subscribers.ErrNotFound.
	Entry(ctx context.Context, id channels.DeliveryID) (subscribers.Entry, error)
	// Entries returns those of ids that are known.
	Entries(ctx context.Context, ids []channels.DeliveryID) (map[channels.DeliveryID]subscribers.Entry, error)
	// Due returns entries whose NextAt has passed, oldest first, with their
	// contacts, and sets their NextAt to now+lease, so that other nodes do not
	// take them as well.
	Due(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]subscribers.Claimed, error)
	// Park keeps a report whose delivery is not known yet; Parked takes those
	// out that came before the given time.
	Park(ctx context.Context, r channels.Report) error
	Parked(ctx context.Context, before time.Time) ([]channels.Report, error)
	// Bury keeps an event that a step gave up on. The same event at the same
	// stage counts up instead of making a second row.
	Bury(ctx context.Context, d broker.DeadLetter) error
}

// Services keeps what Relais itself tells somebody.
type Services interface {
	// Tell writes a service message and the entries by which it goes. What exists
	// is left as it is.
	Tell(ctx context.Context, m subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) error
	// ServiceMessage returns one, or subscribers.ErrNotFound.
	ServiceMessage(ctx context.Context, id uuid.UUID) (subscribers.ServiceMessage, error)
}

// Closures keeps the addresses that were closed until their members know.
type Closures interface {
	// UntoldClosures returns at most limit addresses that an outcome closed against the
	// member's will, those of push left out, and that are not marked told, oldest first.
	UntoldClosures(ctx context.Context, limit int) ([]subscribers.Closure, error)
	// ClosureTold notes that a member has been told.
	ClosureTold(ctx context.Context, c subscribers.Closure) error
}

// Debts keeps the cases: word that the police owe.
type Debts interface {
	// OpenCase writes a case unless its matter has one in this partnership, or
	// its message was stopped before anything was planned.
	OpenCase(ctx context.Context, c subscribers.Case) error
	// EndCases ends the open cases of these matters in one partnership.
	EndCases(ctx context.Context, matters []broker.MessageID, p broker.PartnershipID, end subscribers.CaseEnd) error
	// Case returns one, or subscribers.ErrNotFound.
	Case(ctx context.Context, id subscribers.CaseID) (subscribers.Case, error)
	// OpenCases returns those of a zone, or of every zone when it is empty, the
	// one that is due first at the front.
	OpenCases(ctx context.Context, zone broker.ZoneID) ([]subscribers.Case, error)
	// DueCases returns open cases whose NextAt has passed.
	DueCases(ctx context.Context, now time.Time, limit int) ([]subscribers.Case, error)
	// AlsoOwed counts the other open cases of a case's matter.
	AlsoOwed(ctx context.Context, c subscribers.Case) (int, error)
	// MoveCase writes after, with what is said because of it, if the case still is
	// open and at the Step of before, and says whether it was.
	MoveCase(ctx context.Context, before, after subscribers.Case, services []subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (bool, error)
	// AddSummary notes that the summary of a zone's week is dealt with, and writes
	// it; false when it was before, and then nothing is written.
	AddSummary(ctx context.Context, zone broker.ZoneID, monday subscribers.Date, services []subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (bool, error)
	// HasSummary says whether a week was dealt with.
	HasSummary(ctx context.Context, zone broker.ZoneID, monday subscribers.Date) (bool, error)
}

// Digests keeps the slots in which digests go out.
type Digests interface {
	// AddSlots writes slots that do not exist yet.
	AddSlots(ctx context.Context, slots []subscribers.Slot) error
	// DueSlots returns open slots whose time has come and leases them.
	DueSlots(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]subscribers.Slot, error)
	// CloseSlot notes that a slot's digests have all been written.
	CloseSlot(ctx context.Context, s subscribers.Slot, at time.Time) error
	// DigestPeople returns at most limit members of a slot's partnership for whom
	// anything waits for a digest, whatever the partnership, by id, beginning
	// after the given one. Left out is what has expired and what belongs to a
	// partnership that is held on the slot's day.
	DigestPeople(ctx context.Context, s subscribers.Slot, now time.Time, after subscribers.MemberID, limit int) ([]subscribers.DigestPerson, error)
	// AddDigests writes digests as Add does and ties their items to them. One
	// whose key exists is not written, its items stay for the next; the ids
	// written are returned.
	AddDigests(ctx context.Context, digests []subscribers.DigestEntry) (written []channels.DeliveryID, err error)
	// DigestItems returns what each digest holds.
	DigestItems(ctx context.Context, ids []channels.DeliveryID) (map[channels.DeliveryID][]subscribers.DigestItem, error)
	Previews
}

// Previews is what coordinators read, and decide, before a digest leaves.
type Previews interface {
	// Slot returns the slot of one day, or subscribers.ErrNotFound while there is no row.
	Slot(ctx context.Context, id broker.PartnershipID, on subscribers.Date) (subscribers.Slot, error)
	// UntoldSlots returns slots that are still to come, are not held, and whose
	// coordinators were not written to; MarkTold notes that they were.
	UntoldSlots(ctx context.Context, now time.Time, limit int) ([]subscribers.Slot, error)
	MarkTold(ctx context.Context, s subscribers.Slot, at time.Time) error
	// HoldSlot holds a slot, or releases it when by is empty; NoteSlot writes its
	// cover note. Both say whether it had not left yet.
	HoldSlot(ctx context.Context, s subscribers.Slot, by string, now time.Time) (inTime bool, err error)
	NoteSlot(ctx context.Context, s subscribers.Slot, note, by string, now time.Time) (inTime bool, err error)
	// Waiting returns what a slot will take of its partnership's messages, oldest
	// first, and for how many people.
	Waiting(ctx context.Context, s subscribers.Slot) (items []subscribers.WaitingItem, people int, err error)
}

// Replayer is what the dead letters need beyond Bury.
type Replayer interface {
	DeadLetters(ctx context.Context) ([]broker.DeadLetter, error)
	DeadLetter(ctx context.Context, id uuid.UUID) (broker.DeadLetter, error)
	// MarkReplayed notes it, unless the event was given up again since it was read.
	MarkReplayed(ctx context.Context, read broker.DeadLetter, at time.Time) error
}
