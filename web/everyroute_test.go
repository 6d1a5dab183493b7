package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noPages are what is read and is no page: everything else that a browser can
// open has its line in everyPage, which is what looks at pages go through.
func noPages() []string {
	return []string{
		"GET /messages/{id}/live", "GET /inbox/live", // streams
		"GET /figures.csv", "GET /zone/{id}/figures.csv", "GET /inbox/partnerships/{id}/journal.csv", "GET /me/{token}/data.json", // files
		"GET /i/{token}", "GET /signin/oidc/back", // these lead on
		"GET /healthz", "GET /readyz", "GET /inbox.webmanifest", "GET /static/",
	}
}

// buttons are what a browser sends without anything that is read: all that they
// say stands in their address.
func buttons() []string {
	return []string{
		"POST /dead/{id}/replay", "POST /api/dead/{id}/replay", "POST /signout",
		"POST /account/devices/end", "POST /account/devices/{id}/end", "POST /account/passkeys/{id}/remove",
	}
}

// A new page needs its line in everyPage, or a word here that it is none.
func TestEveryPageIsLookedAt(t *testing.T) {
	w := everyPageWorld(t)
	looked := make(map[string]bool)
	for _, none := range noPages() {
		looked[none] = true
	}
	for _, page := range everyPage(w) {
		if page.form != nil || page.status != http.StatusOK {
			continue
		}
		_, pattern := w.server.mux.Handler(httptest.NewRequest(http.MethodGet, page.path, nil))
		looked[pattern] = true
	}
	for _, row := range w.server.table() {
		if strings.HasPrefix(row.pattern, "GET ") && row.door != doorAPI && !looked[row.pattern] {
			t.Errorf("%s is on no page of everyPage that is answered with 200; noPages says what is no page", row.pattern)
		}
	}
}

// Every address that takes something refuses what is far too long without
// reading it, and a method that it does not have; those behind a link refuse one
// that was not made here. Nothing changes. New routes are among them by
// themselves.
func TestNoRouteTakesNonsense(t *testing.T) {
	for _, row := range newWorld(t).server.table() {
		method, _, _ := strings.Cut(row.pattern, " ")
		if method == http.MethodGet || slices.Contains(buttons(), row.pattern) {
			continue
		}
		t.Run(row.pattern, func(t *testing.T) {
			w, texts := outside(t)
			w.many()
			if row.door == doorPage && strings.Contains(row.pattern, "/inbox/") {
				w.withCoordinator()
			}
			before := w.changes(texts)
			q := w.touch(row.pattern, false)
			kind := formType
			if row.door == doorAPI || strings.HasSuffix(row.pattern, "/push") {
				kind = "application/json"
			}
			status, read := w.sendEndless(method, q.path, kind)
			if status < 400 || status >= 500 {
				t.Errorf("10 MB: got %d", status)
			}
			if most := row.most(httptest.NewRequest(method, q.path, nil)); int64(read) > max(most, maxBody)+4096 {
				t.Errorf("10 MB: %d bytes were read", read)
			}
			for _, wrong := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
				if answer := w.do(request{method: wrong, path: q.path}); wrong != method && answer.Code != http.StatusMethodNotAllowed {
					t.Errorf("%s: got %d, want 405", wrong, answer.Code)
				}
			}
			if strings.Contains(row.pattern, "{token}") {
				if answer := w.do(q); answer.Code < 400 || answer.Code >= 500 {
					t.Errorf("a link that was not made here: got %d", answer.Code)
				}
			}
			if diff := cmp.Diff(before, w.changes(texts)); diff != "" {
				t.Errorf("something changed (-before +after):\n%s", diff)
			}
		})
	}
}

// sendEndless sends 10 MB, and counts what of it was read.
func (w *world) sendEndless(method, path, contentType string) (status, read int) {
	w.t.Helper()
	body := strings.NewReader(`{"key":"` + strings.Repeat("a", 10<<20))
	r := httptest.NewRequest(method, "http://localhost:8080"+path, io.NopCloser(body))
	r.Header.Set("Content-Type", contentType)
	if w.cookie != nil {
		r.AddCookie(w.cookie)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer.Code, 10<<20 - body.Len()
}
