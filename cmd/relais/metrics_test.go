package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"relais/broker"
	"relais/channels"
	"relais/dispatch/metrics"
	"relais/subscribers"
)

// scrape reads a node's metrics as Prometheus does.
func scrape(t *testing.T, url string) (families map[string]*dto.MetricFamily, page string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("scrape: %s, %v", resp.Status, err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err = parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return families, string(body)
}

// watchedVillage is the demonstration with figures, its log at its most talkative.
func watchedVillage(t *testing.T) (*demo, *lockedBuffer) {
	t.Helper()
	logged := &lockedBuffer{}
	log := slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Environ: []string{"RELAIS_METRICS_LISTEN=127.0.0.1:0"}}
	d := &demo{lifecycle: lifecycle{log: log}, p: p}
	t.Cleanup(func() {
		if err := d.stop(context.Background()); err != nil {
			t.Errorf("stop the village: %v", err)
		}
	})
	if err := d.start(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return d, logged
}

// An alert and an infoflash go their whole way. The figures tell it, their
// labels are of the closed sets, and neither they nor the log at debug level
// hold an address, a name, a text or a secret (PLP.md, rule 12).
func TestFiguresAndLogsTellNoSecrets(t *testing.T) {
	d, logged := watchedVillage(t)
	if err := d.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	families, page := scrape(t, d.node.metricsURL)
	checkFunnel(t, d, families)
	checkLabels(t, d.node, families)

	for name, secret := range d.secrets() {
		for where, text := range map[string]string{"metrics": page, "log": logged.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s hold %s", where, name)
			}
		}
	}
	if !strings.Contains(logged.String(), `"level":"DEBUG"`) {
		t.Error("the log is not at debug level, so this proves nothing")
	}
}

// secrets are what must not be told, by what they are.
func (d *demo) secrets() map[string]string {
	secrets := map[string]string{"the provider's token": demoToken}
	for _, person := range d.village {
		secrets["the name "+person.name] = person.name
		for _, c := range person.contacts {
			secrets["an address of "+person.name+" for "+string(c.Channel)] = c.Address.Reveal()
		}
	}
	for _, m := range []broker.Message{demoAlert(), demoTip()} {
		for lang, text := range m.Texts {
			secrets["the title in "+string(lang)], secrets["the text in "+string(lang)] = text.Title, text.Body
		}
	}
	for _, item := range d.sandbox.Taken() {
		if _, token, ok := strings.Cut(item.Text, "/a/"); ok {
			secrets["a link to approve"] = strings.Fields(token)[0]
		}
	}
	return secrets
}

func checkFunnel(t *testing.T, d *demo, families map[string]*dto.MetricFamily) {
	t.Helper()
	funnel := make(map[string]float64)
	for _, m := range families["relais_funnel_total"].GetMetric() {
		funnel[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	messages, err := d.node.store.Recent(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{metrics.Published: float64(len(messages))}
	for _, m := range messages {
		status, err := d.node.store.Status(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		want[metrics.Approved] += float64(len(status.Partnerships))
		for _, p := range status.Partnerships {
			for _, c := range p.Channels {
				for state, n := range c.Counts {
					if state != channels.Suppressed {
						want[metrics.Planned] += float64(n)
					}
				}
			}
		}
	}
	for stage, n := range want {
		if n == 0 || funnel[stage] != n {
			t.Errorf("%s: got %v, want %v", stage, funnel[stage], n)
		}
	}
	// Questions to approvers are called too; an infoflash is called once for its messages.
	for _, stage := range []string{metrics.Called, metrics.Accepted, metrics.Delivered} {
		if funnel[stage] == 0 {
			t.Errorf("%s: got 0", stage)
		}
	}
	if funnel[metrics.Accepted]+funnel[metrics.Failed] > funnel[metrics.Called] {
		t.Errorf("more came back than was called: %v", funnel)
	}
}

// checkLabels fails on a label, or a value, that is in no closed set.
func checkLabels(t *testing.T, n *node, families map[string]*dto.MetricFamily) {
	t.Helper()
	labels := n.labels()
	states := []string{"unplanned"}
	for _, s := range channels.States() {
		states = append(states, string(s))
	}
	for _, s := range []subscribers.ApprovalState{subscribers.ApprovalPending, subscribers.ApprovalHeld, subscribers.ApprovalQuestioned} {
		states = append(states, string(s))
	}
	kinds := []string{metrics.Other}
	for _, k := range subscribers.IncidentKinds() {
		kinds = append(kinds, string(k))
	}
	stages := append(metrics.Stages(), metrics.Other)
	for _, s := range broker.Stages() {
		stages = append(stages, string(s))
	}
	var names []string
	for _, name := range labels.Channels {
		names = append(names, string(name))
	}
	closed := map[string][]string{
		"stage": stages, "state": states, "kind": kinds, "channel": names, "result": metrics.Results(),
		"tick": labels.Ticks, "consumer": labels.Consumers, "what": {"delivery", "approval"}, "part": {"ledger", "broker", "slow"},
	}
	for name, family := range families {
		if !strings.HasPrefix(name, "relais_") {
			continue // of the process and of Go, which know nothing of ours
		}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if !slices.Contains(closed[l.GetName()], l.GetValue()) {
					t.Errorf("%s: label %s has %q, which is in no closed set", name, l.GetName(), l.GetValue())
				}
			}
			if name == "relais_scrape_failed" && m.GetGauge().GetValue() != 0 {
				t.Errorf("%v could not be read", m.GetLabel())
			}
		}
	}
}

// When the ledger cannot be read the scrape still answers, and says so.
func TestScrapeSurvivesABrokenLedger(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	labels := metrics.Labels{Channels: []channels.Name{channels.SMS}, Consumers: []string{"route"}, Ticks: []string{"sweep"}}
	m := metrics.New(labels, time.Now, log)
	broken := errors.New("the database does not answer")
	m.Standing(labels, metrics.Sources{
		Vitals:  func(context.Context, time.Time) (subscribers.Vitals, error) { return subscribers.Vitals{}, broken },
		Depth:   func(context.Context, string) (int, error) { return 3, nil },
		Missing: func(context.Context) (int, error) { return 0, broken },
	})
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	_, page := scrape(t, server.URL)
	for _, want := range []string{`relais_scrape_failed{part="ledger"} 1`, `relais_scrape_failed{part="broker"} 0`, `relais_queue_events{consumer="route"} 3`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
