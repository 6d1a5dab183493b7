package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/channels"
	"relais/subscribers"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// With a token, desk and API need it; links, callbacks and health never do.
func TestToken(t *testing.T) {
	w := newWorld(t)
	w.options.APIToken, w.options.Open = channels.NewSecret("s3cret"), false
	w.restart()
	for _, test := range []struct {
		name, authorization string
		status              int
	}{
		{"wrong", "Bearer s3cre", 401},
		{"empty", "Bearer ", 401},
		{"other scheme", "Digest s3cret", 401},
		{"bearer", "Bearer s3cret", 200},
		{"bearer in lower case", "bearer s3cret", 200},
		{"basic", basic("anybody", "s3cret"), 200},
		{"basic wrong", basic("s3cret", ""), 401},
	} {
		for _, path := range []string{"/", "/messages/" + alertID.String(), "/messages/new?kind=info", "/api/messages", "/api/dead"} {
			answer := w.do(request{path: path, host: "relais.example", header: map[string]string{"Authorization": test.authorization}})
			if answer.Code != test.status {
				t.Errorf("%s, %s: got %d, want %d", test.name, path, answer.Code, test.status)
			}
			if asks := answer.Header().Get("WWW-Authenticate") != ""; asks != (test.status == 401) {
				t.Errorf("%s, %s: WWW-Authenticate is %q", test.name, path, answer.Header().Get("WWW-Authenticate"))
			}
		}
	}
	for path, want := range map[string]string{"/": "/signin?next=%2F", "/messages/new?kind=info&lang=fr": "/signin?next=%2Fmessages%2Fnew%3Fkind%3Dinfo%26lang%3Dfr&lang=fr"} {
		answer := w.do(request{path: path, host: "relais.example"})
		if got := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || got != want {
			t.Errorf("%s: led to %q with %d, want %q", path, got, answer.Code, want)
		}
	}
	if answer := w.do(request{path: "/api/messages", host: "relais.example"}); answer.Code != 401 || answer.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("a program without a token: got %d", answer.Code)
	}
	for _, path := range []string{
		w.link(subscribers.CanDecide, askID), w.link(subscribers.CanOpen, letterID), w.link(subscribers.CanLeave, letterID), "/healthz", "/readyz",
	} {
		if got := w.do(request{path: path, host: "relais.example"}).Code; got != 200 {
			t.Errorf("%s: got %d without a token, want 200", path, got)
		}
	}
}

// Without a token only this machine is let in, by whatever name it has (DNS rebinding).
func TestHost(t *testing.T) {
	w := newWorld(t)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST": 200, "127.0.0.1:8080": 200, "127.1.2.3": 200, "[::1]:8080": 200, "[::1]": 200,
		"relais.example": 421, "relais.example:8080": 421, "192.168.1.7:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
	} {
		for _, path := range []string{"/", "/api/messages"} {
			if got := w.do(request{path: path, host: host}).Code; got != want {
				t.Errorf("%s%s: got %d, want %d", host, path, got, want)
			}
		}
		if got := w.do(request{path: w.link(subscribers.CanDecide, askID), host: host}).Code; got != 200 {
			t.Errorf("%s: a link: got %d, want 200", host, got)
		}
	}
}

// What another site's page makes a browser send is refused, with the token too.
func TestCrossOrigin(t *testing.T) {
	w := newWorld(t)
	w.options.APIToken, w.options.Open = channels.NewSecret("s3cret"), false
	w.restart()
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"},
		{"Sec-Fetch-Site": "same-site"},
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
	} {
		header["Authorization"] = basic("me", "s3cret")
		for _, path := range []string{"/messages", "/api/messages", "/api/dead/" + deadID.String() + "/replay", "/api/approvals/" + w.approvalID().String() + "/approve"} {
			answer := w.do(request{method: http.MethodPost, path: path, header: header, form: goodForm()})
			if answer.Code != http.StatusForbidden {
				t.Errorf("%v, %s: got %d, want 403", header, path, answer.Code)
			}
		}
	}
	if n := len(w.published) + len(w.replayed) + len(w.decisions); n != 0 {
		t.Errorf("%d things were done", n)
	}
	same := map[string]string{"Authorization": basic("me", "s3cret"), "Origin": "http://localhost:8080"}
	if got := w.do(request{method: http.MethodPost, path: "/messages", header: same, form: goodForm()}).Code; got != http.StatusSeeOther {
		t.Errorf("our own page: got %d, want 303", got)
	}
}

// The log names the route and never the token of a link, a text or a name.
func TestLogHoldsNoSecrets(t *testing.T) {
	w := newWorld(t)
	ask, letter := w.link(subscribers.CanDecide, askID), w.link(subscribers.CanLeave, letterID)
	w.get(ask)
	w.post(ask, url.Values{"action": {"refuse"}, "reason": {"geheime Ursache"}})
	w.post(letter, url.Values{})
	w.get("/a/made-up-token")
	w.post("/messages", goodForm())
	for _, bad := range []string{strings.TrimPrefix(ask, "/a/"), strings.TrimPrefix(letter, "/u/"), "made-up-token", "geheime", "Claire", "Fausse"} {
		if strings.Contains(w.log.String(), bad) {
			t.Errorf("the log holds %q:\n%s", bad, w.log)
		}
	}
	if !strings.Contains(w.log.String(), `route="POST /a/{token}" status=303`) {
		t.Errorf("the log lacks the route:\n%s", w.log)
	}
}
