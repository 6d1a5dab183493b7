package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"relais/broker/jetstream"
	"relais/channels"
	"relais/config"
	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/dispatch/metrics"
	"relais/dispatch/redis"
	"relais/store"
	"relais/subscribers"
)

// node is one running Relais.
type node struct {
	lifecycle
	cfg      *config.Config
	log      *slog.Logger
	listener net.Listener
	url      string // what links in messages begin with
	outbox   string // where the demo shows what was sent; else empty

	store    *store.Store
	clock    *sharedClock
	broker   *jetstream.Broker
	seen     dispatch.Seen
	breaker  dispatch.Breaker
	trial    *trialStandIns // nil: no trial
	limiter  dispatch.Limiter
	channels map[channels.Name]*openChannel
	may      subscribers.Capabilities
	words    channels.WordsByLang

	metrics    *metrics.Metrics
	metricsURL string // empty: they are not shown
	traces     dispatch.Traces
	steps      steps
}

// startNode builds everything, in the order in which one thing needs another.
// What was started is stopped again when a later step fails.
func startNode(ctx context.Context, cfg *config.Config, outbox string, log *slog.Logger) (*node, error) {
	n := &node{lifecycle: lifecycle{log: log}, cfg: cfg, log: log, outbox: outbox}
	for _, start := range []func(context.Context) error{
		n.openStore, n.listen, n.checkEntry, n.openTrial, n.openChannels, n.openBroker, n.openSeen, n.measure, n.followMessages, n.build, n.serveWeb, n.takeBounces, n.consume, n.serveMetrics, n.tick,
	} {
		if err := start(ctx); err != nil {
			return nil, errors.Join(err, n.stop(context.WithoutCancel(ctx)))
		}
	}
	log.Info("relais is ready", "url", n.url, "nats", n.broker.URL(), "node", cfg.Node)
	return n, nil
}

func (n *node) openStore(ctx context.Context) (err error) {
	if n.store, err = openStore(ctx, n.cfg, n.log); err != nil {
		return err
	}
	n.started("store", func(context.Context) error { return n.store.Close() })
	if n.clock, err = newSharedClock(ctx, n.store.Clock); err != nil {
		return err
	}
	key, err := n.store.Setting(ctx, "link_key", func() ([]byte, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return fmt.Errorf("keep the key of links: %w", err)
	}
	n.may, err = subscribers.NewCapabilities(key)
	return err
}

// openStore opens the database that the configuration names, else the embedded one.
func openStore(ctx context.Context, cfg *config.Config, log *slog.Logger) (*store.Store, error) {
	if !cfg.Database.URL.IsZero() {
		return store.Open(ctx, cfg.Database.URL.Reveal(), log)
	}
	if err := makeDataDir(cfg.DataDir); err != nil {
		return nil, err
	}
	return store.Open(ctx, "sqlite:"+filepath.Join(cfg.DataDir, "relais.db"), log)
}

// listen takes the pages' address before anything else names it: with port 0
// the links in messages can only be known now.
func (n *node) listen(ctx context.Context) (err error) {
	if n.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", n.cfg.Web.Listen); err != nil {
		return fmt.Errorf("web.listen: %w; choose another address or end the program that has it", err)
	}
	n.started("listener", func(context.Context) error { return ignoreClosed(n.listener.Close()) })
	n.url = n.cfg.Web.PublicURL
	if n.url == "" {
		n.url = "http://" + n.listener.Addr().String()
	}
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (n *node) openTrial(ctx context.Context) (err error) {
	if !n.cfg.Trial.Enabled {
		return nil
	}
	if n.trial, err = startTrial(ctx, n.cfg.Trial, n.log); err != nil {
		return err
	}
	n.started("trial's stand-ins", n.trial.sandbox.Close)
	n.outbox = n.trial.sandbox.URL() + "/outbox"
	n.log.Warn("this is a trial: only the listed recipients really get messages", "recipients", len(n.cfg.Trial.Recipients), "outbox", n.outbox)
	return nil
}

func (n *node) openChannels(ctx context.Context) error {
	var err error
	if n.words, err = channels.LoadWords(); err != nil {
		return err
	}
	n.channels, err = openChannels(ctx, channelDeps{cfg: n.cfg, words: n.words, store: n.store, publicURL: n.url, log: n.log, trial: n.trial})
	n.started("channels", func(context.Context) error { return closeChannels(n.channels) })
	if err != nil {
		return err
	}
	if len(n.channels) == 0 {
		return errors.New("no channel is configured, so nobody could be reached; configure channels.sms, channels.email, channels.push or channels.voice")
	}
	return nil
}

func (n *node) openBroker(ctx context.Context) (err error) {
	if n.broker, err = jetstream.Open(ctx, natsConfig(n.cfg), n.log); err != nil {
		return err
	}
	n.started("broker", n.broker.Close)
	return nil
}

func natsConfig(cfg *config.Config) jetstream.Config {
	c := jetstream.Config{
		URL: cfg.NATS.URL.Reveal(), User: cfg.NATS.User, Password: cfg.NATS.Password, Token: cfg.NATS.Token,
		Credentials: cfg.NATS.Credentials, Replicas: cfg.NATS.Replicas, Name: "relais-" + cfg.Node,
	}
	if c.URL == "" {
		c.Listen, c.StoreDir = cfg.NATS.Listen, filepath.Join(cfg.DataDir, "nats")
	}
	return c
}

func (n *node) openSeen(context.Context) error {
	if n.cfg.Redis.URL.IsZero() {
		n.seen, n.breaker, n.limiter = inmem.New(time.Now), inmem.NewBreaker(), inmem.NewLimiter(time.Now)
		return nil
	}
	seen, err := redis.Open(n.cfg.Redis.URL.Reveal())
	if err != nil {
		return err
	}
	n.seen, n.breaker = seen, seen.Breaker()
	n.limiter = &dispatch.Sharing{Shared: seen.Limiter(), Local: inmem.NewLimiter(time.Now), Log: n.log}
	n.started("redis", func(context.Context) error { return seen.Close() })
	return nil
}

// channelNames lists the open channels, in a stable order.
func (n *node) channelNames() []channels.Name {
	return slices.Sorted(maps.Keys(n.channels))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}
