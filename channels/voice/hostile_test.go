package voice

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestHostileTextsOfEveryChannel(t *testing.T) {
	s := testSpeaker(t)
	for _, h := range channeltest.HostileTexts() {
		c := channeltest.Content(channels.ForMember, broker.French)
		c.Note = h.Text
		twiml, err := s.call(c, testAction)
		if err != nil {
			t.Fatal(err)
		}
		said, err := heard(twiml)
		if err != nil {
			t.Fatal(err)
		}
		// A line break is the end of a sentence here.
		if got := strings.ReplaceAll(strings.Join(strings.Fields(said), " "), ". ", " "); !strings.Contains(got, h.Seen) || broker.HasHidden(said) {
			t.Errorf("%s: %+q is not in %+q", h.Name, h.Seen, got)
		}
	}
}
