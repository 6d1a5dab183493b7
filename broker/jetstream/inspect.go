package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"

	"github.com/nats-io/nats.go/jetstream"
)

// Why a server cannot be used.
var (
	ErrNotLetIn    = errors.New("NATS does not let us in")
	ErrNoJetStream = errors.New("NATS has no JetStream for this account")
)

// Inspection is what a look at a server found. Nothing was changed.
type Inspection struct {
	Streams  []StreamState // of those that exist
	Missing  int           // streams that the next start makes
	Durables int           // that exist, with the settings of the code
	Drifts   []*DriftError // those that differ
}

// StreamState is one stream.
type StreamState struct {
	Name    string
	Differs string // the first setting that is not the code's, as the server calls it; empty: none
	Behind  bool   // a copy is away or not up to date, or there is no leader
}

// Inspect connects to cfg.URL as a node does and compares what is there with
// the code. It makes and changes nothing.
func Inspect(ctx context.Context, cfg Config, consumers []Consumer) (found Inspection, err error) {
	nc, err := connect(ctx, cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		if refused(err) {
			err = errors.Join(ErrNotLetIn, err)
		}
		return found, err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return found, fmt.Errorf("use JetStream: %w", err)
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		return found, errors.Join(ErrNoJetStream, err)
	}
	for _, s := range streams() {
		if err := found.stream(ctx, js, s, cfg.Replicas); err != nil {
			return found, err
		}
	}
	b := &Broker{cfg: cfg}
	for _, c := range consumers {
		if err := found.durable(ctx, js, b, c); err != nil {
			return found, err
		}
	}
	return found, nil
}

func (i *Inspection) stream(ctx context.Context, js jetstream.JetStream, s stream, replicas int) error {
	existing, err := js.Stream(ctx, s.name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		i.Missing++
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at stream %s: %w", s.name, err)
	}
	info := existing.CachedInfo()
	state := StreamState{Name: s.name, Differs: differs(info.Config, s.settings(info.Config, replicas))}
	if cluster := info.Cluster; cluster != nil && info.Config.Replicas > 1 {
		state.Behind = cluster.Leader == ""
		for _, copied := range cluster.Replicas {
			state.Behind = state.Behind || copied.Offline || !copied.Current
		}
	}
	i.Streams = append(i.Streams, state)
	return nil
}

// differs names the first field in which two settings are not the same.
func differs(have, want jetstream.StreamConfig) string {
	a, b := reflect.ValueOf(have), reflect.ValueOf(want)
	for n := range a.NumField() {
		if !reflect.DeepEqual(a.Field(n).Interface(), b.Field(n).Interface()) {
			return a.Type().Field(n).Name
		}
	}
	return ""
}

func (i *Inspection) durable(ctx context.Context, js jetstream.JetStream, b *Broker, c Consumer) error {
	stream, err := streamOf(c.Filter)
	if err != nil {
		return fmt.Errorf("durable %s: %w", c.Durable, err)
	}
	have, err := js.Consumer(ctx, stream, c.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at durable %s: %w", c.Durable, err)
	}
	drift := findDrift(have.CachedInfo().Config, c.settings())
	if drift == nil {
		i.Durables++
		return nil
	}
	drift.Durable, drift.Stream = c.Durable, stream
	drift.Remedy = b.driftRemedy(stream, c.Durable)
	i.Drifts = append(i.Drifts, drift)
	return nil
}
