package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"relais/channels"
	"relais/subscribers"
)

// Sources are what is asked at a scrape.
type Sources struct {
	Vitals  func(ctx context.Context, now time.Time) (subscribers.Vitals, error)
	Depth   func(ctx context.Context, consumer string) (int, error)
	Missing func(ctx context.Context) (int, error)                    // digest slots; asked now and then only
	Spent   func(ctx context.Context) ([]subscribers.Spending, error) // this month; likewise
}

const (
	scrapeWithin = 5 * time.Second
	// How old an answer may be that costs a question for each partnership.
	slowEvery = 5 * time.Minute
)

// Standing shows how the work stands, read at each scrape.
func (m *Metrics) Standing(labels Labels, from Sources) {
	m.registry.MustRegister(&standing{m: m, labels: labels, from: from, gauges: newGauges()})
}

type standing struct {
	m      *Metrics
	labels Labels
	from   Sources
	gauges gauges

	mu    sync.Mutex
	asked time.Time // when slow was last asked for
	slow  []prometheus.Metric
}

type gauges struct {
	waiting, oldest, overdue, queue, dead, incidents  *prometheus.Desc
	missing, late, budgets, budgetMost, spent, broken *prometheus.Desc
}

func newGauges() gauges {
	g := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return gauges{
		waiting:    g("relais_waiting", "What waits in each state; of deliveries, among the 10,000 that are due first.", "what", "state"),
		oldest:     g("relais_oldest_seconds", "Age of the oldest row in each state; 0: there is none.", "what", "state"),
		overdue:    g("relais_overdue_seconds", "For how long the first row in each state ought to have moved on; 0: none.", "what", "state"),
		queue:      g("relais_queue_events", "Events before each durable consumer, those in hand included.", "consumer"),
		dead:       g("relais_dead_letters", "Events that a step gave up on and that nobody has replayed.", "stage"),
		incidents:  g("relais_incidents_open", "Incidents that nobody has acknowledged.", "kind"),
		missing:    g("relais_digest_slots_missing", "Digests that the plans owe and that no row stands for ten minutes after their time."),
		late:       g("relais_digest_slots_late", "Digests whose time has come and that have not left."),
		budgets:    g("relais_budgets_tight", "Partnerships that have spent most of this month's budget."),
		budgetMost: g("relais_budget_used_ratio", "The largest part that a partnership has spent of this month's budget."),
		spent:      g("relais_spent_euros", "What all partnerships have spent this month.", "channel"),
		broken:     g("relais_scrape_failed", "1 when a part of the ledger or of the broker could not be read, so that its figures are not here.", "part"),
	}
}

// Describe lists what Collect gives, and reads nothing: the registry asks at the
// start, before there is a consumer.
func (s *standing) Describe(out chan<- *prometheus.Desc) {
	g := s.gauges
	for _, d := range []*prometheus.Desc{g.waiting, g.oldest, g.overdue, g.queue, g.dead, g.incidents, g.missing, g.late, g.budgets, g.budgetMost, g.spent, g.broken} {
		out <- d
	}
}

// Collect reads how the work stands. What cannot be read is left out and said so.
func (s *standing) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	for _, part := range []struct {
		name string
		read func(ctx context.Context, out chan<- prometheus.Metric) error
	}{{"ledger", s.vitals}, {"broker", s.depths}, {"slow", s.slowly}} {
		failed := 0.0
		if err := part.read(ctx, out); err != nil {
			s.m.log.Warn("figures cannot be read", "part", part.name, "err", err)
			failed = 1
		}
		out <- gauge(s.gauges.broken, failed, part.name)
	}
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (s *standing) vitals(ctx context.Context, out chan<- prometheus.Metric) error {
	now := s.m.now()
	v, err := s.from.Vitals(ctx, now)
	if err != nil {
		return err
	}
	for _, state := range deliveryStates() {
		s.queued(out, now, v.Deliveries[state], "delivery", string(state))
	}
	for _, state := range approvalStates() {
		s.queued(out, now, v.Approvals[state], "approval", string(state))
	}
	s.queued(out, now, v.Unplanned, "approval", "unplanned")
	out <- gauge(s.gauges.late, float64(v.Slots.Count))
	dead := make(map[string]int)
	for stage, q := range v.DeadLetters {
		dead[orOther(string(stage), deadStages())] += q.Count
	}
	for _, stage := range deadStages() {
		out <- gauge(s.gauges.dead, float64(dead[stage]), stage)
	}
	kinds := []string{Other}
	for _, kind := range subscribers.IncidentKinds() {
		kinds = append(kinds, string(kind))
	}
	incidents := make(map[string]int)
	for kind, n := range v.Incidents {
		incidents[orOther(string(kind), kinds)] += n
	}
	for _, kind := range kinds {
		out <- gauge(s.gauges.incidents, float64(incidents[kind]), kind)
	}
	return nil
}

func (s *standing) queued(out chan<- prometheus.Metric, now time.Time, q subscribers.Queued, what, state string) {
	out <- gauge(s.gauges.waiting, float64(q.Count), what, state)
	out <- gauge(s.gauges.oldest, since(now, q.Oldest), what, state)
	out <- gauge(s.gauges.overdue, since(now, q.Due), what, state)
}

func since(now, at time.Time) float64 {
	if at.IsZero() || at.After(now) {
		return 0
	}
	return now.Sub(at).Seconds()
}

func (s *standing) depths(ctx context.Context, out chan<- prometheus.Metric) error {
	for _, consumer := range s.labels.Consumers {
		n, err := s.from.Depth(ctx, consumer)
		if err != nil {
			return err
		}
		out <- gauge(s.gauges.queue, float64(n), consumer)
	}
	return nil
}

// slowly asks what costs a question for each partnership, and keeps the answer
// for a while.
func (s *standing) slowly(ctx context.Context, out chan<- prometheus.Metric) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.m.now(); s.slow == nil || now.Sub(s.asked) >= slowEvery {
		found, err := s.askSlowly(ctx)
		if err != nil {
			return err
		}
		s.slow, s.asked = found, now
	}
	for _, metric := range s.slow {
		out <- metric
	}
	return nil
}

func (s *standing) askSlowly(ctx context.Context) ([]prometheus.Metric, error) {
	missing, err := s.from.Missing(ctx)
	if err != nil {
		return nil, err
	}
	spendings, err := s.from.Spent(ctx)
	if err != nil {
		return nil, err
	}
	tight, most, spent := 0, 0.0, make(map[channels.Name]subscribers.Money)
	for _, one := range spendings {
		if one.Tight() {
			tight++
		}
		if one.Budget != nil && one.Budget.Month > 0 {
			most = max(most, one.Total().InEuros()/one.Budget.Month)
		}
		for name, sum := range one.ByChannel {
			spent[name] += sum
		}
	}
	found := []prometheus.Metric{
		gauge(s.gauges.missing, float64(missing)), gauge(s.gauges.budgets, float64(tight)), gauge(s.gauges.budgetMost, most),
	}
	for _, name := range s.labels.Channels {
		found = append(found, gauge(s.gauges.spent, spent[name].InEuros(), string(name)))
	}
	return found, nil
}

func orOther(value string, set []string) string {
	for _, known := range set {
		if known == value {
			return value
		}
	}
	return Other
}
