package jetstream

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// Consumer describes one durable consumer: a work queue's reader that the
// server remembers, and that several nodes may share.
type Consumer struct {
	Durable    string         // its name on the server
	Filter     broker.Subject // what it reads; no two durables may overlap
	InFlight   int            // handlers that run at once in this process
	AckWait    time.Duration  // silence after which a handler counts as dead; work longer than this is fine
	MaxDeliver int            // attempts until an event becomes a dead letter
}

// maxAckPending bounds the events that one durable has handed out over all
// nodes. The server counts those that wait for their next attempt too: were it
// InFlight, a few failing events would hold up all others.
const maxAckPending = 20_000

// ErrNoDurable says that no stream has a durable of that name.
var ErrNoDurable = errors.New("no such durable consumer")

// DriftError says that a durable on the server has other settings than the
// code, so that starting could lose or repeat work. Another AckWait is none: what
// another node has in hand may be handed out again at worst, as after any crash.
type DriftError struct {
	Durable, Stream string
	Setting         string // as the server calls it
	Have, Want      string
	Remedy          string
}

func (e *DriftError) Error() string {
	return fmt.Sprintf("durable %s of stream %s has %s %s, but this version of Relais needs %s; %s",
		e.Durable, e.Stream, e.Setting, e.Have, e.Want, e.Remedy)
}

func (c Consumer) validate() error {
	switch {
	case !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(c.Durable):
		return fmt.Errorf("durable name %q is not made of letters, digits, hyphens and underscores", c.Durable)
	case c.InFlight < 1:
		return fmt.Errorf("durable %s: InFlight is below 1", c.Durable)
	case c.MaxDeliver < 1:
		return fmt.Errorf("durable %s: MaxDeliver is below 1", c.Durable)
	case c.AckWait < 100*time.Millisecond:
		return fmt.Errorf("durable %s: AckWait is below 100ms", c.Durable)
	}
	return nil
}

func (c Consumer) settings() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:       c.Durable,
		FilterSubject: string(c.Filter),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       c.AckWait,
		MaxDeliver:    c.MaxDeliver,
		MaxAckPending: maxAckPending,
	}
}

// durable returns the server's consumer for c, made if it does not exist and given
// the code's AckWait if it has another, and the name of its stream.
func (b *Broker) durable(ctx context.Context, c Consumer) (jetstream.Consumer, string, error) {
	stream, err := streamOf(c.Filter)
	if err != nil {
		return nil, "", fmt.Errorf("durable %s: %w", c.Durable, err)
	}
	have, err := b.js.Consumer(ctx, stream, c.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		have, err = b.js.CreateOrUpdateConsumer(ctx, stream, c.settings())
	}
	if err != nil {
		return nil, "", fmt.Errorf("set up durable %s of stream %s: %w", c.Durable, stream, err)
	}
	if drift := findDrift(have.CachedInfo().Config, c.settings()); drift != nil {
		drift.Durable, drift.Stream = c.Durable, stream
		drift.Remedy = b.driftRemedy(stream, c.Durable)
		return nil, "", drift
	}
	if have, err = b.patient(ctx, have, stream, c); err != nil {
		return nil, "", fmt.Errorf("set ack_wait of durable %s of stream %s: %w", c.Durable, stream, err)
	}
	return have, stream, nil
}

// patient gives a durable the code's AckWait. It holds at once, for events that are
// in hand as well.
func (b *Broker) patient(ctx context.Context, have jetstream.Consumer, stream string, c Consumer) (jetstream.Consumer, error) {
	settings := have.CachedInfo().Config
	if settings.AckWait == c.AckWait {
		return have, nil
	}
	b.log.InfoContext(ctx, "a durable is given another ack_wait", "durable", c.Durable, "before", settings.AckWait, "now", c.AckWait)
	settings.AckWait = c.AckWait
	return b.js.UpdateConsumer(ctx, stream, settings)
}

// findDrift compares what the code decides; what it leaves open may differ.
func findDrift(have, want jetstream.ConsumerConfig) *DriftError {
	for _, s := range []struct {
		name       string
		have, want any
	}{
		{"filter_subject", have.FilterSubject, want.FilterSubject},
		{"filter_subjects", have.FilterSubjects, want.FilterSubjects},
		{"deliver_policy", have.DeliverPolicy, want.DeliverPolicy},
		{"deliver_subject", have.DeliverSubject, want.DeliverSubject},
		{"ack_policy", have.AckPolicy, want.AckPolicy},
		{"max_deliver", have.MaxDeliver, want.MaxDeliver},
		{"max_ack_pending", have.MaxAckPending, want.MaxAckPending},
		{"backoff", have.BackOff, want.BackOff},
		{"headers_only", have.HeadersOnly, want.HeadersOnly},
	} {
		have, want := quoteEmpty(s.have), quoteEmpty(s.want)
		if have != want {
			return &DriftError{Setting: s.name, Have: have, Want: want}
		}
	}
	return nil
}

func quoteEmpty(v any) string {
	if text := fmt.Sprint(v); text != "" && text != "[]" {
		return text
	}
	return "(none)"
}

// driftRemedy says how to remove the durable. Its events stay in the stream.
func (b *Broker) driftRemedy(stream, durable string) string {
	if b.inside == nil {
		return fmt.Sprintf("stop every node, remove it with `nats consumer rm %s %s` (its events stay) and start again", stream, durable)
	}
	folder := filepath.Join(b.cfg.StoreDir, "jetstream", "$G", "streams", stream, "obs", durable)
	return fmt.Sprintf("remove the folder %s while Relais is stopped (its events stay) and start again", folder)
}

// Depth returns how many events a durable has before it, those in hand and
// those that wait for their next attempt included. ErrNoDurable if it was
// never made.
func (b *Broker) Depth(ctx context.Context, durable string) (int, error) {
	for _, s := range streams() {
		c, err := b.js.Consumer(ctx, s.name, durable)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("depth of durable %s: %w", durable, err)
		}
		info := c.CachedInfo()
		return int(info.NumPending) + info.NumAckPending, nil
	}
	return 0, fmt.Errorf("depth of durable %s: %w", durable, ErrNoDurable)
}
