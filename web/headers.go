package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// contentPolicy lets nothing in from elsewhere, and no script or style that
// stands in a page. A message's picture does.
const contentPolicy = "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// secured sets the headers that every answer has.
func (s *server) secured(next http.Handler) http.Handler {
	https := strings.HasPrefix(s.options.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", referrerPolicy(r))
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// referrerPolicy keeps links with a token to ourselves. The desk's pages say
// same-origin instead: with no-referrer a browser sends "Origin: null" with a
// form, and the check of the form's origin would refuse it where the browser
// leaves Sec-Fetch-Site out, that is over plain HTTP.
func referrerPolicy(r *http.Request) string {
	if r.URL.Path == "/" {
		return "same-origin"
	}
	for _, desk := range []string{"/messages", "/approvals", "/cases", "/incidents", "/signin", "/signout", "/account", "/inbox", "/people", "/tokens", "/templates", "/zone"} {
		if strings.HasPrefix(r.URL.Path, desk) {
			return "same-origin"
		}
	}
	return "no-referrer"
}

// logged writes one line for each request: the route, never the path, for
// that holds the token of a link.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		s.Log.Log(r.Context(), logLevel(r, seen.status), "request", "method", r.Method, "route", route,
			"status", seen.status, "took", time.Since(started))
	})
}

// logLevel keeps what only reads out of the way, for pages ask again and again, and
// what providers bring, three reports for each SMS.
func logLevel(r *http.Request, status int) slog.Level {
	switch {
	case status >= 500:
		return slog.LevelError
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return slog.LevelDebug
	case status < 400 && strings.HasPrefix(r.URL.Path, callbacks):
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
