package web

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"
)

// Dependency is something that Relais needs from elsewhere.
type Dependency struct {
	Name   string // "database", "nats", "redis", "disk"
	Check  func(ctx context.Context) error
	Needed bool   // without it no message goes on; else it goes on, more slowly
	Fails  string // what is told of it when Check fails; empty: "does not answer"
}

// checkWithin bounds each check: who asks whether we are ready does not wait long.
const checkWithin = 2 * time.Second

// readiness is the answer to /readyz.
type readiness struct {
	Status       string            `json:"status"` // ready, degraded or "not ready"
	Error        string            `json:"error,omitempty"`
	Dependencies map[string]string `json:"dependencies,omitempty"` // ok, or what it does not do
}

func (s *server) getHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// getReady asks every dependency at once. Why one does not answer stands in the
// log: the error may hold a password.
func (s *server) getReady(w http.ResponseWriter, r *http.Request) {
	failed := s.askDependencies(r.Context())
	answer, status := readiness{Status: "ready", Dependencies: make(map[string]string)}, http.StatusOK
	for i, d := range s.Dependencies {
		answer.Dependencies[d.Name] = "ok"
		if failed[i] == nil {
			continue
		}
		s.Log.WarnContext(r.Context(), "dependency does not answer", "dependency", d.Name, "err", failed[i])
		answer.Dependencies[d.Name] = cmp.Or(d.Fails, "does not answer")
		switch {
		case d.Needed:
			answer.Status, status = "not ready", http.StatusServiceUnavailable
			answer.Error = "Relais cannot reach all that it needs; its log says why."
		case status == http.StatusOK:
			answer.Status = "degraded"
		}
	}
	writeJSON(w, status, answer)
}

func (s *server) askDependencies(ctx context.Context) []error {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	failed := make([]error, len(s.Dependencies))
	var asked sync.WaitGroup
	for i, d := range s.Dependencies {
		asked.Go(func() { failed[i] = d.Check(ctx) })
	}
	asked.Wait()
	return failed
}
