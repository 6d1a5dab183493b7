package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/subscribers"
)

// What a mail program posts: no cookie, no origin of ours, one field
// (RFC 8058, 3.2). It may come twice.
func TestOneClick(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanLeave, letterID)
	for range 2 {
		answer := w.do(request{
			method: http.MethodPost, path: path, host: "relais.example",
			form:   url.Values{"List-Unsubscribe": {"One-Click"}},
			header: map[string]string{"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
		})
		if answer.Code != 200 || !strings.Contains(answer.Body.String(), "PLP Les Tilleuls") {
			t.Errorf("got %d\n%s", answer.Code, answer.Body)
		}
	}
	once := memberID.String() + " tilleuls"
	if diff := cmp.Diff([]string{once, once}, w.stopped); diff != "" {
		t.Errorf("stopped (-want +got):\n%s", diff)
	}
}

func TestLeaveButton(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanLeave, letterID) + "?lang=en"
	if body := w.get(path).Body.String(); !strings.Contains(body, `<form method="post"`) || !strings.Contains(body, "Yes, stop") {
		t.Error("the page has no button")
	}
	body := w.post(path, url.Values{}).Body.String()
	for _, want := range []string{"Done: you have left", "Would you like to come back?"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// An infoflash comes from several partnerships: leaving it leaves them all.
func TestLeaveInfoflash(t *testing.T) {
	w := newWorld(t)
	answer := w.post(w.link(subscribers.CanLeave, digestID), url.Values{"List-Unsubscribe": {"One-Click"}})
	if answer.Code != 200 || !strings.Contains(answer.Body.String(), "PLP Les Tilleuls, BIN Lindendorp") {
		t.Errorf("got %d\n%s", answer.Code, answer.Body)
	}
	want := []string{memberID.String() + " tilleuls", memberID.String() + " lindendorp"}
	if diff := cmp.Diff(want, w.stopped); diff != "" {
		t.Errorf("stopped (-want +got):\n%s", diff)
	}
}

func TestMembersPage(t *testing.T) {
	w := newWorld(t)
	a := w.approvals[w.approvalID()]
	a.Decision.Note = "Je passe ce soir."
	w.approvals[a.ID] = a
	body := w.get(w.link(subscribers.CanOpen, letterID)).Body.String()
	for _, want := range []string{
		"Urgent ? Appelez le 101", "Cambriolage en cours", "Ajouté par votre coordinateur", "Je passe ce soir.",
		w.link(subscribers.CanLeave, letterID), "parce que vous êtes membre de PLP Les Tilleuls",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, author) || strings.Contains(body, "Jean Petit") {
		t.Error("the page names the officer or the member")
	}
}
