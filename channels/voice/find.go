package voice

import (
	"context"
	"sync"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
	"relais/channels/twilio"
)

const (
	newestListed = 50               // calls to one number that are looked through
	clockSkew    = time.Minute      // between our clock and Twilio's
	lookBack     = 10 * time.Minute // where the delivery does not say since when
)

// Find asks Twilio whether it took a delivery, after a request whose outcome
// nobody knows: it lists the newest calls to that number, so that nobody is
// rung twice. A call has no text to compare; it counts as this delivery's if
// it was made since the delivery could be sent, is not known as another's, and
// did not fail to get through. A taken call also says so itself, on the
// delivery's own status address, as soon as it rings. The error is a
// *channels.SendError, and says nothing about the delivery.
func (c *Channel) Find(ctx context.Context, d channels.Delivery) (channels.Receipt, bool, error) {
	call, end := c.account.Dial(ctx)
	defer end()
	to, size := d.To.Reveal(), newestListed
	page, err := call.Service().PageCall(&api.ListCallParams{To: &to, From: &c.cfg.From, PageSize: &size}, "", "")
	if err != nil {
		return channels.Receipt{}, false, call.Failure(err)
	}
	since := d.Since.Add(-clockSkew)
	if d.Since.IsZero() {
		since = c.now().Add(-lookBack)
	}
	for _, made := range page.Calls {
		if c.isOurs(made, d.ID, since) {
			return channels.Receipt{Ref: twilio.Value(made.Sid), Awaits: c.callbacks.Come(), Units: c.minutesOf(d)}, true, nil
		}
	}
	return channels.Receipt{}, false, nil
}

// minutesOf is how long the call was that is found; one minute if its text
// cannot be said any more.
func (c *Channel) minutesOf(d channels.Delivery) int {
	params, err := c.request(d)
	if err != nil {
		return 1
	}
	return minutes(*params.Twiml)
}

func (c *Channel) isOurs(made api.ApiV2010Call, id channels.DeliveryID, since time.Time) bool {
	switch twilio.Value(made.Status) {
	case "queued", "initiated", "ringing", "in-progress", "completed":
	default:
		return false // it came to nothing, so another may follow
	}
	// RFC 2822, 3.3, as Twilio writes it; without a date it may be ours.
	if at, err := time.Parse(time.RFC1123Z, twilio.Value(made.DateCreated)); err == nil && at.Before(since) {
		return false
	}
	owner, known := c.made.owner(twilio.Value(made.Sid))
	return !known || owner == id
}

// made remembers which call was made for which delivery: the newest ones, for
// Find to leave out those that belong to another message.
type made struct {
	mu    sync.Mutex
	by    map[string]channels.DeliveryID
	order []string // a ring
	next  int
}

const keptCalls = 4096

func newMade() *made {
	return &made{by: make(map[string]channels.DeliveryID), order: make([]string, keptCalls)}
}

func (m *made) add(sid string, id channels.DeliveryID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.by, m.order[m.next])
	m.by[sid], m.order[m.next] = id, sid
	m.next = (m.next + 1) % keptCalls
}

func (m *made) owner(sid string) (channels.DeliveryID, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.by[sid]
	return id, ok
}
