package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// Belonging says that everybody is in both partnerships, until they leave one.
func (w *world) Belonging(_ context.Context, id subscribers.MemberID) (in []broker.PartnershipID, _ error) {
	for _, p := range w.partnerships {
		if (p.Zone == "elsewhere") != (id == foreignMemberID) {
			continue
		}
		if !strings.Contains(strings.Join(w.stopped, "\n"), id.String()+" "+string(p.ID)) {
			in = append(in, p.ID)
		}
	}
	return in, nil
}

func (w *world) SetLang(_ context.Context, id subscribers.MemberID, lang broker.Lang) error {
	m, err := found(w.members, id)
	m.Lang = lang
	w.members[id] = m
	return err
}

func (w *world) me() string {
	return "/me/" + strings.TrimPrefix(w.link(subscribers.CanLeave, letterID), "/u/")
}

func TestAMemberChangesLanguageAndLeaves(t *testing.T) {
	w := newWorld(t)
	if answer := w.post(w.me()+"/language", url.Values{"language": {"nl"}}); answer.Code != http.StatusSeeOther {
		t.Fatalf("language: got %d", answer.Code)
	}
	if body := w.get(w.me() + "?saved").Body.String(); !strings.Contains(body, `<html lang="nl">`) || !strings.Contains(body, "PLP Les Tilleuls") || !strings.Contains(body, "Opgeslagen") {
		t.Errorf("the page is not in Dutch, or lacks the partnership or what was saved:\n%s", body)
	}
	if body := w.get(w.me() + "/leave?partnership=tilleuls").Body.String(); !strings.Contains(body, "PLP Les Tilleuls") || strings.Contains(body, "BIN Lindendorp") || len(w.stopped) != 0 {
		t.Errorf("the question before leaving one, %q left:\n%s", w.stopped, body)
	}
	w.post(w.me()+"/leave?partnership=tilleuls", url.Values{})
	body := w.get(w.me()).Body.String()
	if strings.Contains(body, "PLP Les Tilleuls") || !strings.Contains(body, "BIN Lindendorp") {
		t.Errorf("after leaving one:\n%s", body)
	}
	w.post(w.me()+"/leave?all", url.Values{})
	if got := len(w.stopped); got != 2 {
		t.Errorf("stopped %d times, want 2: %q", got, w.stopped)
	}
}

func TestAMembersPageRefusesOtherLinksAndLanguages(t *testing.T) {
	w := newWorld(t)
	if got := w.post(w.me()+"/language", url.Values{"language": {"xx"}}).Code; got != http.StatusBadRequest {
		t.Errorf("an unknown language: got %d", got)
	}
	foreign := "/me/" + strings.TrimPrefix(w.link(subscribers.CanLeave, askID), "/u/")
	for _, path := range []string{"/me/x", foreign} {
		if got := w.get(path).Code; got != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", path, got)
		}
	}
	w.post(w.me()+"/leave?partnership=elsewhere", url.Values{})
	w.post(w.me()+"/leave", url.Values{})
	if len(w.stopped) != 0 {
		t.Errorf("left %q", w.stopped)
	}
	if got := w.get(w.me() + "/leave?partnership=elsewhere").Code; got != http.StatusSeeOther {
		t.Errorf("asked whether to leave another's partnership: got %d", got)
	}
}
