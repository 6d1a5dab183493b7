package sandbox

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"relais/channels"
)

// Item is one message as its recipient sees it. It does not print itself
// (PLP.md, rule 12).
type Item struct {
	N        int                 `json:"n"` // from 1, in the order in which the sandbox took them
	Channel  channels.Name       `json:"channel"`
	At       time.Time           `json:"at"`                 // when it was taken
	To       string              `json:"to"`                 // E.164 number, email address, or push endpoint
	From     string              `json:"from,omitempty"`     // SMS sender, mail From
	Subject  string              `json:"subject,omitempty"`  // mail subject, push title
	Text     string              `json:"text,omitempty"`     // SMS body, mail text part, push body, what a call says
	HTML     string              `json:"html,omitempty"`     // mail HTML part
	Payload  string              `json:"payload,omitempty"`  // push: the decrypted payload, as sent
	Link     string              `json:"link,omitempty"`     // push: what a tap opens
	Actions  []string            `json:"actions,omitempty"`  // push: the buttons' labels
	Ref      string              `json:"ref,omitempty"`      // the provider's name for it: Message SID, Message-ID, push Location
	Delivery channels.DeliveryID `json:"delivery,omitzero"`  // zero if the message does not say
	Answer   string              `json:"answer,omitempty"`   // call: who answered, as AnswerKey
	Headers  map[string]string   `json:"headers,omitempty"`  // mail and push headers of interest; SMS parameters
	Replaced bool                `json:"replaced,omitempty"` // a newer push with the same Topic took its place (RFC 8030, 5.4)
}

// Format writes a placeholder for every verb, %v and %#v included.
func (it Item) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, it.placeholder()) }

// LogValue keeps address and text out of structured logs.
func (it Item) LogValue() slog.Value { return slog.StringValue(it.placeholder()) }

func (it Item) placeholder() string { return fmt.Sprintf("[%s %d]", it.Channel, it.N) }

// what names the message for the counters: its delivery where the request
// said it, else what a repeat of it would share.
func (it Item) what() string {
	switch {
	case it.Delivery != channels.DeliveryID{}:
		return it.Delivery.String()
	case it.Channel == channels.Email:
		return it.Ref
	case it.Channel == channels.Push:
		return it.Payload
	}
	return it.Text
}

// uuid7 finds a UUIDv7 (RFC 9562, 5.7), with or without its hyphens. Delivery
// ids are of this version; a Message-ID or Topic may hold them in 32 digits.
var uuid7 = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\b`)

// deliveryIn returns the first delivery id that one of the places holds.
func deliveryIn(places ...string) channels.DeliveryID {
	for _, place := range places {
		found := uuid7.FindString(place)
		if found == "" {
			continue
		}
		if id, err := channels.ParseDeliveryID(strings.ToLower(found)); err == nil {
			return id
		}
	}
	return channels.DeliveryID{}
}
