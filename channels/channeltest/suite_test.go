package channeltest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"

	"relais/channels"
)

func TestGoodChannelPasses(t *testing.T) {
	Run(t, func(t *testing.T, _ *slog.Logger) Provider { return newFake() })
}

// TestSuiteFindsFaults breaks one promise at a time.
func TestSuiteFindsFaults(t *testing.T) {
	quick := errors.New("broken")
	for name, tt := range map[string]struct {
		send func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error)
		find string // the case that must find it
	}{
		"never sends": {func(f *fake, _ context.Context, _ channels.Delivery) (channels.Receipt, error) {
			return channels.Receipt{}, nil
		}, "accepted"},
		"sends twice": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			_, _ = f.Send(ctx, d)
			return f.Send(ctx, d)
		}, "many at once"},
		"refuses a purpose": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			if d.Content.Purpose == channels.Digest {
				return channels.Receipt{}, quick
			}
			return f.Send(ctx, d)
		}, "every purpose and language"},
		"repeats what was cut": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if errors.Is(err, errCut) {
				return f.Send(ctx, d)
			}
			return receipt, err
		}, "cut after the body on a kept connection"},
		"hides the class": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if err != nil {
				return receipt, quick
			}
			return receipt, nil
		}, "gone"},
		"forgets the pause": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if sendErr := (*channels.SendError)(nil); errors.As(err, &sendErr) {
				sendErr.After = 0
			}
			return receipt, err
		}, "throttle"},
		"shows the address": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if sendErr := (*channels.SendError)(nil); errors.As(err, &sendErr) {
				sendErr.Err = fmt.Errorf("%w: %s", sendErr.Err, strings.TrimPrefix(d.To.Reveal(), "+"))
			}
			return receipt, err
		}, "client error"},
		"shows a secret": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if sendErr := (*channels.SendError)(nil); errors.As(err, &sendErr) {
				sendErr.Err = errors.Join(sendErr.Err, errors.New("pa55w0rd"))
			}
			return receipt, err
		}, "server error"},
		"changes the content": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			for i := range d.Content.Items {
				d.Content.Items[i].Title = ""
			}
			return f.Send(ctx, d)
		}, "every purpose and language"},
		"ignores a cancelled call": {func(f *fake, _ context.Context, d channels.Delivery) (channels.Receipt, error) {
			return f.Send(context.Background(), d)
		}, "cancelled before the call"},
		"closes after a refusal": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			if f.refusals > 0 {
				return channels.Receipt{}, quick
			}
			return f.Send(ctx, d)
		}, "opted out"},
		"takes silence for refusal": {func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
			receipt, err := f.Send(ctx, d)
			if err != nil {
				return receipt, &channels.SendError{Class: channels.Retryable, Err: quick}
			}
			return receipt, nil
		}, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.send = tt.send
			if err := try(f, tt.find); err == nil {
				t.Errorf("case %q did not find it", tt.find)
			}
		})
	}
}

func TestSuiteFindsLogs(t *testing.T) {
	f := newFake()
	s := &suite{provider: f, channel: f, logs: &logBuffer{}}
	d := s.delivery()
	log := slog.New(slog.NewJSONHandler(s.logs, nil))
	log.Info("sent", "to", d.To)
	if err := s.checkLogs(); err != nil {
		t.Errorf("a placeholder: got %v, want nil", err)
	}
	log.Info("sent", "link", d.Links.Open)
	if err := s.checkLogs(); err == nil {
		t.Error("a link in the log: got nil, want an error")
	}
}

func try(f *fake, name string) error {
	for _, c := range cases() {
		if c.name == name {
			return c.try(&suite{provider: f, channel: f.Channel(), logs: &logBuffer{}})
		}
	}
	return nil
}

var errCut = errors.New("the connection was cut")

// fake is a channel that keeps every promise, and its own provider.
type fake struct {
	send func(f *fake, ctx context.Context, d channels.Delivery) (channels.Receipt, error)

	mu       sync.Mutex
	answer   Answer
	took     map[channels.Address]int
	refusals int
}

func newFake() *fake { return &fake{took: make(map[channels.Address]int)} }

func (f *fake) Channel() channels.Channel {
	if f.send == nil {
		return f
	}
	return broken{f}
}

// broken is a fake whose Send breaks a promise.
type broken struct{ f *fake }

func (b broken) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	return b.f.send(b.f, ctx, d)
}

func (f *fake) Address(n int) channels.Address {
	return channels.NewAddress(fmt.Sprintf("+32470%06d", n))
}

func (f *fake) Secrets() []string { return []string{"pa55w0rd"} }

func (f *fake) Answer(a Answer) Want {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = a
	want := Want{Class: usual(a)}
	if a == Throttle {
		want.After = RetryAfter
	}
	return want
}

func usual(a Answer) channels.Class {
	if may := a.mayBe(); len(may) > 0 {
		return may[0]
	}
	return ""
}

func (f *fake) Took() map[channels.Address]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.took)
}

func (f *fake) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if ctx.Err() != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Err: ctx.Err()}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.answer {
	case Accept:
		f.took[d.To]++
		return channels.Receipt{Ref: "ref"}, nil
	case Timeout:
		f.took[d.To]++
		<-ctx.Done()
		return channels.Receipt{}, &channels.SendError{Class: channels.Ambiguous, Err: ctx.Err()}
	case CutAfterBody:
		f.took[d.To]++
		return channels.Receipt{}, &channels.SendError{Class: channels.Ambiguous, Err: errCut}
	case Throttle:
		return channels.Receipt{}, &channels.SendError{Class: channels.Throttled, After: RetryAfter, Err: errors.New("too many")}
	}
	f.refusals++
	return channels.Receipt{}, &channels.SendError{Class: usual(f.answer), Err: errors.New("no")}
}
