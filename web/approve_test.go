package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// A mail scanner opens every link, with HEAD and GET, again and again.
func TestReadingChangesNothing(t *testing.T) {
	w := newWorld(t)
	before := w.approvals[w.approvalID()]
	for _, path := range []string{
		w.link(subscribers.CanDecide, askID) + "?action=approve",
		w.link(subscribers.CanOpen, letterID),
		w.link(subscribers.CanLeave, letterID) + "?List-Unsubscribe=One-Click",
		"/", "/messages/" + alertID.String(), "/api/approvals",
		"/api/approvals/" + w.approvalID().String() + "/approve", "/api/dead/" + deadID.String() + "/replay",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
			w.do(request{method: method, path: path})
		}
	}
	if diff := cmp.Diff(before, w.approvals[w.approvalID()]); diff != "" {
		t.Errorf("the approval changed (-before +after):\n%s", diff)
	}
	if n := len(w.decisions) + len(w.stopped) + len(w.published) + len(w.replayed); n != 0 {
		t.Errorf("reading did %d things: %v %v %v", n, w.decisions, w.stopped, w.replayed)
	}
}

func TestApproverReadsWhatTheyNeed(t *testing.T) {
	w := newWorld(t)
	body := w.get(w.link(subscribers.CanDecide, askID)).Body.String()
	for _, want := range []string{
		"Cambriolage en cours, rue des Tilleuls",
		"rue des Tilleuls.\nFermez portes",        // exactly as written
		"Inbraak bezig in de Lindenstraat",        // what others will read
		author, "aujourd’hui à 20\u00a0h\u00a012", // who wrote it, when
		"aujourd’hui à 23\u00a0h\u00a015",                   // until when
		"au plus tard aujourd’hui à 20\u00a0h\u00a023",      // for an answer
		"si personne ne répond dans un délai de 10 minutes", // the rule
		"Il est envoyé à 61 membres\u00a0: 34 par SMS, les autres par notification push ou par e-mail. Il part tout de suite.",
		"101",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, string(w.partnerships[1].Name)) {
		t.Error("the page names another partnership")
	}
}

func TestWhatWillHappen(t *testing.T) {
	night := func(w *world) { w.now = w.now.Add(2*time.Hour + 30*time.Minute) } // 22:45
	for _, test := range []struct {
		name   string
		change func(w *world, a *subscribers.Approval)
		want   string
	}{
		{"with the digest", func(_ *world, a *subscribers.Approval) { a.Rule = tipRule() },
			"It goes to 61 members: 48 by email. It leaves with the next infoflash, tomorrow at 18:00."},
		{"on all channels", func(_ *world, a *subscribers.Approval) {
			a.Rule.Channels = subscribers.ChannelRule{All: []channels.Name{channels.SMS, channels.Email}}
		}, "It goes to 61 members: 34 by SMS, 48 by email. It leaves at once."},
		{"in quiet hours", func(w *world, a *subscribers.Approval) { night(w); a.Rule.IgnoreQuietHours = false },
			"These are quiet hours: it leaves when they end, tomorrow at 7:00."},
		{"in quiet hours, ignored", func(w *world, _ *subscribers.Approval) { night(w) }, "It leaves at once."},
		{"a closing", func(w *world, _ *subscribers.Approval) {
			m := w.messages[alertID]
			m.Kind = broker.Closing
			w.messages[alertID] = m
		}, "It goes to exactly those who received the earlier message."},
	} {
		w := newWorld(t)
		a := w.approvals[w.approvalID()]
		test.change(w, &a)
		w.approvals[a.ID] = a
		body := w.get(w.link(subscribers.CanDecide, askID) + "?lang=en").Body.String()
		if !strings.Contains(body, test.want) {
			t.Errorf("%s: the page lacks %q", test.name, test.want)
		}
	}
}

func TestApprove(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanDecide, askID)
	answer := w.post(path+"?lang=de", url.Values{"action": {"approve"}, "note": {"  Restez\r\nchez vous. "}})
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != path+"?lang=de" {
		t.Fatalf("got %d to %q, want 303 to the page itself", answer.Code, answer.Header().Get("Location"))
	}
	want := []subscribers.Decision{{To: subscribers.ApprovalApproved, By: "Claire Lambert", Member: coordinatorID, At: w.now, How: subscribers.HowLink, Note: "Restez chez vous."}}
	if diff := cmp.Diff(want, w.decisions); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	after := w.get(path)
	body := after.Body.String()
	if after.Code != 200 || !strings.Contains(body, "Vous l’avez approuvé aujourd’hui à 20\u00a0h\u00a015") || !strings.Contains(body, "Restez chez vous.") {
		t.Errorf("the page does not say who approved: %d\n%s", after.Code, body)
	}
	if strings.Contains(body, `value="approve"`) || strings.Contains(body, `value="hold"`) {
		t.Error("the page still asks")
	}
}

func TestRefuse(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanDecide, askID)
	if got := w.post(path, url.Values{"action": {"refuse"}, "reason": {"La rue n’existe pas ici."}, "note": {"x"}}).Code; got != http.StatusSeeOther {
		t.Fatalf("got %d, want 303", got)
	}
	want := []subscribers.Decision{{To: subscribers.ApprovalRefused, By: "Claire Lambert", Member: coordinatorID, At: w.now, How: subscribers.HowLink, Why: "La rue n’existe pas ici."}}
	if diff := cmp.Diff(want, w.decisions); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
}

func TestBadAnswersKeepWhatWasTyped(t *testing.T) {
	long := strings.Repeat("é", subscribers.MaxNote+1)
	for _, test := range []struct {
		name   string
		form   url.Values
		status int
		wants  []string
	}{
		{"refusal without reason", url.Values{"action": {"refuse"}, "reason": {" \n"}}, 422, []string{"Écrivez en quelques mots pourquoi vous refusez", `<details class="refuse" open="open">`}},
		{"reason too long", url.Values{"action": {"refuse"}, "reason": {strings.Repeat("a", maxReason+1)}}, 422, []string{"Raccourcissez votre réponse", strings.Repeat("a", maxReason+1)}},
		{"note too long", url.Values{"action": {"approve"}, "note": {long}}, 422, []string{"121 caractères", long}},
		{"no action", url.Values{}, 400, nil},
		{"action unknown", url.Values{"action": {"burn"}}, 400, nil},
		{"form too long", url.Values{"action": {"approve"}, "note": {strings.Repeat("a", maxAnswer)}}, 413, nil},
	} {
		w := newWorld(t)
		answer := w.post(w.link(subscribers.CanDecide, askID), test.form)
		if answer.Code != test.status {
			t.Errorf("%s: got %d, want %d", test.name, answer.Code, test.status)
		}
		for _, want := range test.wants {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s: the page lacks %.60q", test.name, want)
			}
		}
		if len(w.decisions) != 0 {
			t.Errorf("%s: it was decided: %v", test.name, w.decisions)
		}
	}
}

func TestSecondAnswerSaysWhoWasFirst(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanDecide, askID)
	first := subscribers.Decision{To: subscribers.ApprovalRefused, By: "Marc Thiry", At: w.now.Add(-time.Minute), How: subscribers.HowLink, Why: "Déjà réglé"}
	if _, err := w.Decide(t.Context(), w.approvalID(), first); err != nil {
		t.Fatal(err)
	}
	answer := w.post(path, url.Values{"action": {"approve"}})
	body := answer.Body.String()
	if answer.Code != http.StatusConflict || !strings.Contains(body, "Marc Thiry l’a refusé aujourd’hui à 20\u00a0h\u00a014") || !strings.Contains(body, "Rien n’a changé") {
		t.Errorf("got %d\n%s", answer.Code, body)
	}
	if got := w.approvals[w.approvalID()].Decision; got != first {
		t.Errorf("the first decision did not stand: %v", got)
	}
}

// A second tap on the same button is not somebody else.
func TestDoubleTap(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanDecide, askID)
	for range 2 {
		if got := w.post(path, url.Values{"action": {"approve"}}).Code; got != http.StatusSeeOther {
			t.Errorf("got %d, want 303", got)
		}
	}
	if len(w.decisions) != 1 {
		t.Errorf("got %d decisions, want 1", len(w.decisions))
	}
}

func TestAuthorCannotApprove(t *testing.T) {
	w := newWorld(t)
	w.members[coordinatorID] = subscribers.Member{ID: coordinatorID, Name: author, Lang: broker.French}
	answer := w.post(w.link(subscribers.CanDecide, askID), url.Values{"action": {"approve"}})
	if answer.Code != 422 || !strings.Contains(answer.Body.String(), "quelqu’un d’autre doit l’approuver") || len(w.decisions) != 0 {
		t.Errorf("got %d, decisions %v", answer.Code, w.decisions)
	}
}

func TestStaleQuestions(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *world)
		want   string
	}{
		{"expired", func(w *world) { w.now = w.now.Add(4 * time.Hour) }, "Too late: no longer valid"},
		{"lapsed", func(w *world) {
			w.decideAs(subscribers.Decision{To: subscribers.ApprovalLapsed, By: subscribers.Nobody, At: w.now, How: subscribers.HowPlan, Why: "nobody answered in 10m0s"})
		}, "Nobody answered in time (today at 20:15)"},
		{"replaced", func(w *world) {
			w.decideAs(subscribers.Decision{To: subscribers.ApprovalLapsed, By: subscribers.Nobody, At: w.now, How: subscribers.HowRevision})
		}, "Open the newest message that you received"},
	} {
		w := newWorld(t)
		path := w.link(subscribers.CanDecide, askID) + "?lang=en"
		test.change(w)
		for _, answer := range []struct {
			code int
			body string
		}{codeAndBody(w.get(path)), codeAndBody(w.post(path, url.Values{"action": {"approve"}}))} {
			if answer.code != http.StatusGone && answer.code != http.StatusConflict {
				t.Errorf("%s: got %d, want 410", test.name, answer.code)
			}
			if !strings.Contains(answer.body, test.want) || strings.Contains(answer.body, "nobody answered in 10m0s") {
				t.Errorf("%s: the page lacks %q, or shows the log's words", test.name, test.want)
			}
		}
		if w.approvals[w.approvalID()].State.Granted() {
			t.Errorf("%s: it was approved", test.name)
		}
	}
}

// Links that were cut, changed, made for another page, or are too old, in the
// four languages of browsers.
func TestLinksThatDoNotWork(t *testing.T) {
	w := newWorld(t)
	gone := channels.DeliveryID{UUID: alertID.UUID}
	whole := w.link(subscribers.CanDecide, askID)
	for _, test := range []struct {
		name, path string
		status     int
	}{
		{"cut", whole[:len(whole)-3], 403},
		{"changed", whole[:len(whole)-1] + map[bool]string{true: "B", false: "A"}[whole[len(whole)-1] == 'A'], 403},
		{"made for another page", "/a/" + w.caps.Token(subscribers.CanLeave, askID), 403},
		{"a member's, signed as an approver's", w.link(subscribers.CanDecide, letterID), 403},
		{"an approver's, signed to leave", w.link(subscribers.CanLeave, askID), 403},
		{"not kept any more", w.link(subscribers.CanDecide, gone), 404},
		{"message not kept any more", w.link(subscribers.CanOpen, gone), 404},
		{"leave, not kept any more", w.link(subscribers.CanLeave, gone), 404},
	} {
		for accept, want := range map[string]map[int]string{
			"fr-BE": {403: "Ce lien n’est pas complet", 404: "Ce lien est trop ancien"},
			"nl-BE": {403: "Deze link is niet volledig", 404: "Deze link is te oud"},
			"de":    {403: "Dieser Link ist nicht vollständig", 404: "Dieser Link ist zu alt"},
			"en-GB": {403: "This link is not complete", 404: "This link is too old"},
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if method == http.MethodPost && strings.HasPrefix(test.path, "/m/") {
					continue
				}
				answer := w.do(request{method: method, path: test.path, accept: accept, form: url.Values{"action": {"approve"}}})
				if answer.Code != test.status || !strings.Contains(answer.Body.String(), want[test.status]) {
					t.Errorf("%s, %s %s: got %d, want %d and %q", test.name, method, accept, answer.Code, test.status, want[test.status])
				}
			}
		}
	}
	if len(w.decisions)+len(w.stopped) != 0 {
		t.Errorf("something was done: %v %v", w.decisions, w.stopped)
	}
}

func TestStoreAwayWhileDeciding(t *testing.T) {
	w := newWorld(t)
	w.failDecide = errors.New("disk full")
	answer := w.post(w.link(subscribers.CanDecide, askID), url.Values{"action": {"approve"}})
	if answer.Code != 500 || strings.Contains(answer.Body.String(), "disk full") {
		t.Errorf("got %d; the reader must not see the cause", answer.Code)
	}
	if !strings.Contains(w.log.String(), "disk full") {
		t.Error("the log lacks the cause")
	}
}
