package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	reachWithin   = 5 * time.Second        // how long the start tries to reach an external server
	reachAgain    = 250 * time.Millisecond // the pause between two tries
	reconnectWait = time.Second

	// A connection on which nothing was heard for pingEvery, three times in a row,
	// leads nowhere: a new one is made within 20 seconds. By the client's own
	// defaults it would be 6 minutes, in which no alert is heard of (decision 0076).
	pingEvery       = 5 * time.Second
	pingsUnanswered = 2
)

// connect opens the connection to the embedded server, or to cfg.URL if there is none.
func connect(ctx context.Context, cfg Config, embedded *inside, log *slog.Logger) (*nats.Conn, error) {
	opts := connectOptions(cfg, log)
	if embedded != nil {
		// The client leaves its user and password in CONNECT on a pipe as on TCP.
		nc, err := nats.Connect("", append(opts, nats.InProcessServer(embedded))...)
		if err != nil {
			return nil, fmt.Errorf("connect to the embedded NATS server: %w", err)
		}
		return nc, nil
	}
	return connectOutside(ctx, cfg.URL, opts)
}

// connectOutside tries for a few seconds, for in a cluster everything starts
// at once; a refusal to let us in is final.
func connectOutside(ctx context.Context, address string, opts []nats.Option) (*nats.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	for {
		nc, err := nats.Connect(address, opts...)
		if err == nil {
			return nc, nil
		}
		if refused(err) {
			return nil, fmt.Errorf("connect to NATS at %s: %w; check nats.user and nats.password, nats.token or nats.credentials", withoutUser(address), err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to NATS at %s: %w; check nats.url and that the server runs", withoutUser(address), err)
		case <-time.After(reachAgain):
		}
	}
}

func refused(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked)
}

func connectOptions(cfg Config, log *slog.Logger) []nats.Option {
	name := cfg.Name
	if name == "" {
		name = "relais"
	}
	opts := []nats.Option{
		nats.Name(name),
		nats.Timeout(2 * time.Second),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.PingInterval(pingEvery),
		nats.MaxPingsOutstanding(pingsUnanswered),
		nats.IgnoreAuthErrorAbort(), // an operator who turns keys must not stop us for good
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil: we closed it
				log.Warn("connection to NATS lost, trying again", "err", err)
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("connected to NATS again", "url", nc.ConnectedUrlRedacted())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			log.Warn("NATS reports an error", "subject", subjectOf(sub), "err", err)
		}),
	}
	switch {
	case cfg.Credentials != "":
		opts = append(opts, nats.UserCredentials(cfg.Credentials))
	case cfg.User != "":
		opts = append(opts, nats.UserInfo(cfg.User, reveal(cfg.Password)))
	case isSet(cfg.Token):
		opts = append(opts, nats.Token(reveal(cfg.Token)))
	}
	return opts
}

func subjectOf(sub *nats.Subscription) string {
	if sub == nil {
		return ""
	}
	return sub.Subject
}

// withoutUser takes user and password out of each address of a list.
func withoutUser(addresses string) string {
	list := strings.Split(addresses, ",")
	for i, address := range list {
		address = strings.TrimSpace(address)
		if !strings.Contains(address, "://") {
			address = "nats://" + address
		}
		u, err := url.Parse(address)
		if err != nil {
			return "nats.url"
		}
		u.User = nil
		list[i] = u.String()
	}
	return strings.Join(list, ",")
}
