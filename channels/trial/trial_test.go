package trial

import (
	"context"
	"testing"

	"relais/channels"
)

// provider counts what it was given, and to whom.
type provider struct{ sent, found []string }

func (p *provider) Send(_ context.Context, d channels.Delivery) (channels.Receipt, error) {
	p.sent = append(p.sent, d.To.Reveal())
	return channels.Receipt{}, nil
}

func (p *provider) Find(_ context.Context, d channels.Delivery) (channels.Receipt, bool, error) {
	p.found = append(p.found, d.To.Reveal())
	return channels.Receipt{}, true, nil
}

func TestOnlyListedAddressesReachTheProvider(t *testing.T) {
	listed := func(a channels.Address) bool { return a.Reveal() == "+32470000001" }
	for _, test := range []struct {
		to             string
		instead        string
		real, inOutbox string
	}{
		{to: "+32470000001", real: "+32470000001"},
		{to: "+32470000002", inOutbox: "+32470000002"},
		{to: "+324700000012", inOutbox: "+324700000012"},
		{to: `{"endpoint":"https://push.example/x"}`, instead: "our browser", inOutbox: "our browser"},
	} {
		var real, standIn provider
		c := &Channel{Real: &real, StandIn: &standIn, Listed: listed, Instead: channels.NewAddress(test.instead)}
		f := &Finder{Real: &real, StandIn: &standIn, Listed: listed}
		d := channels.Delivery{To: channels.NewAddress(test.to)}
		for attempt := 1; attempt <= 3; attempt++ {
			d.Attempt = attempt
			if _, err := c.Send(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Find(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		wantReal, wantOutbox := 0, 3
		if test.real != "" {
			wantReal, wantOutbox = 3, 0
		}
		if len(real.sent) != wantReal || len(real.found) != wantReal || len(standIn.sent) != wantOutbox || len(standIn.found) != wantOutbox {
			t.Errorf("%s: provider %q asked %q, outbox %q asked %q", test.to, real.sent, real.found, standIn.sent, standIn.found)
		}
		if wantOutbox > 0 && standIn.sent[0] != test.inOutbox {
			t.Errorf("%s: the outbox got it for %s, want %s", test.to, standIn.sent[0], test.inOutbox)
		}
	}
}
