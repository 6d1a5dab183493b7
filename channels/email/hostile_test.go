package email

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestHostileTexts(t *testing.T) {
	for _, h := range channeltest.HostileTexts() {
		d := delivery(channels.ForMember, broker.French)
		d.Content.Title, d.Content.Body, d.Content.Note = h.Text, h.Text, h.Text
		m := parse(t, wireOf(t, offline(t), d)) // strict: no field twice, no line too long, no odd byte
		if !strings.Contains(m.subject, h.Seen) || broker.HasHidden(m.subject) || m.header.Get("Bcc") != "" {
			t.Errorf("%s: the subject is %+q", h.Name, m.subject)
		}
		if n := strings.Count(strings.Join(strings.Fields(m.text), " "), h.Seen); n < 3 || broker.HasHidden(m.text) || broker.HasHidden(m.html) {
			t.Errorf("%s: title, body and note have %d of %+q: %+q", h.Name, n, h.Seen, m.text)
		}
	}
}
