package metrics

import (
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Metrics are one node's. They are safe for use by many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	funnel   *prometheus.CounterVec
	calls    *prometheus.HistogramVec
	results  *prometheus.CounterVec
	ticks    *prometheus.GaugeVec
	now      func() time.Time
	log      *slog.Logger

	channels, jobs []string // that have a label of their own
}

// Labels are the closed sets of what stands in labels: nothing else ever does
// (PLP.md, rule 12). Whatever is not in its set is counted as Other.
type Labels struct {
	Channels  []channels.Name
	Consumers []string // the broker's durables
	Ticks     []string // what a node does now and then
}

// Other is the value of a label for what is not in its set.
const Other = "other"

// taken is a provider's yes; the other results are the classes of channels.SendError.
const taken = "taken"

// The stages of the funnel. A message that is published opens one approval in
// each partnership, and one that is approved is planned as many deliveries.
const (
	Published = "published" // message revisions
	Approved  = "approved"  // approvals, by a person or by the plan
	Planned   = "planned"   // deliveries that are owed to members
	Called    = "called"    // attempts at a provider; questions and letters as well, from here on
	Accepted  = "accepted"  // deliveries that a provider took
	Delivered = "delivered" // deliveries that a provider reports as arrived
	Failed    = "failed"    // deliveries that will not arrive on their channel
)

// Stages lists them from the first to the last.
func Stages() []string {
	return []string{Published, Approved, Planned, Called, Accepted, Delivered, Failed}
}

// Results lists what a call to a provider can come to.
func Results() []string {
	results := []string{taken, Other}
	for _, class := range classes() {
		results = append(results, string(class))
	}
	return results
}

func classes() []channels.Class {
	return []channels.Class{channels.Retryable, channels.Throttled, channels.Gone, channels.OptedOut, channels.Rejected, channels.Ambiguous}
}

// New makes a node's metrics. Each combination of labels begins at 0, so that a
// rule can tell what did not happen from what is not measured.
func New(labels Labels, now func() time.Time, log *slog.Logger) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), now: now, log: log,
		funnel: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "relais_funnel_total",
			Help: "What this node carried through each stage: messages published, approvals granted, deliveries from planned on.",
		}, []string{"stage"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "relais_provider_seconds", Help: "How long calls to providers took.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"channel"}),
		results: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "relais_provider_calls_total", Help: "Calls to providers by what they came to.",
		}, []string{"channel", "result"}),
		ticks: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "relais_tick_success_timestamp_seconds", Help: "When this node last finished each of its regular jobs.",
		}, []string{"tick"}),
	}
	m.registry.MustRegister(m.funnel, m.calls, m.results, m.ticks,
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(liveHeap())), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, stage := range Stages() {
		m.funnel.WithLabelValues(stage)
	}
	m.jobs = labels.Ticks
	for _, name := range labels.Channels {
		m.channels = append(m.channels, string(name))
		m.calls.WithLabelValues(string(name))
		for _, result := range Results() {
			m.results.WithLabelValues(string(name), result)
		}
	}
	for _, tick := range labels.Ticks {
		m.ticks.WithLabelValues(tick).SetToCurrentTime()
	}
	return m
}

// liveHeap is what lives on the heap, by the last collection: the one figure of
// memory in which a leak shows at once.
func liveHeap() collectors.GoRuntimeMetricsRule {
	return collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/gc/heap/live:bytes$`)}
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelError)})
}

// Ticked notes that a regular job was done.
func (m *Metrics) Ticked(tick string) {
	m.ticks.WithLabelValues(orOther(tick, m.jobs)).Set(float64(m.now().UnixMilli()) / 1000)
}

func (m *Metrics) passed(stage string, n int) {
	if n > 0 {
		m.funnel.WithLabelValues(stage).Add(float64(n))
	}
}

// deliveryStates are those in which a delivery waits.
func deliveryStates() []channels.State {
	return []channels.State{channels.Pending, channels.Held, channels.Digested, channels.Calling, channels.Unknown, channels.Accepted}
}

func approvalStates() []subscribers.ApprovalState {
	return []subscribers.ApprovalState{subscribers.ApprovalPending, subscribers.ApprovalHeld, subscribers.ApprovalQuestioned}
}

func deadStages() []string {
	stages := []string{Other}
	for _, stage := range broker.Stages() {
		stages = append(stages, string(stage))
	}
	return stages
}
