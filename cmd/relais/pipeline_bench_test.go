//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// benchPlan is one partnership whose police send hazards straight to the
// members; coordinator and deputy get a notice besides.
const benchPlan = `
partnerships:
  - id: bench
    zone: bench
    name: PLP Les Tilleuls
    tag: PLP Tilleuls
    languages: [fr]
    stage: launched
    charter: {signed: 2026-01-15}
    plan:
      rules:
        - kinds: [hazard]
          approval: {by: police}
          channels: {first: [sms, push, email]}
          when: now
          ignore_quiet_hours: true
        - approval: {by: coordinator, within: 24h}
          channels: {first: [email, sms, push]}
          when: now
      digest: {every: day, at: "18:00"}
`

const benchPartnership broker.PartnershipID = "bench"

// BenchmarkPipeline carries a message to many members: from its publication
// until every delivery is taken by a stand-in and final in the ledger, which
// for SMS means that the last receipt is in. The node is that of `relais serve`
// with the embedded engines. Rounds of a bare client, which makes the same
// calls to the same stand-in without Relais, alternate with it. The stand-ins
// run in this process, so every figure includes them; ratios leave them out.
//
// RELAIS_BENCH_RECIPIENTS sets the number of members, 10,000 by default.
func BenchmarkPipeline(b *testing.B) {
	n := benchRecipients(b)
	for _, mix := range []struct {
		name string
		of   []channels.Name
	}{
		{"sms", []channels.Name{channels.SMS}},
		{"email", []channels.Name{channels.Email}},
		{"push", []channels.Name{channels.Push}},
		{"mixed", []channels.Name{channels.SMS, channels.Email, channels.Push}},
	} {
		b.Run(mix.name, func(b *testing.B) { benchmarkPipeline(b, newBench(b, n, mix.of)) })
	}
}

func benchRecipients(b *testing.B) int {
	b.Helper()
	text, ok := os.LookupEnv("RELAIS_BENCH_RECIPIENTS")
	if !ok {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 3 {
		b.Fatalf("RELAIS_BENCH_RECIPIENTS=%q is not a number above 2", text)
	}
	return n
}

func benchmarkPipeline(b *testing.B, w *bench) {
	bare := newBareClients(b, w)
	samples := w.sampleRound(b)
	bare.round(b, samples)
	var pipeline, raw spent
	var first, last time.Duration
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		if i%2 == 1 {
			raw.add(bare.round(b, samples))
		}
		b.StartTimer()
		r := w.carry(b)
		b.StopTimer()
		if i%2 == 0 {
			raw.add(bare.round(b, samples))
		}
		pipeline.add(r.spent)
		first, last = first+r.first, last+r.last
		b.StartTimer()
	}
	b.StopTimer()
	deliveries := float64(b.N * len(w.members))
	b.ReportMetric(deliveries/pipeline.wall.Seconds(), "deliveries/s")
	b.ReportMetric(deliveries/raw.wall.Seconds(), "bare-deliveries/s")
	b.ReportMetric(pipeline.wall.Seconds()/raw.wall.Seconds(), "x-bare")
	b.ReportMetric(float64(pipeline.cpu.Microseconds())/deliveries, "cpu-µs/delivery")
	b.ReportMetric(float64(raw.cpu.Microseconds())/deliveries, "bare-cpu-µs/delivery")
	b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms-to-first")
	b.ReportMetric(float64(last.Milliseconds())/float64(b.N), "ms-to-last")
	b.ReportMetric(peakMemory(b), "peak-MB")
}

// bench is a node, its stand-ins and its members.
type bench struct {
	lifecycle
	sandbox *sandbox.Sandbox
	node    *node
	members []store.MemberRow
	rows    *sql.DB // the node's own database, beside the node
}

// newBench starts everything outside the clock: member i is reached on the
// i-th channel, round and round.
func newBench(b *testing.B, n int, of []channels.Name) *bench {
	b.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w := &bench{lifecycle: lifecycle{log: log}}
	b.Cleanup(func() {
		if err := w.stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	d := &demo{lifecycle: lifecycle{log: log}, dir: b.TempDir(), p: &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: os.Stderr}}
	var err error
	w.sandbox, err = sandbox.Start(b.Context(), sandbox.Config{AccountSID: demoAccount, AuthToken: channels.NewSecret(demoToken), Keep: 64}, log)
	if err != nil {
		b.Fatal(err)
	}
	w.started("stand-ins", w.sandbox.Close)
	d.sandbox = w.sandbox
	if err := d.writeConfig(wantedPorts(b.Context(), true)); err != nil {
		b.Fatal(err)
	}
	cfg, err := (&Globals{ConfigFile: d.file}).load(d.p)
	if err != nil {
		b.Fatal(err)
	}
	w.makeMembers(b, n, of)
	s, err := openStore(b.Context(), cfg, log)
	if err != nil {
		b.Fatal(err)
	}
	w.fill(b, s)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if w.node, err = startNode(b.Context(), cfg, "", log); err != nil {
		b.Fatal(err)
	}
	w.started("node", w.node.stop)
	if w.rows, err = sql.Open("sqlite", "file:"+filepath.Join(cfg.DataDir, "relais.db")); err != nil {
		b.Fatal(err)
	}
	w.started("rows", func(context.Context) error { return w.rows.Close() })
	return w
}

func (w *bench) makeMembers(b *testing.B, n int, of []channels.Name) {
	b.Helper()
	for i := range n {
		c := subscribers.Contact{Channel: of[i%len(of)], State: subscribers.ContactActive}
		switch c.Channel {
		case channels.SMS:
			c.Address = channels.NewAddress(fmt.Sprintf("+324%08d", i))
		case channels.Email:
			c.Address = channels.NewAddress(fmt.Sprintf("member.%d@example.be", i))
		default:
			subscription, err := w.sandbox.NewSubscription()
			if err != nil {
				b.Fatal(err)
			}
			c.Address = channels.NewAddress(subscription)
		}
		member := subscribers.Member{Name: fmt.Sprintf("Member %d", i), Lang: broker.French, Contacts: []subscribers.Contact{c}}
		w.members = append(w.members, store.MemberRow{Member: member, Role: demoRole(i)})
	}
}

func (w *bench) fill(b *testing.B, s *store.Store) {
	b.Helper()
	entries, err := roster.ReadPartnerships(strings.NewReader(benchPlan))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.ImportPartnership(b.Context(), entries[0].Partnership, entries[0].Plan); err != nil {
		b.Fatal(err)
	}
	consent := subscribers.Consent{At: time.Now(), How: "benchmark"}
	if _, err := s.ImportMembers(b.Context(), benchPartnership, w.members, consent); err != nil {
		b.Fatal(err)
	}
}

// notices go to coordinator and deputy with each message.
const notices = 2

// round is what one message took.
type round struct {
	spent
	first, last time.Duration // from the approval until the provider took the first and the last
}

// carry publishes one message and waits until each member got it once.
func (w *bench) carry(b *testing.B) round {
	b.Helper()
	before := total(w.sandbox.Totals())
	clock := startClock(b)
	m := stamped(broker.Message{
		Zone: "bench", Author: "Insp. Delvaux", Kind: broker.Hazard,
		Severity: broker.SeveritySevere, Certainty: broker.CertaintyObserved,
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Incendie, rue du Moulin", Body: "Fermez portes et fenetres. Restez a l'interieur jusqu'au prochain message."}},
	}).WithUsual()
	m.Expires = m.Sent.Add(time.Hour)
	if err := (messages{w.node.broker}).Publish(b.Context(), m); err != nil {
		b.Fatal(err)
	}
	w.waitFor(b, "the stand-ins have the last delivery", time.Millisecond, func() bool {
		return total(w.sandbox.Totals())-before >= len(w.members)
	})
	w.waitFor(b, "the last delivery is final", time.Millisecond, func() bool { return w.allFinal(b) })
	took := clock.stop(b)
	w.waitFor(b, "the notices are out", time.Millisecond, func() bool {
		return total(w.sandbox.Totals())-before >= len(w.members)+notices
	})
	status, err := w.node.store.Status(b.Context(), m.ID)
	if err != nil {
		b.Fatal(err)
	}
	w.checkOnce(b, status, total(w.sandbox.Totals())-before)
	return newRound(took, status.Partnerships[0])
}

// allFinal says whether no sweep would look at any delivery again. Unlike
// Status, which counts them all, it costs nothing that the clock would show.
func (w *bench) allFinal(b *testing.B) bool {
	b.Helper()
	var open bool
	if err := w.rows.QueryRowContext(b.Context(), `SELECT EXISTS (SELECT 1 FROM deliveries WHERE next_at > 0)`).Scan(&open); err != nil {
		b.Fatal(err)
	}
	return !open
}

func newRound(took spent, p subscribers.PartnershipStatus) round {
	first, last := p.Channels[0].First, p.Channels[0].Last
	for _, ch := range p.Channels {
		if ch.First.Before(first) {
			first = ch.First
		}
		if ch.Last.After(last) {
			last = ch.Last
		}
	}
	return round{took, first.Sub(p.At), last.Sub(p.At)}
}

// checkOnce fails unless stand-ins and ledger agree that each member got it once.
func (w *bench) checkOnce(b *testing.B, status subscribers.Status, taken int) {
	b.Helper()
	arrived := 0
	for _, ch := range status.Partnerships[0].Channels {
		arrived += ch.Counts[channels.Accepted] + ch.Counts[channels.Delivered]
	}
	if !status.Done || arrived != len(w.members) || taken != len(w.members)+notices || w.sandbox.Repeats() != 0 {
		b.Fatalf("the ledger has %d arrived and the stand-ins got %d, %d of them twice; want %d and %d and none",
			arrived, taken, w.sandbox.Repeats(), len(w.members), len(w.members)+notices)
	}
}

func (w *bench) waitFor(b *testing.B, what string, every time.Duration, so func() bool) {
	b.Helper()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for deadline := time.Now().Add(5 * time.Minute); !so(); <-ticker.C {
		if time.Now().After(deadline) {
			b.Fatalf("waited five minutes, and still not: %s", what)
		}
	}
}

// sampleRound carries a message off the clock, so that connections and caches
// are there, and returns one delivery of each channel for the bare clients to copy.
func (w *bench) sampleRound(b *testing.B) map[channels.Name]sandbox.Item {
	b.Helper()
	var mu sync.Mutex
	samples := make(map[channels.Name]sandbox.Item)
	stop := w.sandbox.OnItem(func(item sandbox.Item) {
		mu.Lock()
		defer mu.Unlock()
		if !w.isNotice(item) {
			samples[item.Channel] = item
		}
	})
	w.carry(b)
	stop()
	mu.Lock()
	defer mu.Unlock()
	return maps.Clone(samples)
}

// isNotice says whether an item went to coordinator or deputy, who get notices.
func (w *bench) isNotice(item sandbox.Item) bool {
	return item.To == seenAs(w.members[0].Member.Contacts[0]) || item.To == seenAs(w.members[1].Member.Contacts[0])
}

func total(counts map[channels.Name]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}
