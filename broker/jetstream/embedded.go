package jetstream

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// readyWithin is how long the embedded server may take until it is ready.
const readyWithin = 20 * time.Second

// startEmbedded starts a NATS server inside this program.
func startEmbedded(cfg Config, log *slog.Logger) (*server.Server, error) {
	opts, err := serverOptions(cfg)
	if err != nil {
		return nil, err
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("set up the embedded NATS server: %w", err)
	}
	lines := newServerLog(log)
	srv.SetLoggerV2(lines, false, false, false)
	srv.Start()
	why := lines.firstFatal()
	if why == "" && !srv.ReadyForConnections(readyWithin) {
		why = fmt.Sprintf("it is not ready after %s", readyWithin)
	}
	if why != "" {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, fmt.Errorf("start the embedded NATS server: %s; choose another nats.listen or nats.store_dir, or set nats.url to use a server that runs", why)
	}
	return srv, nil
}

func serverOptions(cfg Config) (*server.Options, error) {
	opts := &server.Options{
		ServerName:             "relais",
		DontListen:             cfg.Listen == "",
		NoSigs:                 true,
		JetStream:              true,
		StoreDir:               cfg.StoreDir,
		SyncAlways:             true, // an ack means on disk; DESIGN.md, 6 has what it costs
		DisableJetStreamBanner: true,
		Username:               cfg.User,
		Password:               reveal(cfg.Password),
		Authorization:          reveal(cfg.Token),
	}
	if cfg.Listen == "" {
		return opts, nil
	}
	host, port, err := splitListen(cfg.Listen)
	if err != nil {
		return nil, err
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	opts.Host, opts.Port = host, port
	return opts, nil
}

// stopEmbedded shuts the server down and waits until it is.
func stopEmbedded(ctx context.Context, srv *server.Server) error {
	if srv == nil {
		return nil
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		srv.Shutdown()
		srv.WaitForShutdown()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the embedded NATS server: %w", ctx.Err())
	}
}
