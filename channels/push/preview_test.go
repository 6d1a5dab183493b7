package push

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestPreviewIsWhatIsSent(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, purpose := range channels.Purposes() {
		d := deliveryOf(channeltest.Content(purpose, broker.French))
		want, _ := readPayload(t, d)
		got, err := Preview(words, d)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || got.Body == "" {
			t.Errorf("%s (-want +got): %s (%v)", purpose, diff, err)
		}
	}
}
