package main

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// A running node says of each of its servers whether it answers, as they go away.
func TestReadyzOfARunningNode(t *testing.T) {
	shared := miniredis.RunT(t)
	d, log := newVillage(t, []string{"RELAIS_REDIS_URL=redis://" + shared.Addr()})
	if err := d.start(t.Context(), true); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	wantReadiness(t, d, http.StatusOK, map[string]string{"database": "ok", "nats": "ok", "redis": "ok", "disk": "ok"})
	shared.Close()
	wantReadiness(t, d, http.StatusOK, map[string]string{"database": "ok", "nats": "ok", "redis": "does not answer"})
	if err := d.node.broker.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	wantReadiness(t, d, http.StatusServiceUnavailable, map[string]string{"database": "ok", "nats": "does not answer", "redis": "does not answer"})
}

func wantReadiness(t *testing.T, d *demo, status int, want map[string]string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.node.url+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Dependencies map[string]string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != status {
		t.Errorf("got status %d, want %d", resp.StatusCode, status)
	}
	for name, state := range want {
		if answer.Dependencies[name] != state {
			t.Errorf("%s: got %q, want %q", name, answer.Dependencies[name], state)
		}
	}
}
