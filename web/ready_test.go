package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Readiness names what does not answer, and no password; what can be done
// without does not take the node out of the load balancer.
func TestReadinessTellsTheTruth(t *testing.T) {
	w := newWorld(t)
	away := make(map[string]bool)
	for _, d := range []Dependency{{Name: "database", Needed: true}, {Name: "nats", Needed: true}, {Name: "redis"}, {Name: "disk", Needed: true, Fails: "has no room"}} {
		d.Check = func(context.Context) error {
			if away[d.Name] {
				return errors.New("scheme://user:password@host is away")
			}
			return nil
		}
		w.dependencies = append(w.dependencies, d)
	}
	w.restart()
	const gone = "does not answer"
	for _, tc := range []struct {
		away   string
		status int
		says   string
		want   map[string]any
	}{
		{"", 200, "ready", map[string]any{"database": "ok", "nats": "ok", "redis": "ok", "disk": "ok"}},
		{"redis", 200, "degraded", map[string]any{"database": "ok", "nats": "ok", "redis": gone, "disk": "ok"}},
		{"nats", 503, "not ready", map[string]any{"database": "ok", "nats": gone, "redis": "ok", "disk": "ok"}},
		{"nats redis", 503, "not ready", map[string]any{"database": "ok", "nats": gone, "redis": gone, "disk": "ok"}},
		{"disk", 503, "not ready", map[string]any{"database": "ok", "nats": "ok", "redis": "ok", "disk": "has no room"}},
		{"database", 503, "not ready", map[string]any{"database": gone, "nats": "ok", "redis": "ok", "disk": "ok"}},
	} {
		clear(away)
		for name := range strings.FieldsSeq(tc.away) {
			away[name] = true
		}
		answer, doc := w.call(http.MethodGet, "/readyz", "")
		if answer.Code != tc.status || doc["status"] != tc.says || strings.Contains(answer.Body.String(), "password") {
			t.Errorf("without %q: got %d %v", tc.away, answer.Code, doc)
		}
		if diff := cmp.Diff(any(tc.want), doc["dependencies"]); diff != "" {
			t.Errorf("without %q (-want +got)\n%s", tc.away, diff)
		}
		if alive, _ := w.call(http.MethodGet, "/healthz", ""); alive.Code != 200 {
			t.Errorf("without %q: alive: got %d", tc.away, alive.Code)
		}
	}
}
