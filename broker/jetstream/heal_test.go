//go:build linux

package jetstream

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"relais/broker"
	"relais/broker/breaktest"
)

// fill leaves no byte on the disk until the returned function is called.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	ballast, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; {
		_, err = ballast.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(ballast.Close(), os.Remove(name)); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk stops the streams. As soon as there is room they go on by
// themselves, and have all that they ever took.
func TestStreamsGoOnAfterAFullDisk(t *testing.T) {
	dir := breaktest.SmallDisk(t, "24m")
	log, written := logTo()
	b, err := Open(t.Context(), Config{Listen: "127.0.0.1:0", StoreDir: dir}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBroker(t, b) })
	url := b.URL()
	if err := b.Ping(t.Context()); err != nil {
		t.Errorf("before anything went wrong: %v", err)
	}
	got, hold := make(chan string, 2000), make(chan struct{})
	consume(t, b, route(), newGraves(0), func(ctx context.Context, e broker.Event) error {
		<-hold
		return handedOut(got)(ctx, e)
	})
	stored := []string{"before"}
	publish(t, b, stored...)
	free := fill(t, dir)
	stored = append(stored, untilRefused(t, b)...)
	until(t, "Ping tells that a stream refuses", func() bool {
		err := b.Ping(t.Context())
		return err != nil && strings.Contains(err.Error(), "no space left")
	})
	until(t, "the log says what is missing", func() bool { return strings.Contains(written(), "as soon as there is room") })
	free()
	close(hold)

	until(t, "the streams take events again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return b.Publish(ctx, broker.Event{Subject: demo, ID: "after", Data: []byte("{}")}) == nil
	})
	for missing := append(stored, "after"); len(missing) > 0; {
		id := nextOf(t, got, "event")
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == id })
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Errorf("after it was healed: %v", err)
	}
	if b.URL() != url {
		t.Errorf("other programs must find it at %s, and it is at %s", url, b.URL())
	}
}

// untilRefused publishes until the disk takes no more, and returns what it took.
func untilRefused(t *testing.T, b *Broker) (stored []string) {
	t.Helper()
	for _, id := range numbered(1000) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := b.Publish(ctx, broker.Event{Subject: demo, ID: id, Data: make([]byte, 4096)})
		cancel()
		if err != nil {
			return stored
		}
		stored = append(stored, id)
	}
	t.Fatal("a full disk took everything")
	return nil
}

// Streams that start on a full disk could be left out, so nothing starts.
func TestNothingStartsOnAFullDisk(t *testing.T) {
	dir := breaktest.SmallDisk(t, "24m")
	defer fill(t, dir)()
	_, err := Open(t.Context(), Config{StoreDir: dir}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v, want what to do about it", err)
	}
}
