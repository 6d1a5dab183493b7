package sms

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestHostileTexts(t *testing.T) {
	words := loadWords(t)
	for _, h := range channeltest.HostileTexts() {
		c := channeltest.Content(channels.ForMember, broker.French)
		c.Title, c.Body, c.Note, c.Tag = h.Text, h.Text, h.Text, h.Text
		got := renderer{words: words}.render(c).splice(channels.Links{})
		if n := strings.Count(strings.Join(strings.Fields(got), " "), h.Seen); n != 4 || broker.HasHidden(got) {
			t.Errorf("%s: tag, title, body and note have %d of %+q: %+q", h.Name, n, h.Seen, got)
		}
	}
}
