package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/dispatch/metrics"
	"relais/subscribers"
)

// Whatever anybody publishes or a provider answers makes no new value of a
// label: the sets are closed, so that nobody fills Prometheus, or reads there
// what must not be told (PLP.md, rule 12).
func TestOddInputMakesNoNewLabels(t *testing.T) {
	d, _ := watchedVillage(t)
	n := d.node
	before := series(t, n)
	odd := []string{
		`{"kind":"ufo","zone":"demo","urgency":"yesterday"}`,
		`{"kind":"alert","zone":"demo","partnerships":["plp-nowhere"]}`,
		`not JSON at all`,
		``,
	}
	for _, text := range odd {
		for _, subject := range []broker.Subject{"relais.message.demo", "relais.message.atlantis", "relais.approval.not-an-id", "relais.work.sms.urgent", "relais.work.pigeon.urgent"} {
			cfg := jetstream.Config{URL: n.broker.URL(), Name: "another program"}
			if err := jetstream.PublishOnce(t.Context(), cfg, broker.Event{Subject: subject, Data: []byte(text)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := until(t.Context(), func() (bool, error) {
		letters, err := n.store.DeadLetters(t.Context())
		return len(letters) == 14, err // nobody reads the pigeon's, and a job of no ids is done
	}); err != nil {
		t.Fatalf("the odd events did not become dead letters: %v", err)
	}
	families, _ := scrape(t, n.metricsURL)
	checkLabels(t, n, families)
	if after := series(t, n); after != before {
		t.Errorf("%d series, want %d as before", after, before)
	}
}

// series counts those of our metrics.
func series(t *testing.T, n *node) (count int) {
	t.Helper()
	families, _ := scrape(t, n.metricsURL)
	for name, family := range families {
		if strings.HasPrefix(name, "relais_") {
			count += len(family.GetMetric())
		}
	}
	return count
}

// oddChannel answers with a class that is of no list.
type oddChannel struct{}

func (oddChannel) Send(context.Context, channels.Delivery) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.SendError{Class: "sulks about +32470123456", Err: errors.New("odd")}
}

// A channel, a class, a stage or a kind that the code does not know yet counts
// as other.
func TestUnknownValuesCountAsOther(t *testing.T) {
	labels := metrics.Labels{Channels: []channels.Name{channels.SMS}, Consumers: []string{"route"}, Ticks: []string{"sweep"}}
	m := metrics.New(labels, time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	m.Standing(labels, metrics.Sources{
		Vitals: func(context.Context, time.Time) (subscribers.Vitals, error) {
			return subscribers.Vitals{
				Deliveries:  map[channels.State]subscribers.Queued{"lost in the post": {Count: 3}},
				DeadLetters: map[broker.Stage]subscribers.Queued{"+32470123456": {Count: 2}},
				Incidents:   map[subscribers.IncidentKind]int{"marie@example.be": 1},
			}, nil
		},
		Depth:   func(context.Context, string) (int, error) { return 0, nil },
		Missing: func(context.Context) (int, error) { return 0, nil },
		Spent:   func(context.Context) ([]subscribers.Spending, error) { return nil, nil },
	})
	for _, name := range []channels.Name{channels.SMS, "pigeon of Marie"} {
		if _, err := m.Watch(name, oddChannel{}).Send(t.Context(), channels.Delivery{}); err == nil {
			t.Fatal("it was taken")
		}
	}
	m.Ticked("tea")
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	_, page := scrape(t, server.URL)
	for _, want := range []string{
		`relais_provider_calls_total{channel="sms",result="other"} 1`, `relais_provider_calls_total{channel="other",result="other"} 1`,
		`relais_dead_letters{stage="other"} 2`, `relais_incidents_open{kind="other"} 1`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, odd := range []string{"sulks", "pigeon", "+32470", "marie@", "tea", "lost in the post"} {
		if strings.Contains(page, odd) {
			t.Errorf("the page holds %q", odd)
		}
	}
}
