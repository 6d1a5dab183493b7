package dispatch

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Conversations keeps what people write to Relais, and who they are. Each
// method is one transaction.
type Conversations interface {
	// Hear notes that a text came in and takes it for the lease. One that was
	// dealt with before comes back with its answer, done; one that another node
	// has is ErrBusy. The text itself is not kept.
	Hear(ctx context.Context, in channels.Inbound, lease time.Duration) (answer string, done bool, err error)
	// Answer notes what became of a text, and the answer that it got.
	Answer(ctx context.Context, in channels.Inbound, what subscribers.Verdict, answer string) error
	// HeardFrom lists the sender's texts since a time that were dealt with, newest first.
	HeardFrom(ctx context.Context, in channels.Inbound, since time.Time) ([]subscribers.Heard, error)
	// Senders returns everybody who has this address on the channel, whatever its state.
	Senders(ctx context.Context, on channels.Name, from channels.Address) ([]subscribers.Sender, error)
	// StopAddress stops the address for everybody who has it, on these channels (PLP.md, rule 10).
	StopAddress(ctx context.Context, a channels.Address, on []channels.Name) error
	// StartAddress makes it usable again, with a fresh proof of consent, and says whether it was not.
	StartAddress(ctx context.Context, a channels.Address, on []channels.Name, proof subscribers.Consent) (bool, error)
	// AskedOnPaper returns what was copied from forms for somebody who gave this
	// address and has not run out, confirmed or not, the oldest first.
	AskedOnPaper(ctx context.Context, on channels.Name, at channels.Address, now time.Time) ([]subscribers.Application, error)
	// Confirm makes the address a member's. Once more it changes nothing.
	Confirm(ctx context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash, now time.Time) (subscribers.MemberID, error)
	// DeclineForm forgets the address, unless it was confirmed.
	DeclineForm(ctx context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash) error
	// ApprovalsOf returns a partnership's approvals that are open or were asked
	// since a time, the longest asked first.
	ApprovalsOf(ctx context.Context, p broker.PartnershipID, since time.Time) ([]subscribers.Approval, error)
	// KeepInbox keeps texts for the coordinators. What exists is left as it is.
	KeepInbox(ctx context.Context, texts []subscribers.InboxMessage) error
	// Untold returns texts that the coordinators do not know of, of senders about
	// whom they were not told since a time; the oldest first.
	Untold(ctx context.Context, toldBefore time.Time, limit int) ([]subscribers.InboxMessage, error)
	// TellInbox writes a service message, as Services.Tell does, and notes that it brought these texts.
	TellInbox(ctx context.Context, m subscribers.ServiceMessage, entries []subscribers.Entry, texts []subscribers.InboxMessage, at time.Time) error
	// ForgetInbound removes what came in before a time: texts, answers, and the
	// service messages that brought them.
	ForgetInbound(ctx context.Context, before time.Time) error
}
