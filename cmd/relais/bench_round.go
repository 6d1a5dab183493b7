package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/subscribers"
)

// notices go to coordinator and deputy with each message.
const notices = 2

// processorTimes is what each has used so far.
type processorTimes struct{ own, redis, standIns time.Duration }

func (h *benchHouse) processorTimes(ctx context.Context, pid int) (t processorTimes, err error) {
	if t.own, err = processorTimeOf(pid); err != nil {
		return t, err
	}
	if t.standIns, err = processorTimeOf(h.sandbox.Process.Pid); err != nil {
		return t, err
	}
	if h.redis != nil {
		t.redis, err = h.redis.ProcessorTime(ctx)
	}
	return t, err
}

// timed runs do and says what it took, with the processor time of who does it.
func (h *benchHouse) timed(ctx context.Context, pid int, do func() error) (r benchRound, err error) {
	before, err := h.processorTimes(ctx, pid)
	if err != nil {
		return r, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return r, err
	}
	r.Wall = time.Since(began)
	after, err := h.processorTimes(ctx, pid)
	n := float64(len(h.members))
	r.PerSecond = n / r.Wall.Seconds()
	r.OwnCPU, r.RedisCPU = microseconds(after.own-before.own)/n, microseconds(after.redis-before.redis)/n
	r.SandboxCPU = microseconds(after.standIns-before.standIns) / n
	return r, err
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (h *benchHouse) bare(ctx context.Context, c *bareClients) (benchRound, error) {
	return h.timed(ctx, os.Getpid(), func() error { return c.round(ctx) })
}

// carry publishes one message and waits until the ledger's last delivery is
// final, which for SMS means that its receipt is in. It fails unless each
// member got it exactly once.
func (h *benchHouse) carry(ctx context.Context) (benchRound, error) {
	before, err := h.taken(ctx)
	if err != nil {
		return benchRound{}, err
	}
	firstCall, err := h.listen(ctx)
	if err != nil {
		return benchRound{}, err
	}
	h.carried++
	m := benchMessage(h.carried)
	round, err := h.timed(ctx, h.node.Process.Pid, func() error {
		if err := h.publish(ctx, m); err != nil {
			return err
		}
		return h.waitUntil(ctx, "the last delivery is final", func() (bool, error) { return h.store.Settled(ctx, m.ID) })
	})
	if err != nil {
		return round, err
	}
	want := before + len(h.members) + notices
	after := 0
	if err := h.waitUntil(ctx, "coordinator and deputy have their notices", func() (bool, error) {
		after, err = h.taken(ctx)
		return after >= want, err
	}); err != nil {
		return round, err
	}
	status, err := h.store.Status(ctx, m.ID)
	if err != nil {
		return round, err
	}
	round.First, round.Last = firstAndLast(status.Partnerships[0])
	called, err := firstCall()
	if err != nil {
		return round, err
	}
	round.Call = called.Sub(status.Partnerships[0].At)
	return round, h.checkOnce(status, after-before)
}

// listen says when the stand-ins take the next message to a member, asked at the end
// of a round. Coordinator and deputy are left out: they get notices besides.
func (h *benchHouse) listen(ctx context.Context) (taken func() (time.Time, error), err error) {
	query := url.Values{}
	for _, m := range h.members[:min(notices, len(h.members))] {
		query.Add("except", seenAs(m.Member.Contacts[0]))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.sandboxURL+"/outbox/next.json?"+query.Encode(), http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req) //nolint:bodyclose // taken closes it
	if err != nil {
		return nil, fmt.Errorf("ask the stand-ins for the next message: %w", err)
	}
	return func() (time.Time, error) {
		defer resp.Body.Close() // Decode has its errors
		var first sandbox.Item
		if err := json.NewDecoder(resp.Body).Decode(&first); err != nil {
			return time.Time{}, fmt.Errorf("hear of the first message: %w", err)
		}
		return first.At, nil
	}, nil
}

// benchMessage speaks of a house of its own: the same words again within minutes
// would be looked at as a loop, and the sixth stopped.
func benchMessage(house int) broker.Message {
	m := stamped(broker.Message{
		Zone: "bench", Author: "Insp. Delvaux", Kind: broker.Hazard,
		Severity: broker.SeveritySevere, Certainty: broker.CertaintyObserved,
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: fmt.Sprintf("Incendie, rue du Moulin %03d", house), Body: "Fermez portes et fenetres. Restez a l'interieur jusqu'au prochain message."}},
	}).WithUsual()
	m.Expires = m.Sent.Add(time.Hour)
	return m
}

// publish puts the message onto NATS, as any other program would.
func (h *benchHouse) publish(ctx context.Context, m broker.Message) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	e := broker.Event{Subject: broker.MessageSubject(m.Zone), ID: eventID(m), Data: data}
	return jetstream.PublishOnce(ctx, (&publishCommand{}).natsConfig(h.cfg), e)
}

func firstAndLast(p subscribers.PartnershipStatus) (first, last time.Duration) {
	for i, ch := range p.Channels {
		if d := ch.First.Sub(p.At); i == 0 || d < first {
			first = d
		}
		last = max(last, ch.Last.Sub(p.At))
	}
	return first, last
}

// checkOnce fails unless stand-ins and ledger agree that each member got it once.
func (h *benchHouse) checkOnce(status subscribers.Status, taken int) error {
	arrived := 0
	for _, ch := range status.Partnerships[0].Channels {
		arrived += ch.Counts[channels.Accepted] + ch.Counts[channels.Delivered]
	}
	if !status.Done || arrived != len(h.members) || taken != len(h.members)+notices {
		return fmt.Errorf("not everybody got it once: the ledger has %d arrived and the stand-ins took %d; want %d and %d",
			arrived, taken, len(h.members), len(h.members)+notices)
	}
	return nil
}

// samples returns one delivery of each channel for the bare clients to copy.
// Coordinator and deputy get notices besides, so theirs are left out.
func (h *benchHouse) samples(ctx context.Context) (map[channels.Name]sandbox.Item, error) {
	box, err := h.outbox(ctx, "")
	samples := make(map[channels.Name]sandbox.Item)
	for _, item := range box.Items {
		if item.To != seenAs(h.members[0].Member.Contacts[0]) && item.To != seenAs(h.members[1].Member.Contacts[0]) {
			samples[item.Channel] = item
		}
	}
	return samples, err
}
