package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// PublishOnce connects to cfg.URL, publishes one event and waits until it is
// stored, as any other program would. It makes no streams: where none takes
// the subject, no relais has run there yet, and the error says so.
func PublishOnce(ctx context.Context, cfg Config, e broker.Event) error {
	nc, err := connect(ctx, cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("use JetStream: %w", err)
	}
	_, err = js.Publish(ctx, string(e.Subject), e.Data, jetstream.WithMsgID(e.ID))
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		return fmt.Errorf("publish on %s: nobody keeps this subject; start relais serve on that server first", e.Subject)
	}
	if err != nil {
		return fmt.Errorf("publish on %s: %w", e.Subject, err)
	}
	return nil
}
