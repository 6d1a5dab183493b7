package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"relais/broker"
	"relais/dispatch"
)

// traceCollector takes spans as a collector does (OTLP/HTTP).
type traceCollector struct {
	*httptest.Server
	mu   sync.Mutex
	took []*spans.Span
	raw  bytes.Buffer
}

func newCollector(t *testing.T) *traceCollector {
	t.Helper()
	c := &traceCollector{}
	c.Server = httptest.NewServer(http.HandlerFunc(c.take))
	t.Cleanup(c.Close)
	return c
}

func (c *traceCollector) take(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	data, err := io.ReadAll(body)
	var request collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(data, &request)
	}
	if err != nil || r.URL.Path != "/v1/traces" {
		http.Error(w, fmt.Sprint(err), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(data)
	for _, of := range request.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			c.took = append(c.took, scope.GetSpans()...)
		}
	}
}

// An alert goes its whole way, with people in between, over NATS: the spans of
// all steps share its trace, and none tells an address, a name, a text or a
// secret (PLP.md, rule 12). RELAIS_TEST_NODES_NATS_URL does it over an outside
// server as well.
func TestStepsOfAnAlertShareATrace(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { followAlert(t) })
	t.Run("external", func(t *testing.T) {
		url := os.Getenv("RELAIS_TEST_NODES_NATS_URL")
		if url == "" {
			t.Skip("RELAIS_TEST_NODES_NATS_URL is not set: make check starts a server and sets it")
		}
		followAlert(t, "RELAIS_NATS_URL="+url)
	})
}

func followAlert(t *testing.T, environ ...string) {
	c := newCollector(t)
	p := &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Environ: append(environ, "RELAIS_TRACES_ENDPOINT="+c.URL)}
	d := &demo{lifecycle: lifecycle{log: slog.New(slog.DiscardHandler)}, p: p}
	err := d.start(t.Context(), true)
	if err == nil {
		err = d.once(t.Context())
	}
	alert := alertOf(t, d)
	secrets := d.secrets()
	if stopped := d.stop(context.Background()); err != nil || stopped != nil { // the last spans are sent
		t.Fatal(err, stopped)
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	var steps []string
	linked := false
	for _, s := range c.took {
		if fmt.Sprintf("%x", s.GetTraceId()) == dispatch.TraceOf(alert) {
			steps = append(steps, s.GetName())
		}
		linked = linked || len(s.GetLinks()) > 0
	}
	slices.Sort(steps)
	if got, want := slices.Compact(steps), []string{"approve", "call", "plan", "receipt", "route", "send"}; !slices.Equal(got, want) {
		t.Errorf("the alert's trace has %v, want %v", got, want)
	}
	if !linked {
		t.Error("the infoflash's job is linked to no message")
	}
	for name, secret := range secrets {
		if strings.Contains(c.raw.String(), secret) {
			t.Errorf("the spans hold %s", name)
		}
	}
}

func alertOf(t *testing.T, d *demo) broker.MessageID {
	t.Helper()
	messages, err := d.node.store.Recent(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if m.Kind == broker.Alert {
			return m.ID
		}
	}
	t.Fatal("there is no alert")
	return broker.MessageID{}
}
