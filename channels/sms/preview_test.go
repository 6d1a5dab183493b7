package sms

import (
	"testing"

	"relais/broker"
	"relais/channels"
)

// A preview is what Send would hand over, so that what is counted is what is paid.
func TestPreviewIsWhatIsSent(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	content := channels.Content{Lang: broker.French, Tag: "PLP Tilleuls", Kind: broker.Alert, Title: "Fenêtre forcée", Body: "Rue du Moulin."}
	links := channels.Links{Open: "https://relais.example.be/m/x", Decide: "https://relais.example.be/a/x"}
	for _, why := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
		for _, cheaply := range []bool{false, true} {
			c := content
			c.Purpose, c.Cheaply = why, cheaply
			d := channels.Delivery{Content: &c, Links: links}
			sent := newCache(renderer{words: words}).text(d)
			if got := Preview(words, d); got != sent || got == "" {
				t.Errorf("%s, cheaply %v: got %q, want %q", why, cheaply, got, sent)
			}
		}
	}
}
