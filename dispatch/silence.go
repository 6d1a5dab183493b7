package dispatch

import (
	"time"

	"relais/channels"
	"relais/subscribers"
)

// silence is the outcome of a delivery that the provider took and of which it
// has said nothing since. After the plan's patience it goes on to the next
// channel as well, while the report is still waited for; after ReceiptPatience
// what is known stays true.
func silence(c subscribers.Claimed, now time.Time) subscribers.Outcome {
	o := subscribers.Outcome{ID: c.ID, State: channels.Accepted, At: now}
	if _, goesOn := c.Silent(c.AcceptedAt); goesOn && now.Before(c.AcceptedAt.Add(subscribers.ReceiptPatience)) {
		o.Silent, o.Awaits, o.NextAt = true, true, c.AcceptedAt.Add(subscribers.ReceiptPatience)
	}
	return o
}
