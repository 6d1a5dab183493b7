package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"relais/subscribers"
)

// from makes one request from an address of somebody's.
func (w *world) from(address, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	r.RemoteAddr = address + ":4711"
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// Programs that open a link as often as they like do not shut its owner out, who
// opens it elsewhere and answers.
func TestScannersDoNotLockALink(t *testing.T) {
	for name, path := range map[string]func(w *world) string{
		"question":  func(w *world) string { return w.link(subscribers.CanDecide, askID) },
		"message":   func(w *world) string { return w.link(subscribers.CanOpen, letterID) },
		"leaving":   func(w *world) string { return w.link(subscribers.CanLeave, letterID) },
		"infoflash": func(w *world) string { return w.link(subscribers.CanPreview, previewID) },
		"own page":  func(w *world) string { return w.me() },
	} {
		w := newWorld(t)
		link := path(w)
		refused := 0
		for range 2 * opensAtOnce {
			if answer := w.from("192.0.2.1", http.MethodGet, link+"?lang=en", nil); answer.Code == http.StatusTooManyRequests {
				refused++
				if answer.Header().Get("Retry-After") != "60" || !strings.Contains(answer.Body.String(), "Wait a minute") {
					t.Fatalf("%s: the refusal does not say when to come again", name)
				}
			}
		}
		if refused != opensAtOnce {
			t.Errorf("%s: %d of %d openings were refused", name, refused, 2*opensAtOnce)
		}
		if got := w.from("192.0.2.2", http.MethodGet, link, nil).Code; got != http.StatusOK {
			t.Errorf("%s: its owner gets %d", name, got)
		}
		if got := w.from("192.0.2.1", http.MethodPost, link, url.Values{"action": {"approve"}}).Code; got == http.StatusTooManyRequests {
			t.Errorf("%s: whoever answers from the scanner's address is refused", name)
		}
		w.now = w.now.Add(slowDown)
		if got := w.from("192.0.2.1", http.MethodGet, link, nil).Code; got != http.StatusOK {
			t.Errorf("%s: a minute later %d", name, got)
		}
	}
}

// A form behind a link is taken so often, from wherever it comes.
func TestFormsOfALinkAreCounted(t *testing.T) {
	w := newWorld(t)
	link := w.link(subscribers.CanDecide, askID)
	for i := range formsAtOnce + 1 {
		got := w.from(fmt.Sprintf("192.0.2.%d", i), http.MethodPost, link, url.Values{"action": {"refuse"}}).Code
		if (got == http.StatusTooManyRequests) != (i == formsAtOnce) {
			t.Fatalf("form %d: got %d", i+1, got)
		}
	}
}

// Whoever tries out links of their own making is slowed down by their address.
func TestGuessesAtLinksAreSlowed(t *testing.T) {
	w := newWorld(t)
	refused := 0
	for i := range viewsAtOnce + 10 {
		if w.from("192.0.2.1", http.MethodGet, fmt.Sprintf("/m/guess%d", i), nil).Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("%d guesses were refused, want 10", refused)
	}
}
