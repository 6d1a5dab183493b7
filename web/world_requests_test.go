package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"relais/channels"
	"relais/subscribers"
)

// request is one call; its zero fields are those of a browser on this machine.
type request struct {
	method, path, host, accept, body, contentType string
	form                                          url.Values
	header                                        map[string]string
}

func (w *world) do(q request) *httptest.ResponseRecorder {
	w.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	body := io.Reader(strings.NewReader(q.body))
	if q.form != nil {
		body, q.contentType = strings.NewReader(q.form.Encode()), "application/x-www-form-urlencoded"
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	if path, _, _ := strings.Cut(q.path, "?"); strings.HasSuffix(path, "/live") { // a stream ends when its reader goes
		cancel()
	}
	r := httptest.NewRequestWithContext(ctx, q.method, "http://localhost:8080"+q.path, body)
	if q.host != "" {
		r.Host = q.host
	}
	if q.contentType != "" {
		r.Header.Set("Content-Type", q.contentType)
	}
	if q.accept != "" {
		r.Header.Set("Accept-Language", q.accept)
	}
	if w.cookie != nil {
		r.AddCookie(w.cookie)
	}
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func (w *world) get(path string) *httptest.ResponseRecorder { return w.do(request{path: path}) }

func (w *world) post(path string, form url.Values) *httptest.ResponseRecorder {
	return w.do(request{method: http.MethodPost, path: path, form: form})
}

func (w *world) link(may subscribers.Capability, id channels.DeliveryID) string {
	return map[subscribers.Capability]string{subscribers.CanDecide: "/a/", subscribers.CanOpen: "/m/", subscribers.CanLeave: "/u/", subscribers.CanPreview: "/d/"}[may] + w.caps.Token(may, id)
}

func codeAndBody(answer *httptest.ResponseRecorder) struct {
	code int
	body string
} {
	return struct {
		code int
		body string
	}{answer.Code, answer.Body.String()}
}

// shut ends a server that a browser may still be listening to: a test that fails
// must not wait for a stream that nobody ends.
func shut(server *httptest.Server) {
	server.CloseClientConnections()
	server.Close()
}
