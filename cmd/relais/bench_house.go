package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/config"
	"relais/dispatch/redis"
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

// benchHouse is a node and its stand-ins, each a process of its own, so that
// what each uses is known apart.
type benchHouse struct {
	lifecycle
	dir, file        string
	environ          []string // of the node
	sandboxURL, smtp string
	web, metrics     string
	cfg              *config.Config
	members          []store.MemberRow
	store            *store.Store // the node's own database, beside the node
	redis            *redis.Seen  // nil: the node keeps what it has seen itself
	node, sandbox    *child
	children         []*child // both
	carried          int      // messages
}

// benchHouseOptions says what is measured.
type benchHouseOptions struct {
	members  int
	channels []channels.Name
	external bool
	profile  string        // beginning of the names of CPU profiles; empty: none
	calls    int           // under way at once on each channel; 0: as the node does by itself
	latency  time.Duration // of each call
}

// openBenchHouse starts everything outside the clock: member i is reached on
// the i-th channel, round and round.
func openBenchHouse(ctx context.Context, p *program, o benchHouseOptions) (*benchHouse, error) {
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h := &benchHouse{lifecycle: lifecycle{log: log}, environ: p.Environ}
	if !o.external {
		h.environ = withoutSettings(p.Environ)
	}
	for _, start := range []func() error{
		func() error { return h.startSandbox(ctx, p.Stderr, o.profile) },
		func() error { return h.slowDown(ctx, o.latency) },
		func() error { return h.configure(ctx, o) },
		func() error { return h.fill(ctx, log, o.members, o.channels) },
		func() error { return h.watchRedis() },
		func() error { return h.startNode(ctx, p.Stderr, o.profile) },
	} {
		if err := start(); err != nil {
			return nil, errors.Join(err, h.stop(context.WithoutCancel(ctx)))
		}
	}
	return h, nil
}

// withoutSettings leaves out what would point the node at other engines or providers.
func withoutSettings(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		if !strings.HasPrefix(variable, "RELAIS_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func (h *benchHouse) startSandbox(ctx context.Context, stderr io.Writer, profile string) (err error) {
	if h.dir, err = os.MkdirTemp("", "relais-bench-"); err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	h.started("folder", func(context.Context) error { return os.RemoveAll(h.dir) })
	listen := freePort(ctx, "")
	h.smtp, h.sandboxURL = freePort(ctx, ""), "http://"+listen
	args := []string{"sandbox", "--http", listen, "--smtp", h.smtp, "--keep", "64", "--account-sid", demoAccount, "--auth-token", demoToken}
	if profile != "" {
		args = append(args, "--cpu-profile", profile+"-stand-ins.pprof")
	}
	h.sandbox, err = h.startChild(ctx, stderr, args...)
	if err != nil {
		return err
	}
	return h.waitUntil(ctx, "the stand-ins answer", func() (bool, error) { return answers(ctx, h.sandboxURL+"/outbox.json"), nil })
}

// levelFilter leaves out what a child says while all is well.
type levelFilter struct{ to io.Writer }

// Write implements io.Writer.
func (f *levelFilter) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "level=INFO") {
		return len(line), nil
	}
	return f.to.Write(line)
}

// slowDown has each call of the stand-ins take so long.
func (h *benchHouse) slowDown(ctx context.Context, latency time.Duration) error {
	if latency == 0 {
		return nil
	}
	for _, on := range []channels.Name{channels.SMS, channels.Email, channels.Push} {
		set := fmt.Sprintf(`{"latency":%q}`, latency)
		if _, err := fetch(ctx, http.MethodPut, h.sandboxURL+"/faults/"+string(on), set); err != nil {
			return fmt.Errorf("slow the stand-in for %s down: %w", on, err)
		}
	}
	return nil
}

func (h *benchHouse) configure(ctx context.Context, o benchHouseOptions) error {
	host, port, err := net.SplitHostPort(h.smtp)
	if err != nil {
		return fmt.Errorf("address of the mail stand-in: %w", err)
	}
	h.web, h.metrics = freePort(ctx, ""), freePort(ctx, "")
	calls := func(key string) string {
		if o.calls == 0 {
			return ""
		}
		return fmt.Sprintf(", %s: %d", key, o.calls)
	}
	text := fmt.Sprintf(`data_dir: %q
log: {level: warn}
nats: {listen: %q}
web: {listen: %q, public_url: "http://%s", open: true}
metrics: {listen: %q}
channels:
  sms: {base_url: %q, account_sid: %s, auth_token: %s, from: "+32460000101", inbound: true%s}
  email: {host: %s, port: %s, tls: none, from: plp@police-demo.example, from_name: PLP Demo%s}
  push: {subject: "mailto:plp@police-demo.example", base_url: %q, allow_insecure: true%s}
`, filepath.Join(h.dir, "data"), freePort(ctx, ""), h.web, h.web, h.metrics, h.sandboxURL, demoAccount, demoToken, calls("concurrency"), host, port, calls("connections"), h.sandboxURL, calls("concurrency"))
	h.file = filepath.Join(h.dir, "relais.yaml")
	if err := os.WriteFile(h.file, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the benchmark's configuration: %w", err)
	}
	h.cfg, err = (&Globals{ConfigFile: h.file}).load(&program{Environ: h.environ})
	if err != nil {
		return err
	}
	if o.external && (h.cfg.Database.URL.IsZero() || h.cfg.NATS.URL.IsZero() || h.cfg.Redis.URL.IsZero()) {
		return errors.New("the external engines are not named: set RELAIS_DATABASE_URL, RELAIS_NATS_URL and RELAIS_REDIS_URL")
	}
	return nil
}

// fill writes the partnership and its members. A database with real people is
// refused: they would get the benchmark's messages, and it their rows.
func (h *benchHouse) fill(ctx context.Context, log *slog.Logger, n int, of []channels.Name) (err error) {
	if h.store, err = openStore(ctx, h.cfg, log); err != nil {
		return err
	}
	h.started("store", func(context.Context) error { return h.store.Close() })
	others, err := h.store.Partnerships(ctx, "")
	if err != nil {
		return fmt.Errorf("see whether the database is empty: %w", err)
	}
	if len(others) > 0 {
		return errors.New("the database holds partnerships: name an empty one for the benchmark")
	}
	if err := h.makeMembers(ctx, n, of); err != nil {
		return err
	}
	entries, err := roster.ReadPartnerships(strings.NewReader(benchPlan))
	if err != nil {
		return fmt.Errorf("read the benchmark's partnership: %w", err)
	}
	if _, err := h.store.ImportPartnership(ctx, entries[0].Partnership, entries[0].Plan); err != nil {
		return fmt.Errorf("import partnership: %w", err)
	}
	if _, err := h.store.ImportMembers(ctx, benchPartnership, h.members, subscribers.Consent{At: time.Now(), How: "benchmark"}); err != nil {
		return fmt.Errorf("import members: %w", err)
	}
	return nil
}

func (h *benchHouse) makeMembers(ctx context.Context, n int, of []channels.Name) error {
	for i := range n {
		c := subscribers.Contact{Channel: of[i%len(of)], State: subscribers.ContactActive}
		switch c.Channel {
		case channels.SMS:
			c.Address = channels.NewAddress(fmt.Sprintf("+3247%07d", i))
		case channels.Email:
			c.Address = channels.NewAddress(fmt.Sprintf("member.%d@example.be", i))
		default:
			subscription, err := h.subscription(ctx)
			if err != nil {
				return err
			}
			c.Address = channels.NewAddress(subscription)
		}
		member := subscribers.Member{Name: fmt.Sprintf("Member %d", i), Lang: broker.French, Contacts: []subscribers.Contact{c}}
		h.members = append(h.members, store.MemberRow{Member: member, Role: demoRole(i)})
	}
	return nil
}

// subscription asks the stand-in for a browser, and takes the name of its
// endpoint back to where the stand-in listens.
func (h *benchHouse) subscription(ctx context.Context) (string, error) {
	body, err := fetch(ctx, http.MethodPost, h.sandboxURL+"/push/subscriptions", "")
	if err != nil {
		return "", fmt.Errorf("make a subscription: %w", err)
	}
	return strings.Replace(string(body), "https://", "http://", 1), nil
}

// watchRedis connects to the Redis that the node will use, to ask what it costs.
func (h *benchHouse) watchRedis() (err error) {
	if h.cfg.Redis.URL.IsZero() {
		return nil
	}
	if h.redis, err = redis.Open(h.cfg.Redis.URL.Reveal()); err != nil {
		return err
	}
	h.started("redis", func(context.Context) error { return h.redis.Close() })
	return nil
}

func (h *benchHouse) startNode(ctx context.Context, stderr io.Writer, profile string) (err error) {
	args := []string{"serve", "--config", h.file}
	if profile != "" {
		args = append(args, "--cpu-profile", profile+"-node.pprof")
	}
	if h.node, err = h.startChild(ctx, stderr, args...); err != nil {
		return err
	}
	return h.waitUntil(ctx, "the node is ready", func() (bool, error) {
		// Its figures are there once its consumers are.
		return answers(ctx, "http://"+h.web+"/readyz") && answers(ctx, "http://"+h.metrics+"/metrics"), nil
	})
}

// outbox is what the stand-ins say they took.
type outbox struct {
	Counts map[channels.Name]int
	Items  []sandbox.Item
}

// taken counts what the stand-ins took, without having them write it out.
func (h *benchHouse) taken(ctx context.Context) (int, error) {
	box, err := h.outbox(ctx, "?channel=none")
	sum := 0
	for _, n := range box.Counts {
		sum += n
	}
	return sum, err
}

func (h *benchHouse) outbox(ctx context.Context, query string) (box outbox, err error) {
	body, err := fetch(ctx, http.MethodGet, h.sandboxURL+"/outbox.json"+query, "")
	if err != nil {
		return box, fmt.Errorf("ask the stand-ins: %w", err)
	}
	return box, json.Unmarshal(body, &box)
}

func answers(ctx context.Context, url string) bool {
	_, err := fetch(ctx, http.MethodGet, url, "")
	return err == nil
}

func fetch(ctx context.Context, method, url, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // io.ReadAll has its errors
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("the answer was %s", resp.Status)
	}
	return answer, err
}

// benchPatience is how long the benchmark waits for one thing.
const benchPatience = 10 * time.Minute

// waitUntil asks again and again until it is so.
func waitUntil(ctx context.Context, what string, so func() (bool, error)) error {
	if err := within(ctx, benchPatience, so); err != nil {
		return fmt.Errorf("wait until %s: %w", what, err)
	}
	return nil
}
