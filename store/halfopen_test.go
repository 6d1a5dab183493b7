package store_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"relais/broker/breaktest"
	"relais/store"
)

// The way to PostgreSQL swallows what it is given and says nothing, as when the
// other machine lost its power. A write gives up, and works again on a new
// connection, instead of waiting for the operating system.
func TestAConnectionThatLeadsNowhereIsGivenUp(t *testing.T) {
	at, err := url.Parse(onPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	way := breaktest.NewWay(t, at.Host)
	at.Host = way.Address()
	s, err := store.Open(t.Context(), at.String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	way.Deaf(true)
	s.HasPatience(200 * time.Millisecond)
	if _, err := s.Partnerships(t.Context(), ""); err == nil {
		t.Fatal("a read came to an end over a dead way")
	}
	way.Deaf(false)
	s.HasPatience(30 * time.Second)
	if _, err := s.Partnerships(t.Context(), ""); err != nil {
		t.Errorf("the next read does not take a new connection: %v", err)
	}
}

// A connection that dies in the middle of a transaction is given up too, and a
// transaction that is long because it has much to do is not.
func TestOnlySilenceIsGivenUp(t *testing.T) {
	at, err := url.Parse(onPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	way := breaktest.NewWay(t, at.Host)
	at.Host = way.Address()
	s, err := store.Open(t.Context(), at.String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.HasPatience(2 * time.Second)
	if err := s.Statements(t.Context(), 6, func() { time.Sleep(500 * time.Millisecond) }); err != nil {
		t.Errorf("a long transaction was given up: %v", err)
	}
	s.HasPatience(200 * time.Millisecond)
	err = s.Statements(t.Context(), 2, func() { way.Deaf(true) })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a transaction that died: got %v, want that it took too long", err)
	}
	way.Deaf(false)
	s.HasPatience(30 * time.Second)
	if _, err := s.Partnerships(t.Context(), ""); err != nil {
		t.Errorf("the next read: %v", err)
	}
}

// All connections of a pool lead nowhere, and new ones do. A read takes a new
// one at its first attempt, and does not wait for each of the others in turn.
func TestAPoolOfDeadConnectionsIsLeftBehind(t *testing.T) {
	at, err := url.Parse(onPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	way := breaktest.NewWay(t, at.Host)
	at.Host = way.Address()
	s, err := store.Open(t.Context(), at.String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.HasPatience(20 * time.Second)
	s.Answers(200 * time.Millisecond)
	var reading sync.WaitGroup
	for range 8 {
		reading.Go(func() { _, _ = s.Partnerships(t.Context(), "") })
	}
	reading.Wait()
	time.Sleep(1100 * time.Millisecond) // so long that they count as rested
	way.HalfOpen()
	if _, err := s.Partnerships(t.Context(), ""); err != nil {
		t.Errorf("the read waited for a connection that leads nowhere: %v", err)
	}
}

// A node's machine goes away in the middle of a transaction, and PostgreSQL does
// not hear of it. The locks that the node held go with it before another node
// gives up waiting for them.
func TestLocksOfADeadNodeAreGivenBack(t *testing.T) {
	direct := onPostgres(t)
	at, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	way := breaktest.NewWay(t, at.Host)
	at.Host = way.Address()
	nodes := make([]*store.Store, 2)
	for i, address := range []string{at.String(), direct} {
		if nodes[i], err = store.Open(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nodes[i].Close() })
	}
	nodes[0].HasPatience(time.Second)
	var waiting sync.WaitGroup
	err = nodes[0].Statements(t.Context(), 2, func() {
		for range 4 { // they wait for the same lock, and nobody tells them that their node is dead
			waiting.Go(func() { _ = nodes[0].Statements(t.Context(), 1, nil) })
		}
		time.Sleep(500 * time.Millisecond)
		way.Deaf(true)
	})
	if err == nil {
		t.Fatal("the transaction of the dead node came to an end")
	}
	waiting.Wait()
	for range 2 { // an event comes again
		if err = nodes[1].Statements(t.Context(), 1, nil); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("the other node waits for the locks of the dead one: %v", err)
	}
}
