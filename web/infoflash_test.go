package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// The world has one infoflash to come.

func (w *world) Coming(_ context.Context, zone broker.ZoneID) ([]subscribers.SlotPreview, error) {
	if zone == "elsewhere" {
		return nil, nil
	}
	return []subscribers.SlotPreview{w.flash}, nil
}

func (w *world) Next(_ context.Context, p subscribers.Partnership) (subscribers.SlotPreview, bool, error) {
	return w.flash, p.ID == w.flash.Partnership, nil
}

func (w *world) Preview(_ context.Context, id broker.PartnershipID, on subscribers.Date) (subscribers.SlotPreview, error) {
	if id != w.flash.Partnership || on != w.flash.Date {
		return subscribers.SlotPreview{}, &subscribers.RefusedSlotError{Why: subscribers.SlotNone}
	}
	return w.flash, nil
}

func (w *world) Change(_ context.Context, _ broker.PartnershipID, _ subscribers.Date, change subscribers.SlotChange, note, by string, who subscribers.MemberID) error {
	if who == memberID {
		return &subscribers.RefusedSlotError{Why: subscribers.SlotNoRole}
	}
	if err := w.flash.Refuses(change, note, w.now); err != nil {
		return err
	}
	switch change {
	case subscribers.HoldSlot:
		w.flash.HeldAt, w.flash.HeldBy = w.now, by
	case subscribers.ReleaseSlot:
		w.flash.HeldAt, w.flash.HeldBy = time.Time{}, ""
	default:
		w.flash.Note, w.flash.NoteBy = note, by
	}
	return nil
}

func TestInfoflashIsHeldAndReleased(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanPreview, previewID)
	before := w.flash.Slot
	page := w.get(path).Body.String()
	for _, want := range []string{"demain à 17", "1 message, 41 personnes", "Cambriolage en cours", "Pour 41 personnes."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if w.flash.Slot != before {
		t.Error("GET changed the infoflash")
	}
	if got := w.post(path, url.Values{"action": {"hold"}}).Code; got != http.StatusSeeOther || w.flash.HeldBy != "Claire Lambert" {
		t.Errorf("hold: got %d, held by %q", got, w.flash.HeldBy)
	}
	if page := w.get(path).Body.String(); !strings.Contains(page, "Claire Lambert l’a retenu") || strings.Contains(page, `value="hold"`) {
		t.Error("the page does not say who holds it, or offers to hold it again")
	}
	for _, tap := range []string{"first", "second"} {
		if got := w.post(path, url.Values{"action": {"release"}}).Code; got != http.StatusSeeOther || w.flash.Held() {
			t.Errorf("%s release: got %d, held %t", tap, got, w.flash.Held())
		}
	}
}

func TestInfoflashNote(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanPreview, previewID)
	if got := w.post(path, url.Values{"action": {"note"}, "note": {" Bonne\nrentrée  à tous "}}).Code; got != http.StatusSeeOther || w.flash.Note != "Bonne rentrée à tous" {
		t.Errorf("got %d, note %q", got, w.flash.Note)
	}
	long := strings.Repeat("é", subscribers.MaxCover+1)
	answer := w.post(path, url.Values{"action": {"note"}, "note": {long}})
	if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "301 caractères") || !strings.Contains(answer.Body.String(), long) {
		t.Errorf("a long note: got %d, or the page lost it", answer.Code)
	}
	if got := w.post(path, url.Values{"action": {"burn"}}).Code; got != http.StatusBadRequest {
		t.Errorf("an unknown action: got %d", got)
	}
}

func TestInfoflashThatHasLeft(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanPreview, previewID)
	w.now = w.flash.DueAt
	if page := w.get(path).Body.String(); !strings.Contains(page, "Cet infoflash est parti") || strings.Contains(page, "<form") {
		t.Error("the page does not say that it has left, or still has a form")
	}
	if got := w.post(path, url.Values{"action": {"hold"}}).Code; got != http.StatusConflict || w.flash.Held() {
		t.Errorf("held too late: got %d", got)
	}
}

func TestInfoflashOfAnotherLink(t *testing.T) {
	w := newWorld(t)
	for name, path := range map[string]string{
		"a member's token":      "/d/" + w.caps.Token(subscribers.CanOpen, previewID),
		"another letter's page": w.link(subscribers.CanPreview, letterID),
	} {
		if got := w.post(path, url.Values{"action": {"hold"}}).Code; got != http.StatusForbidden || w.flash.Held() {
			t.Errorf("%s: got %d", name, got)
		}
	}
	e := w.entries[previewID]
	e.Member = memberID
	w.entries[previewID] = e
	if got := w.post(w.link(subscribers.CanPreview, previewID), url.Values{"action": {"hold"}}).Code; got != http.StatusForbidden || w.flash.Held() {
		t.Errorf("somebody without a role: got %d", got)
	}
}

func TestAPIDigests(t *testing.T) {
	w := newWorld(t)
	at := "/api/digests/tilleuls/2026-11-24"
	for _, tc := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{http.MethodGet, "/api/digests", "", 200, `"people":41`},
		{http.MethodGet, at, "", 200, `"title":"Cambriolage en cours, rue des Tilleuls"`},
		{http.MethodPost, at + "/hold", `{"by":"Anne"}`, 200, `"heldBy":"Anne"`},
		{http.MethodPost, at + "/release", `{"by":"Anne"}`, 200, `"held":false`},
		{http.MethodPost, at + "/release", `{"by":"Anne"}`, 409, "is not held"},
		{http.MethodPost, at + "/note", `{"by":"Anne","note":"Bonjour"}`, 200, `"noteBy":"Anne"`},
		{http.MethodPost, at + "/note", `{"by":"Anne","note":"` + strings.Repeat("x", 301) + `"}`, 409, "longer than 300"},
		{http.MethodPost, at + "/hold", `{}`, 400, `"field":"by"`},
		{http.MethodPost, at + "/hold", `[]`, 400, "JSON object"},
		{http.MethodGet, "/api/digests/tilleuls/soon", "", 400, "2026-11-23"},
		{http.MethodGet, "/api/digests/tilleuls/2026-11-25", "", 404, "no infoflash on that day"},
	} {
		answer := w.do(request{method: tc.method, path: tc.path, body: tc.body, contentType: "application/json"})
		if answer.Code != tc.code || !strings.Contains(answer.Body.String(), tc.want) {
			t.Errorf("%s %s: got %d %s, want %d and %s", tc.method, tc.path, answer.Code, answer.Body, tc.code, tc.want)
		}
	}
}
