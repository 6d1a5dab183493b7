package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Capped says whether the plan's cap on messages in one day holds for this
// message: not for what is urgent, not for what corrects or closes an earlier
// one (PLP.md, rule 7), and not when the next infoflash would come too late.
func (o Occasion) Capped() bool {
	return o.Plan.PerDay > 0 && o.Approval.Rule.When == Now &&
		o.Message.Urgency != broker.Immediate && !o.Message.Corrects() && o.infoflashInTime()
}

func (o Occasion) infoflashInTime() bool {
	next, found := o.Plan.Digest.Next(o.Partnership, o.Now)
	return found && next.DueAt.Before(o.Message.Expires)
}

// withInfoflash lets a message wait for the infoflash that was to go by itself:
// the member has had as many today as the plan allows.
func withInfoflash(owed []Entry) []Entry {
	waits := func(e Entry) bool { return e.State == channels.Pending || e.State == channels.Held }
	if !slices.ContainsFunc(owed, waits) {
		return owed
	}
	one := asOne(slices.DeleteFunc(owed, func(e Entry) bool { return !waits(e) }))
	one[0].State, one[0].NotBefore, one[0].NextAt, one[0].Patience = channels.Digested, time.Time{}, one[0].NotAfter, 0
	return one
}
