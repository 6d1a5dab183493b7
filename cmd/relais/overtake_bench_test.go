package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// overtakePlan is a town that gets an infoflash, and a street with an alert.
const overtakePlan = `
partnerships:
  - id: town
    zone: bench
    name: PLP Ville
    tag: PLP Ville
    languages: [fr]
    stage: launched
    charter: {signed: 2026-01-15}
    plan: &plan
      rules:
        - kinds: [prevention]
          approval: {by: police}
          channels: {first: [email]}
          when: digest
        - approval: {by: police}
          channels: {first: [email]}
          when: now
          ignore_quiet_hours: true
      digest: {every: day, at: "23:59"}
  - id: street
    zone: bench
    name: PLP Les Tilleuls
    tag: PLP Tilleuls
    languages: [fr]
    stage: launched
    charter: {signed: 2026-01-15}
    plan: *plan
`

const streetMembers = 150

// BenchmarkAnAlertOvertakesADigest publishes an alert to a street while the
// infoflash of a town goes out by the same channel, and measures how long the
// street waits. RELAIS_BENCH_RECIPIENTS is how many get the infoflash, 100,000
// by default.
func BenchmarkAnAlertOvertakesADigest(b *testing.B) {
	n := 100_000
	if text, ok := os.LookupEnv("RELAIS_BENCH_RECIPIENTS"); ok {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 3 {
			b.Fatalf("RELAIS_BENCH_RECIPIENTS=%q is not a number above 2", text)
		}
	}
	w := openOvertake(b, n)
	w.startDigest(b)
	var worst, first, last time.Duration
	for b.Loop() {
		f, l := w.alert(b)
		first, last, worst = first+f, last+l, max(worst, l)
	}
	if left := n - int(w.digests.Load()); left < n/20 {
		b.Fatalf("only %d of the infoflash were left: the alerts had nothing to overtake; take more recipients", left)
	}
	b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms-to-first")
	b.ReportMetric(float64(last.Milliseconds())/float64(b.N), "ms-to-last")
	b.ReportMetric(float64(worst.Milliseconds()), "ms-worst")
	b.ReportMetric(float64(w.digests.Load()), "digests-sent")
}

// overtaking is a node whose mails are counted as the stand-in takes them.
type overtaking struct {
	lifecycle
	node            *node
	digests, alerts atomic.Int64
}

func openOvertake(b *testing.B, n int) *overtaking {
	b.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	w := &overtaking{lifecycle: lifecycle{log: log}}
	b.Cleanup(func() {
		if err := w.stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	d := &demo{lifecycle: lifecycle{log: log}, dir: b.TempDir(), p: &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: os.Stderr}}
	standIns, err := sandbox.Start(b.Context(), sandbox.Config{AccountSID: demoAccount, AuthToken: channels.NewSecret(demoToken), Keep: 64}, log)
	if err != nil {
		b.Fatal(err)
	}
	w.started("stand-ins", standIns.Close)
	d.sandbox = standIns
	stop := standIns.OnItem(func(item sandbox.Item) {
		switch {
		case strings.Contains(item.Subject, "Incendie"):
			w.alerts.Add(1)
		case strings.Contains(item.Subject, "Faux policiers"):
			w.digests.Add(1)
		}
	})
	w.started("count", func(context.Context) error { stop(); return nil })
	if err := d.writeConfig(wantedPorts(b.Context(), true)); err != nil {
		b.Fatal(err)
	}
	cfg, err := (&Globals{ConfigFile: d.file}).load(d.p)
	if err != nil {
		b.Fatal(err)
	}
	s, err := openStore(b.Context(), cfg, log)
	if err != nil {
		b.Fatal(err)
	}
	fillOvertake(b, s, n)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if w.node, err = startNode(b.Context(), cfg, "", log); err != nil {
		b.Fatal(err)
	}
	w.started("node", w.node.stop)
	return w
}

func fillOvertake(b *testing.B, s *store.Store, n int) {
	b.Helper()
	entries, err := roster.ReadPartnerships(strings.NewReader(overtakePlan))
	if err != nil {
		b.Fatal(err)
	}
	for i, size := range []int{n, streetMembers} {
		if _, err := s.ImportPartnership(b.Context(), entries[i].Partnership, entries[i].Plan); err != nil {
			b.Fatal(err)
		}
		rows := make([]store.MemberRow, size)
		for m := range rows {
			address := channels.NewAddress(fmt.Sprintf("member.%d@%s.example.be", m, entries[i].Partnership.ID))
			contact := subscribers.Contact{Channel: channels.Email, Address: address, State: subscribers.ContactActive}
			rows[m] = store.MemberRow{Role: demoRole(m), Member: subscribers.Member{Name: fmt.Sprintf("Member %d", m), Lang: broker.French, Contacts: []subscribers.Contact{contact}}}
		}
		if _, err := s.ImportMembers(b.Context(), entries[i].Partnership.ID, rows, subscribers.Consent{At: time.Now(), How: "benchmark"}); err != nil {
			b.Fatal(err)
		}
	}
}

// startDigest has the infoflash written, and waits until some of it is out.
func (w *overtaking) startDigest(b *testing.B) {
	b.Helper()
	tip := w.publish(b, broker.Prevention, "town", "Faux policiers")
	w.wait(b, func() bool {
		status, err := w.node.store.Status(b.Context(), tip.ID)
		return err == nil && len(status.Partnerships) == 1 && status.Partnerships[0].Planned
	}, 100*time.Millisecond)
	written := make(chan error, 1)
	go func() { written <- w.node.steps.digester.RunNow(context.WithoutCancel(b.Context())) }()
	b.Cleanup(func() {
		if err := <-written; err != nil {
			b.Log(err) // the benchmark ended first
		}
	})
	w.wait(b, func() bool { return w.digests.Load() > 500 }, time.Millisecond)
}

// alert tells the street, and says how long its first and last member waited.
func (w *overtaking) alert(b *testing.B) (first, last time.Duration) {
	b.Helper()
	before, began := w.alerts.Load(), time.Now()
	w.publish(b, broker.Hazard, "street", "Incendie")
	w.wait(b, func() bool { return w.alerts.Load() > before }, time.Millisecond)
	first = time.Since(began)
	w.wait(b, func() bool { return w.alerts.Load() >= before+streetMembers+notices }, time.Millisecond)
	return first, time.Since(began)
}

func (w *overtaking) publish(b *testing.B, kind broker.Kind, to broker.PartnershipID, title string) broker.Message {
	b.Helper()
	m := stamped(broker.Message{Zone: "bench", Author: "Insp. Delvaux", Kind: kind, Partnerships: []broker.PartnershipID{to},
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: title, Body: "Fermez portes et fenetres."}}}).WithUsual()
	m.Expires = m.Sent.Add(2 * 24 * time.Hour)
	if err := (messages{w.node.broker}).Publish(b.Context(), m); err != nil {
		b.Fatal(err)
	}
	return m
}

func (w *overtaking) wait(b *testing.B, so func() bool, every time.Duration) {
	b.Helper()
	for deadline := time.Now().Add(10 * time.Minute); !so(); time.Sleep(every) {
		if time.Now().After(deadline) {
			b.Fatal("waited ten minutes")
		}
	}
}
