package push

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"relais/channels"
	"relais/channels/channeltest"
)

// bound is a push service whose subscriptions are each bound to the key that
// the browser was given (RFC 8292, 4.2).
func bound(s *service, to map[string]string) {
	s.answerWith(func(w http.ResponseWriter, r *http.Request) {
		_, key, err := verify(r.Header.Get("Authorization"))
		if err != nil || key != to[r.URL.Path] {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
}

func newKey(t *testing.T) (private channels.Secret, public string, id KeyID) {
	t.Helper()
	key, err := GenerateVAPIDKey()
	if err != nil {
		t.Fatal(err)
	}
	private = channels.NewSecret(key)
	if public, id, err = PublicKey(private); err != nil {
		t.Fatal(err)
	}
	return private, public, id
}

// After a rotation both keys sign, each for the browsers that subscribed with it.
func TestRotationKeepsOlderSubscriptions(t *testing.T) {
	oldKey, oldPublic, oldID := newKey(t)
	key, public, id := newKey(t)
	var logs bytes.Buffer
	s := newService(t, slog.New(slog.NewTextHandler(&logs, nil)), func(cfg *Config) { cfg.VAPIDPrivateKey, cfg.VAPIDPreviousKey = key, oldKey })
	if s.channel.PublicKey() != public {
		t.Errorf("browsers would subscribe with %s, want the new key", s.channel.PublicKey())
	}
	before, after, unnamed := s.Address(0), s.Address(1), s.Address(2)
	bound(s, map[string]string{"/wp/endpoint-token-0": oldPublic, "/wp/endpoint-token-1": public, "/wp/endpoint-token-2": oldPublic})

	accept := func(a channels.Address, key string, want KeyID) channels.Address {
		t.Helper()
		kept, err := s.channel.Accept([]byte(a.Reveal()), key)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(kept.Reveal(), `"vapid":"`+string(want)+`"}`) {
			t.Errorf("kept as %s, want the key's name %s in it", kept.Reveal(), want)
		}
		return kept
	}
	send := func(to channels.Address, attempt int) channels.Class {
		d := channeltest.Delivery(0, to)
		d.Attempt = attempt
		if _, err := s.channel.Send(t.Context(), d); err != nil {
			return channels.AsSendError(err).Class
		}
		return ""
	}
	if got := send(accept(before, oldPublic, oldID), 1); got != "" {
		t.Errorf("a browser that has not come back since: got %s", got)
	}
	if got := send(accept(after, public, id), 1); got != "" {
		t.Errorf("a browser that subscribed since: got %s", got)
	}
	// One from an imported list, of which nobody knows the key: the second attempt finds it.
	if first, second := send(unnamed, 1), send(unnamed, 2); first != channels.Retryable || second != "" {
		t.Errorf("a subscription without a key's name: got %q and %q, want retryable, then taken", first, second)
	}
	if logs.Len() > 0 {
		t.Errorf("an alarm although nothing is wrong:\n%s", logs.String())
	}
}

// A subscription whose key is gone is kept: the operator may put the key back.
func TestALostKeyRaisesTheAlarmAndClosesNothing(t *testing.T) {
	_, lost, _ := newKey(t)
	var logs bytes.Buffer
	s := newService(t, slog.New(slog.NewTextHandler(&logs, nil)), nil)
	if _, err := s.channel.Accept([]byte(s.Address(0).Reveal()), lost); err == nil {
		t.Error("took a subscription to a key that is not ours")
	}
	to := channels.NewAddress(strings.TrimSuffix(s.Address(0).Reveal(), "}") + `,"vapid":"AAAAAAAA"}`)
	_, err := s.channel.Send(t.Context(), channeltest.Delivery(0, to))
	if class := channels.AsSendError(err).Class; class != channels.Rejected || class.ClosesAddress() {
		t.Errorf("got %s, want rejected, so that the next channel takes over", class)
	}
	if !strings.Contains(logs.String(), "level=ERROR") || !strings.Contains(logs.String(), "vapid_previous_key") {
		t.Errorf("no alarm that says what to do:\n%s", logs.String())
	}
}

// 400, 401 and 403 say that the fault is ours: loud, and the subscription stays.
func TestFaultsOfOursAreLoudAndKeepTheSubscription(t *testing.T) {
	for _, code := range []int{400, 401, 403} {
		var logs bytes.Buffer
		s := newService(t, slog.New(slog.NewTextHandler(&logs, nil)), nil)
		s.answerWith(status(code))
		_, err := s.channel.Send(t.Context(), channeltest.Delivery(0, s.Address(0)))
		if class := channels.AsSendError(err).Class; class.ClosesAddress() || class == "" {
			t.Errorf("%d: got class %q, want one that keeps the subscription", code, class)
		}
		if strings.Count(logs.String(), "level=ERROR") != 1 || strings.Contains(logs.String(), "endpoint-token") {
			t.Errorf("%d: want one alarm without the endpoint, got:\n%s", code, logs.String())
		}
	}
}

func TestTwoKeysMustBeTwo(t *testing.T) {
	key, _, _ := newKey(t)
	for name, change := range map[string]func(*Config){
		"the same twice": func(c *Config) { c.VAPIDPrivateKey, c.VAPIDPreviousKey = key, key },
		"only the older": func(c *Config) { c.VAPIDPrivateKey, c.VAPIDPreviousKey = channels.Secret{}, key },
		"no key at all":  func(c *Config) { c.VAPIDPreviousKey = channels.NewSecret("geheim") },
	} {
		cfg := testConfig(t)
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), "vapid_previous_key") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %v, want a fault of vapid_previous_key", name, err)
		}
	}
}
