package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
)

// soakCommand keeps a node busy, steadily and for long, and judges whether what
// it holds grows.
type soakCommand struct {
	For     time.Duration `name:"for" default:"30m" help:"How long (${default})."`
	Rate    int           `default:"50" help:"Deliveries a second (${default})."`
	Members int           `default:"150" help:"Members of the partnership, a third each on SMS, email and push (${default})."`
	Seed    uint64        `placeholder:"N" help:"Seed of the messages' texts, to send the same again; else random."`
}

// samplesOfASoak is how many samples are taken, so that a short run has enough
// of them and a long one not too many.
const samplesOfASoak = 360

// Run starts node and stand-ins as processes of their own, sends, samples, and
// prints a table and a verdict for each figure. It fails if one is not flat, or
// if anybody got anything other than once.
func (c *soakCommand) Run(ctx context.Context, p *program) (err error) {
	if c.For < 10*time.Second || c.Rate < 1 || c.Members < 3 {
		return errors.New("a soak needs ten seconds, one delivery a second and three members at least")
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	h, err := openBenchHouse(ctx, p, benchHouseOptions{members: c.Members, channels: []channels.Name{channels.SMS, channels.Email, channels.Push}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.stop(context.WithoutCancel(ctx))) }()
	samples, err := c.soak(ctx, h)
	if err != nil {
		return err
	}
	return c.report(p.Stdout, samples)
}

// soak sends one message every so often, whether the one before has gone out or
// not, and samples in between.
func (c *soakCommand) soak(ctx context.Context, h *benchHouse) (samples []soakSample, err error) {
	dice := rand.New(rand.NewPCG(c.Seed, 0))
	began := time.Now()
	send := time.NewTicker(time.Second * time.Duration(c.Members) / time.Duration(c.Rate))
	defer send.Stop()
	look := time.NewTicker(c.For / samplesOfASoak)
	defer look.Stop()
	end := time.NewTimer(c.For)
	defer end.Stop()
	messages := 0
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-send.C:
			if err := h.publish(ctx, soakMessage(dice)); err != nil {
				return nil, err
			}
			messages++
		case <-look.C:
			s, err := h.sample(ctx)
			if err != nil {
				return nil, err
			}
			s.at = time.Since(began)
			samples = append(samples, s)
		case <-end.C:
			return samples, h.everybodyGot(ctx, messages)
		}
	}
}

// everybodyGot waits until the stand-ins have what is owed, and then sees that
// they do not have more.
func (h *benchHouse) everybodyGot(ctx context.Context, messages int) error {
	want, got := messages*(len(h.members)+notices), 0
	if err := h.waitUntil(ctx, "everybody has every message", func() (_ bool, err error) {
		got, err = h.taken(ctx)
		return got >= want, err
	}); err != nil {
		return fmt.Errorf("%w: %d of %d were taken", err, got, want)
	}
	if got != want {
		return fmt.Errorf("the stand-ins took %d of %d messages to %d people, want %d", got, messages, len(h.members)+notices, want)
	}
	return nil
}

// soakMessage differs in its words from every other: like ones would be taken
// for a loop, and stopped.
func soakMessage(dice *rand.Rand) broker.Message {
	m := benchMessage(0)
	var words []string
	for range 12 {
		words = append(words, soakWord(dice))
	}
	m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: "Incendie, rue " + soakWord(dice), Body: "Fermez portes et fenetres. " + strings.Join(words, " ") + "."}}
	return m
}

func soakWord(dice *rand.Rand) string {
	var word strings.Builder
	for range 3 {
		word.WriteByte("bdfglmnprstv"[dice.IntN(12)])
		word.WriteByte("aeiou"[dice.IntN(5)])
	}
	return word.String()
}

// rowsOfASoak is how many lines the table has.
const rowsOfASoak = 30

func (c *soakCommand) report(out io.Writer, samples []soakSample) error {
	b := newBenchReport()
	var text strings.Builder
	fmt.Fprintf(&text, "%s at %d deliveries a second, RELAIS_SEED=%d; commit %s, %d times %s, %s, %s\n",
		c.For, c.Rate, c.Seed, b.Commit, b.Processors, b.Processor, b.System, b.Go)
	fmt.Fprintf(&text, "%8s %10s %9s %11s %11s %6s %8s %12s\n", "time", "delivered", "RSS MB", "heap MB", "goroutines", "files", "WAL MB", "database MB")
	for i := 0; i < len(samples); i += max(1, len(samples)/rowsOfASoak) {
		s := samples[i]
		fmt.Fprintf(&text, "%8s %10.0f %9.1f %11.1f %11.0f %6.0f %8.1f %12.1f\n",
			s.at.Round(time.Second), s.taken, s.resident/1e6, s.heap/1e6, s.goroutines, s.files, s.wal/1e6, s.database/1e6)
	}
	var failed []string
	for _, v := range judgeSoak(samples) {
		fmt.Fprintln(&text, v)
		if !v.flat() {
			failed = append(failed, v.figure)
		}
	}
	if _, err := io.WriteString(out, text.String()); err != nil {
		return err
	}
	if len(failed) > 0 {
		return fmt.Errorf("not flat: %s", strings.Join(failed, ", "))
	}
	return nil
}
