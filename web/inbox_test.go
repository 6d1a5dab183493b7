package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
	"relais/web/browsertest"
)

// Inbox implements MemberTexts.
func (w *world) Inbox(_ context.Context, p broker.PartnershipID, _ int) ([]subscribers.InboxMessage, error) {
	return w.texts[p], nil
}

// withCoordinator signs the coordinator of tilleuls in, to whom a member has written.
func (w *world) withCoordinator() {
	w.texts = map[broker.PartnershipID][]subscribers.InboxMessage{"tilleuls": {{
		ID: uuid.MustParse("0193596a-0000-7000-8000-0000000000f1"), Partnership: "tilleuls", Member: memberID, Name: "Jean Petit",
		Text: "C’est pour quand, la réunion ?", At: w.now.Add(-time.Hour),
	}}}
	w.signInAsMember(coordinatorID, "Claire Lambert", subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"})
}

// asSignedIn answers one request at a time, each as that of who has signed in.
// Streams it refuses, so that pages ask instead: the world has no locks.
func (w *world) asSignedIn() http.Handler {
	var turn sync.Mutex
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		turn.Lock()
		defer turn.Unlock()
		if strings.HasSuffix(r.URL.Path, "/live") {
			http.Error(out, "no streams here", http.StatusServiceUnavailable)
			return
		}
		r.AddCookie(w.cookie)
		w.handler.ServeHTTP(out, r)
	})
}

// What waits stands there with its clock and the police's text, and nothing of
// other partnerships.
func TestInboxShowsWhatWaits(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	body := w.get("/inbox?lang=fr").Body.String()
	for _, want := range []string{
		"Cambriolage en cours, rue des Tilleuls", "Fermez portes et fenêtres",
		"au plus tard aujourd’hui à 20\u00a0h\u00a023", "8 minutes",
		"Il est envoyé à 61 membres", `name="note"`, `value="approve"`, `value="question"`, `value="refuse"`, "Dans un quart d’heure",
		"Infoflash de PLP Les Tilleuls", "1 message, 41 personnes",
		"Jean Petit", "C’est pour quand, la réunion ?",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the inbox lacks %q", want)
		}
	}
	for _, foreign := range []string{"Valse loodgieters", "BIN Lindendorp", "PLP du Canal"} {
		if strings.Contains(body, foreign) {
			t.Errorf("the inbox shows %q of another partnership", foreign)
		}
	}
}

// The same rules as behind the link, under the name of who has signed in.
func TestInboxAnswers(t *testing.T) {
	for _, tt := range []struct {
		name string
		form url.Values
		want subscribers.Decision
	}{
		{"approve with a note", url.Values{"action": {"approve"}, "note": {"Merci  à tous"}}, subscribers.Decision{To: subscribers.ApprovalApproved, Note: "Merci à tous"}},
		{"hold", url.Values{"action": {"hold"}, "in": {"15m"}}, subscribers.Decision{To: subscribers.ApprovalHeld}},
		{"question", url.Values{"action": {"question"}, "question": {"Quelle rue ?"}}, subscribers.Decision{To: subscribers.ApprovalQuestioned, Why: "Quelle rue ?"}},
		{"refuse", url.Values{"action": {"refuse"}, "reason": {"Déjà connu"}}, subscribers.Decision{To: subscribers.ApprovalRefused, Why: "Déjà connu"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.withElsewhere()
			w.withCoordinator()
			path := "/inbox/approvals/" + w.approvalID().String()
			if got := w.post(path, tt.form).Code; got != http.StatusSeeOther {
				t.Fatalf("got %d", got)
			}
			if len(w.decisions) != 1 {
				t.Fatalf("decided %d times", len(w.decisions))
			}
			got := w.decisions[0]
			if got.To != tt.want.To || got.Note != tt.want.Note || got.Why != tt.want.Why || got.By != "Claire Lambert" ||
				got.Member != coordinatorID || got.Account != coordinatorID || got.How != subscribers.HowInbox {
				t.Errorf("decided %+v", got)
			}
			if answer := w.get(path); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Retour à la boîte de réception") {
				t.Errorf("afterwards: got %d, or no way back", answer.Code)
			}
		})
	}
}

// What was typed stays, beside what is wrong with it.
func TestInboxKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	path, long := "/inbox/approvals/"+w.approvalID().String(), strings.Repeat("é", subscribers.MaxNote+1)
	for name, form := range map[string]url.Values{
		"a note too long":     {"action": {"approve"}, "note": {long}},
		"a hold in the past":  {"action": {"hold"}, "until": {"2026-11-23T08:00"}},
		"a refusal untold":    {"action": {"refuse"}, "reason": {""}},
		"a question too long": {"action": {"question"}, "question": {strings.Repeat("é", maxReason+1)}},
	} {
		answer := w.post(path, form)
		body := answer.Body.String()
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `aria-invalid="true"`) {
			t.Errorf("%s: got %d, or nothing beside the field", name, answer.Code)
		}
		for field, values := range form {
			if field != "action" && !strings.Contains(body, values[0]) {
				t.Errorf("%s: what was typed is gone", name)
			}
		}
	}
	flash := "/inbox/digests/tilleuls/" + w.flash.Date.String()
	note := strings.Repeat("à", subscribers.MaxCover+1)
	if answer := w.post(flash, url.Values{"action": {"note"}, "note": {note}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), note) {
		t.Errorf("a cover note too long: got %d, or what was typed is gone", answer.Code)
	}
	if len(w.decisions) > 0 {
		t.Error("something was decided")
	}
}

// The coming infoflash is held and released from the inbox.
func TestInboxHoldsTheInfoflash(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	path := "/inbox/digests/tilleuls/" + w.flash.Date.String()
	if got := w.post(path, url.Values{"action": {"hold"}}).Code; got != http.StatusSeeOther || w.flash.HeldBy != "Claire Lambert" {
		t.Errorf("got %d, held by %q", got, w.flash.HeldBy)
	}
	if !strings.Contains(w.get("/inbox?lang=fr").Body.String(), "Claire Lambert l’a retenu") {
		t.Error("the inbox does not say who holds it")
	}
	for _, day := range []string{"2026-11-25", "tomorrow"} {
		if got := w.get("/inbox/digests/tilleuls/" + day).Code; got != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", day, got)
		}
	}
}

// An empty inbox is a kind one, and says what comes next.
func TestInboxWithNothingInIt(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	w.texts, w.flash.Items, w.flash.People = nil, nil, 0
	w.decideAs(subscribers.Decision{To: subscribers.ApprovalApproved, By: "Claire Lambert", At: w.now})
	body := w.get("/inbox?lang=en").Body.String()
	for _, want := range []string{"Nothing waits for you", "The next infoflash of PLP Les Tilleuls would leave tomorrow at 17:15; so far nothing is in it."} {
		if !strings.Contains(body, want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

// Whom the plan does not name is not asked, and the police have no inbox.
func TestInboxIsForThoseWhoDecide(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.signInAs("Not an approver any more", subscribers.Post{Role: subscribers.PostCommittee, Zone: "demo", Partnership: "tilleuls"})
	if body := w.get("/inbox?lang=fr").Body.String(); strings.Contains(body, `value="approve"`) {
		t.Error("somebody whom the plan does not name is asked")
	}
	w.signInAs(author, subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"})
	if got := w.get("/inbox").Header().Get("Location"); got != "/" {
		t.Errorf("the police are led to %q", got)
	}
	w.cookie = nil
	if answer := w.do(request{path: "/inbox", header: map[string]string{"Authorization": "Bearer s3cret"}}); answer.Code != http.StatusForbidden {
		t.Errorf("whoever has the token: got %d", answer.Code)
	}
}

// The inbox is told when something changes; what somebody has begun to write is
// not taken away from them.
func TestInboxInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	server := httptest.NewServer(w.asSignedIn())
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Phone(), chromedp.Navigate(server.URL+"/inbox?lang=fr"))
	note := chromedp.CSS(`input[name="note"]`)
	browsertest.Do(ctx, t, chromedp.WaitVisible(note), chromedp.SendKeys(note, "Bonsoir"))
	if got := browsertest.Eval[string](ctx, t, `new Promise((kept) => setTimeout(() => kept(document.querySelector('input[name="note"]').value), 4000))`); got != "Bonsoir" {
		t.Errorf("after a while the note reads %q", got)
	}
	picture(ctx, t, "inbox-phone")
	browsertest.Do(ctx, t, browsertest.Follow(`button.yes`), chromedp.WaitVisible(chromedp.CSS(`.outcome.approved`)))
	if len(w.decisions) != 1 || w.decisions[0].Note != "Bonsoir" {
		t.Fatalf("decided %+v", w.decisions)
	}
	browsertest.Do(ctx, t, browsertest.Follow(`.back a`), chromedp.WaitVisible(chromedp.CSS(`.notice`)))
	picture(ctx, t, "inbox-empty")
}
