package jetstream

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

const (
	duplicateWindow = 10 * time.Minute
	maxAge          = 14 * 24 * time.Hour // a safety net: nothing lives that long
	maxEventSize    = 1 << 20             // bytes, headers included
)

// stream is one family of subjects and where it is kept.
type stream struct {
	name    string
	subject broker.Subject
}

// streams lists the three families.
func streams() []stream {
	return []stream{
		{"RELAIS_MESSAGE", broker.AnyMessage},
		{"RELAIS_APPROVAL", broker.AnyApproval},
		{"RELAIS_WORK", broker.AnyWork},
	}
}

// streamOf returns the stream that keeps a subject. The filter may hold
// wildcards, but not for the family.
func streamOf(filter broker.Subject) (string, error) {
	tokens := filter.Tokens()
	for _, s := range streams() {
		family := s.subject.Tokens()
		if len(tokens) == len(family) && tokens[0] == family[0] && tokens[1] == family[1] {
			return s.name, nil
		}
	}
	return "", fmt.Errorf("subject %q belongs to none of the streams", filter)
}

// makeStreams creates the streams that do not exist, and brings those that do
// up to what the code says. What an operator added (placement, description,
// more replicas) stays.
func makeStreams(ctx context.Context, js jetstream.JetStream, replicas int) error {
	for _, s := range streams() {
		if err := makeStream(ctx, js, s, replicas); err != nil {
			return err
		}
	}
	return nil
}

func makeStream(ctx context.Context, js jetstream.JetStream, s stream, replicas int) error {
	existing, err := js.Stream(ctx, s.name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		_, err = js.CreateOrUpdateStream(ctx, s.settings(jetstream.StreamConfig{Replicas: 1}, replicas))
	case err == nil:
		have := existing.CachedInfo().Config
		if want := s.settings(have, replicas); !reflect.DeepEqual(have, want) {
			_, err = js.UpdateStream(ctx, want)
		}
	}
	if err != nil {
		return fmt.Errorf("set up stream %s: %w%s", s.name, err, streamRemedy(err))
	}
	return nil
}

// settings lays what the code decides over what is there.
func (s stream) settings(on jetstream.StreamConfig, replicas int) jetstream.StreamConfig {
	on.Name = s.name
	on.Subjects = []string{string(s.subject)}
	on.Storage = jetstream.FileStorage
	on.Retention = jetstream.WorkQueuePolicy
	on.Discard = jetstream.DiscardNew
	on.Duplicates = duplicateWindow
	on.MaxAge = maxAge
	on.MaxMsgSize = maxEventSize
	on.DenyDelete = false // rescue.go deletes what it buried
	if replicas > 0 {
		on.Replicas = replicas
	}
	return on
}

func streamRemedy(err error) string {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return "; switch JetStream on for this NATS server and account"
	case errors.As(err, &api) && strings.Contains(api.Description, "replicas"):
		return "; nats.replicas must not exceed the number of servers in the cluster"
	case errors.As(err, &api):
		return "; if another program made this stream, remove it (nats stream rm) and start again"
	}
	return ""
}
