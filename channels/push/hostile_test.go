package push

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestHostileTexts(t *testing.T) {
	for _, h := range channeltest.HostileTexts() {
		c := channeltest.Content(channels.ForMember, broker.French)
		c.Title, c.Body, c.Note, c.Tag, c.Partnership = h.Text, h.Text, h.Text, h.Text, h.Text
		got, _ := readPayload(t, deliveryOf(c))
		if !strings.HasSuffix(got.Title, " – "+h.Seen) || strings.ContainsAny(got.Title, "\r\n") {
			t.Errorf("%s: the title is %+q", h.Name, got.Title)
		}
		if n := strings.Count(strings.Join(strings.Fields(got.Body), " "), h.Seen); n != 3 || broker.HasHidden(got.Body) {
			t.Errorf("%s: title, body and note have %d of %+q: %+q", h.Name, n, h.Seen, got.Body)
		}
	}
}
