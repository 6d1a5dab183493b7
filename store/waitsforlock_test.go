package store_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// Somebody else holds what a write needs and does not let go, as a backup that
// hangs. The write gives up and says so, and the next one works.
func TestALockThatIsNotLetGoIsGivenUp(t *testing.T) {
	at, err := url.Parse(onPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Set("lock_timeout", "200ms") // 20 s where the address says nothing
	at.RawQuery = query.Encode()
	s, err := store.Open(t.Context(), at.String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	other, err := pgx.Connect(t.Context(), at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(t.Context()) })
	held, err := other.Begin(t.Context())
	must(t, err)
	_, err = held.Exec(t.Context(), `LOCK TABLE cases IN ACCESS EXCLUSIVE MODE`)
	must(t, err)

	m := message(broker.NewMessageID(), 1)
	c := subscribers.Case{ID: subscribers.CaseIDFor(m.ID, tilleuls), Zone: "demo", Partnership: tilleuls, Matter: m.ID, Message: m.ID, Revision: 1, Opened: noon, Due: noon}
	if err := s.OpenCase(t.Context(), c); err == nil || !strings.Contains(err.Error(), "lock timeout") {
		t.Errorf("while it is locked: got %v, want that the lock was waited for in vain", err)
	}
	must(t, held.Rollback(t.Context()))
	must(t, s.OpenCase(t.Context(), c))
	same(t, "open cases", len(got(s.OpenCases(t.Context(), "demo"))(t)), 1)
}
