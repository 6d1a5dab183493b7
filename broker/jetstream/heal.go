package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
)

// A stream of NATS that could not be written once, as on a full disk, refuses
// everything until its server starts again, whatever room there is by then.
// Inside the program nobody would start it, so it is watched and started anew
// under the connection, which comes back by itself (decision 0059).

const (
	healEvery   = 2 * time.Second
	roomToBegin = 4 << 20 // bytes; streams that start again on a full disk break once more
)

// Room says whether so many bytes can be written to a folder and synced, and
// leaves nothing there.
func Room(dir string, bytes int) (err error) {
	file, err := os.CreateTemp(dir, ".room-")
	if err != nil {
		return noRoom(dir, err)
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = io.CopyN(file, zeros{}, int64(bytes))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return noRoom(dir, err)
	}
	return nil
}

// zeros are read piece by piece, so that a start needs no megabytes of them.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}

func noRoom(dir string, err error) error {
	return fmt.Errorf("%s cannot be written: %w; make room on its disk, or let this user write there", dir, err)
}

// inside is the embedded server, one after the other.
type inside struct {
	cfg Config
	log *slog.Logger

	mu  sync.Mutex
	srv *server.Server // nil: between two
	url string         // of the last one
}

var errBetweenTwo = errors.New("the embedded NATS server is being started again")

// InProcessConn connects with the server of now. The client asks again each
// time it has lost its connection.
func (i *inside) InProcessConn() (net.Conn, error) {
	srv := i.now()
	if srv == nil {
		return nil, errBetweenTwo
	}
	return srv.InProcessConn()
}

func (i *inside) now() *server.Server {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.srv
}

func (i *inside) set(srv *server.Server) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.srv = srv
	if srv != nil {
		i.url = srv.ClientURL()
	}
}

func (i *inside) address() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.url
}

// start makes sure of room first. A server that starts on a full
// disk may leave out a stream.
func (i *inside) start() error {
	if err := os.MkdirAll(i.cfg.StoreDir, 0o700); err == nil { // else NATS says what is wrong
		if err := Room(i.cfg.StoreDir, roomToBegin); err != nil {
			return fmt.Errorf("start the embedded NATS server: %w", err)
		}
	}
	srv, err := startEmbedded(i.cfg, i.log)
	if err != nil {
		return err
	}
	if i.cfg.Listen != "" { // port 0: whoever was told the first must find the next
		i.cfg.Listen = srv.Addr().String()
	}
	i.set(srv)
	return nil
}

func (i *inside) stop(ctx context.Context) error {
	srv := i.now()
	i.set(nil)
	return stopEmbedded(ctx, srv)
}

// again ends the server and starts another on the same streams.
func (i *inside) again(ctx context.Context) error {
	if err := i.stop(ctx); err != nil {
		return err
	}
	return i.start()
}

// keepHealing looks after the embedded server until ctx ends.
func (b *Broker) keepHealing(ctx context.Context) {
	tick := time.NewTicker(healEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.heal(ctx)
		}
	}
}

// heal starts the server again when a stream refuses to be written and there is
// room again. What is not sure is left alone: a server that merely is slow.
func (b *Broker) heal(ctx context.Context) {
	if b.inside.now() != nil {
		refused := b.refuses(ctx)
		if refused == nil {
			return
		}
		if err := Room(b.cfg.StoreDir, roomToBegin); err != nil {
			b.log.ErrorContext(ctx, "NATS cannot write its streams; it is started again as soon as there is room", "err", refused, "disk", err)
			return
		}
		b.log.WarnContext(ctx, "NATS refuses a stream that it could not write; there is room now, and it is started again", "err", refused)
	}
	if err := b.inside.again(ctx); err != nil {
		b.log.ErrorContext(ctx, "NATS could not be started again; the next attempt follows", "after", healEvery, "err", err)
		return
	}
	b.log.InfoContext(ctx, "NATS has been started again")
}

// refuses returns why a stream of the embedded server cannot be written, or nil.
func (b *Broker) refuses(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if srv := b.inside.now(); srv != nil && !srv.JetStreamEnabled() {
		return errors.New("it has switched JetStream off")
	}
	for _, s := range streams() {
		if err := b.writable(ctx, s.name); err != nil {
			return err
		}
	}
	return nil
}

// writable asks a stream to delete an event that it cannot have. Nothing is
// written; the store answers with the error that closed it, if there is one,
// before it looks for the event (server/filestore.go, removeMsg).
func (b *Broker) writable(ctx context.Context, name string) error {
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil // missing or slow: fetching sees to it, and Ping says so
	}
	err = stream.DeleteMsg(ctx, math.MaxUint64)
	if !errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		return nil
	}
	for _, known := range []error{server.ErrStoreEOF, server.ErrStoreMsgNotFound} {
		if strings.Contains(err.Error(), known.Error()) {
			return nil
		}
	}
	return fmt.Errorf("stream %s: %w", name, err)
}

// startHealing looks after the embedded server until stopHealing. The context
// gives its values.
func (b *Broker) startHealing(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var healing sync.WaitGroup
	healing.Go(func() { b.keepHealing(ctx) })
	b.stopHealing = func() { cancel(); healing.Wait() }
}
