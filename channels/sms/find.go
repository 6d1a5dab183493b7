package sms

import (
	"context"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
	"relais/channels/twilio"
)

const (
	newestListed = 100              // messages to one number that are looked through
	clockSkew    = 10 * time.Minute // between the police's clock and Twilio's
	lookBack     = 24 * time.Hour   // where the content does not say when it was written
)

// Find asks Twilio whether it took a delivery, after a call whose outcome
// nobody knows: it lists the newest messages to that number and compares the
// texts. One that has already failed there counts as not found. The error is a
// *channels.SendError, and says nothing about the delivery.
//
// Twilio's own filter is by the date of sending, which a message in its queue
// does not have yet; so the date of creation is compared here.
func (c *Channel) Find(ctx context.Context, d channels.Delivery) (channels.Receipt, bool, error) {
	call, end := c.account.Dial(ctx)
	defer end()
	to, size := d.To.Reveal(), newestListed
	page, err := call.Service().PageMessage(&api.ListMessageParams{To: &to, PageSize: &size}, "", "")
	if err != nil {
		return channels.Receipt{}, false, call.Failure(err)
	}
	text, since := Transliterate(c.texts.text(d)), c.since(d)
	for _, m := range page.Messages {
		if isOurs(m, text, since) {
			return channels.Receipt{Ref: twilio.Value(m.Sid), Awaits: c.callbacks.Come(), Units: Count(c.texts.text(d)).Parts}, true, nil
		}
	}
	return channels.Receipt{}, false, nil
}

func (c *Channel) since(d channels.Delivery) time.Time {
	if d.Content.Sent.IsZero() {
		return c.now().Add(-lookBack)
	}
	return d.Content.Sent.Add(-clockSkew)
}

// isOurs compares without accents, for a messaging service may have replaced
// some, and by the end, for a trial account puts a line of its own in front.
func isOurs(m api.ApiV2010Message, text string, since time.Time) bool {
	if state := stateOf(twilio.Value(m.Status)); state == "" || state == channels.Failed {
		return false
	}
	// RFC 2822, 3.3, as Twilio writes it; without a date it may be ours.
	if at, err := time.Parse(time.RFC1123Z, twilio.Value(m.DateCreated)); err == nil && at.Before(since) {
		return false
	}
	return strings.HasSuffix(Transliterate(twilio.Value(m.Body)), text)
}
