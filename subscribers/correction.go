package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Trace is how a message reached a member: the delivery that the provider took
// first, else one of which nobody knows yet. Of what went in an infoflash it
// names the infoflash.
type Trace struct {
	Delivery channels.DeliveryID // zero: it did not reach the member
	Channel  channels.Name
	Hash     channels.AddressHash
	State    channels.State // Accepted, Delivered, Calling or Unknown
	At       time.Time      // when the provider took it
}

// Worked says whether a provider took it.
func (t Trace) Worked() bool {
	return t.State == channels.Accepted || t.State == channels.Delivered
}

// Undecided says whether the provider is still being called, or the call was cut.
func (t Trace) Undecided() bool {
	return t.State == channels.Calling || t.State == channels.Unknown
}

// Original is where an earlier message stands in one partnership.
type Original struct {
	Approval  Approval
	StoppedBy broker.MessageID // the message that stopped it; zero: none
	Got       bool             // a member got it, or perhaps did
}

// ReplacedUnanswered says whether it was withdrawn before anybody decided.
func (o Original) ReplacedUnanswered() bool {
	by := o.Approval.Decision.How
	return o.Approval.State == ApprovalLapsed && (by == HowRevision || by == HowCancel)
}

// ApprovalWithdrawn is what approvers are told when a granted message is
// withdrawn before it reached anybody. No row has it: the decision stands.
const ApprovalWithdrawn ApprovalState = "withdrawn"

// Withdrawn is the approval as its approvers are told when the police take a
// message back before anybody got it.
func (a Approval) Withdrawn(at time.Time) Approval {
	a.State, a.Decision = ApprovalWithdrawn, Withdrawal(at)
	return a
}

// Withdrawal is the decision that a withdrawal takes for everybody.
func Withdrawal(at time.Time) Decision {
	return Decision{To: ApprovalLapsed, By: ThePolice, At: at, How: HowCancel}
}

// AskedSoFar lists who was asked, or told where the plan asks nobody.
func (a Approval) AskedSoFar(approvers []Approver) []Approver {
	if a.Rule.Approval.By == ByPolice {
		return a.Rule.Approval.Approvers(approvers)
	}
	return a.Between(0, a.Step, approvers)
}

// whereItWorked owes a correction on the channel and address that the original
// reached the member on; the plan's other channels are the fallback.
func (o Occasion) whereItWorked(m Member) (Entry, bool) {
	if !m.Got.Worked() || !slices.Contains(o.Available, m.Got.Channel) {
		return Entry{}, false
	}
	rule := o.Approval.Rule.Channels
	for _, c := range m.Reachable(m.Got.Channel) {
		if c.Address.Hash(c.Channel) != m.Got.Hash {
			continue
		}
		rest := slices.DeleteFunc(o.usable(slices.Concat(rule.All, rule.First)), func(n channels.Name) bool {
			return n == c.Channel || len(m.Reachable(n)) == 0
		})
		e := o.entry(m, c, rest)
		e.Replies = m.Got.Delivery
		return e, true
	}
	return Entry{}, false
}
