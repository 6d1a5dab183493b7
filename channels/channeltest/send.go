package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

// patience is how long the suite waits for a call to come back. It only ends
// runs that hang; no channel is measured by it.
const patience = 20 * time.Second

// suite is one case under way.
type suite struct {
	provider Provider
	channel  channels.Channel
	logs     *logBuffer
	used     atomic.Int64 // addresses given out
}

// delivery returns one that the provider has not seen.
func (s *suite) delivery() channels.Delivery {
	n := int(s.used.Add(1)) - 1
	return Delivery(n, s.provider.Address(n))
}

// answer sets an answer, and holds the provider to the classes that it may declare.
func (s *suite) answer(a Answer) (Want, error) {
	want := s.provider.Answer(a)
	if !slices.Contains(a.mayBe(), want.Class) {
		return want, fmt.Errorf("the provider declares %q for %q, want one of %q", want.Class, a, a.mayBe())
	}
	if want.Class == channels.Throttled && want.After != RetryAfter {
		return want, fmt.Errorf("the provider declares a pause of %s for %q, want %s", want.After, a, RetryAfter)
	}
	return want, nil
}

// deliver sends d, and checks that the provider took it once.
func (s *suite) deliver(d channels.Delivery) error {
	if err := s.accept(d); err != nil {
		return err
	}
	if n := s.provider.Took()[d.To]; n != 1 {
		return fmt.Errorf("the provider took the delivery %d times, want once", n)
	}
	return nil
}

// accept sends d, and checks that the channel says it was taken.
func (s *suite) accept(d channels.Delivery) error {
	if _, err := s.send(context.Background(), d); err != nil {
		return fmt.Errorf("send to a provider that accepts: %w", err)
	}
	return nil
}

// fail sends d, and checks what the channel says became of it.
func (s *suite) fail(ctx context.Context, d channels.Delivery, want Want) error {
	receipt, err := s.send(ctx, d)
	if err == nil {
		return fmt.Errorf("got receipt %+v, want a %s error", receipt, want.Class)
	}
	if leak := s.leakIn(d, err); leak != nil {
		return leak
	}
	var sendErr *channels.SendError
	if !errors.As(err, &sendErr) {
		return fmt.Errorf("got %T (%w), want a *channels.SendError", err, err)
	}
	if sendErr.Class != want.Class || sendErr.After != want.After {
		return fmt.Errorf("got class %s after %s (%w), want %s after %s", sendErr.Class, sendErr.After, err, want.Class, want.After)
	}
	if receipt != (channels.Receipt{}) {
		return fmt.Errorf("got receipt %+v beside an error, want none", receipt)
	}
	return nil
}

// send makes the call, ends the run if it hangs, and checks that it changed
// nothing of the content.
func (s *suite) send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	type answer struct {
		receipt channels.Receipt
		err     error
	}
	before := clone(d.Content)
	back := make(chan answer, 1)
	go func() {
		receipt, err := s.channel.Send(ctx, d)
		back <- answer{receipt, err}
	}()
	select {
	case got := <-back:
		if diff := cmp.Diff(before, *d.Content); diff != "" {
			return got.receipt, fmt.Errorf("the channel changed the shared content (-before +after):\n%s", diff)
		}
		return got.receipt, got.err
	case <-time.After(patience):
		return channels.Receipt{}, fmt.Errorf("the call did not come back within %s", patience)
	}
}

func clone(c *channels.Content) channels.Content {
	copied := *c
	copied.Items = slices.Clone(c.Items)
	return copied
}

// Delivery returns the n-th delivery (from 0) for an address: a French alert
// with a note, open for an hour.
func Delivery(n int, to channels.Address) channels.Delivery {
	return channels.Delivery{
		ID:       channels.DeliveryID{UUID: broker.DeriveID(sampleBase(), fmt.Sprint("delivery ", n))},
		Attempt:  1,
		To:       to,
		Content:  Content(channels.ForMember, broker.French),
		Links:    links(n),
		Priority: broker.Urgent,
		NotAfter: time.Now().Add(time.Hour),
	}
}
