package email

import (
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// A preview is the mail that goes, as its reader's program shows the text part.
func TestPreviewIsWhatIsSent(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	previewer, err := NewPreviewer(words)
	if err != nil {
		t.Fatal(err)
	}
	c := offline(t)
	for _, purpose := range channels.Purposes() {
		for _, lang := range broker.Langs() {
			d := channeltest.Delivery(0, channels.NewAddress("x@example.be"))
			d.Content = channeltest.Content(purpose, lang)
			sent := parse(t, wireOf(t, c, d))
			subject, body, err := previewer.Preview(d)
			if err != nil || subject != sent.subject || body != sent.text {
				t.Errorf("%s in %s: got %q\n%q (%v), want %q\n%q", purpose, lang, subject, body, err, sent.subject, sent.text)
			}
		}
	}
}
