package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/subscribers"
)

func (w *world) lacks(name, body string, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			w.t.Errorf("%s: the page lacks %q", name, want)
		}
	}
}

func TestHoldUntil(t *testing.T) {
	for _, test := range []struct {
		name string
		form url.Values
		want time.Duration // from now, 20:15; 0: refused
	}{
		{"in an hour", url.Values{"in": {"1h"}}, time.Hour},
		{"in a quarter", url.Values{"in": {"15m"}}, 15 * time.Minute},
		{"a moment of their own", url.Values{"until": {"2026-11-23T22:30"}}, 2*time.Hour + 15*time.Minute},
		{"in the past", url.Values{"until": {"2026-11-23T20:00"}}, 0},
		{"after it expires", url.Values{"until": {"2026-11-24T08:00"}}, 0},
		{"no moment", url.Values{"until": {"soon"}}, 0},
		{"nothing", url.Values{}, 0},
	} {
		w := newWorld(t)
		test.form.Set("action", "hold")
		path := w.link(subscribers.CanDecide, askID) + "?lang=en"
		answer := w.post(path, test.form)
		if test.want == 0 {
			w.lacks(test.name, answer.Body.String(), "Choose a moment that is still to come", `<details class="else" open="open">`)
			if answer.Code != 422 || len(w.decisions) != 0 {
				t.Errorf("%s: got %d, decisions %v", test.name, answer.Code, w.decisions)
			}
			continue
		}
		want := []subscribers.Decision{{To: subscribers.ApprovalHeld, By: "Claire Lambert", Member: coordinatorID, At: w.now, How: subscribers.HowLink, Until: w.now.Add(test.want)}}
		if diff := cmp.Diff(want, w.decisions, cmp.Comparer(time.Time.Equal)); diff != "" || answer.Code != http.StatusSeeOther {
			t.Errorf("%s: got %d, decision (-want +got):\n%s", test.name, answer.Code, diff)
		}
		body := w.get(path).Body.String()
		w.lacks(test.name, body, "You put this message on hold today at 20:15.", `value="approve"`, `value="refuse"`, "What happened so far")
		if strings.Contains(body, `value="hold"`) || strings.Contains(body, `value="question"`) || strings.Contains(body, "no later than") {
			t.Errorf("%s: the page asks what cannot be answered now", test.name)
		}
	}
}

// Only moments that come while the message is of use are offered.
func TestHoldChoices(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, brussels) }
	for _, test := range []struct {
		name    string
		now     time.Time
		urgency broker.Urgency
		valid   time.Duration
		want    string
	}{
		{"morning", at(9, 0), broker.Future, 72 * time.Hour, "In an hour (at 10:00)|This evening at 18:00|Tomorrow morning at 8:00"},
		{"just before six", at(17, 30), broker.Expected, 72 * time.Hour, "In an hour (at 18:30)|Tomorrow morning at 8:00"},
		{"an alert at night", at(23, 30), broker.Immediate, 3 * time.Hour, "In a quarter of an hour (at 23:45)|In an hour (at 0:30)"},
		{"nearly over", at(23, 30), broker.Immediate, 10 * time.Minute, ""},
	} {
		v := view{Lang: broker.English, texts: loaded(t)[broker.English], now: test.now, loc: brussels}
		var labels []string
		for _, c := range v.holds(broker.Message{Urgency: test.urgency, Expires: test.now.Add(test.valid)}) {
			labels = append(labels, c.Label)
			if until := holdUntil(c.Until, c.In, test.now, brussels); !until.After(test.now) {
				t.Errorf("%s: %s leads to %v", test.name, c.Label, until)
			}
		}
		if got := strings.Join(labels, "|"); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestQuestionAndAnswer(t *testing.T) {
	w := newWorld(t)
	link, desk := w.link(subscribers.CanDecide, askID)+"?lang=en", "/approvals/"+w.approvalID().String()
	if got := w.post(link, url.Values{"action": {"question"}, "question": {" "}}); got.Code != 422 || !strings.Contains(got.Body.String(), "Write your question") {
		t.Errorf("empty question: got %d", got.Code)
	}
	for range 2 { // a second tap changes nothing
		if got := w.post(link, url.Values{"action": {"question"}, "question": {"Which side of the street?"}}).Code; got != http.StatusSeeOther {
			t.Fatalf("question: got %d, want 303", got)
		}
	}
	w.lacks("approver", w.get(link).Body.String(), "You asked the police today at 20:15", "<blockquote>Which side of the street?</blockquote>", `value="approve"`)
	w.lacks("desk", w.get("/?lang=en").Body.String(), "Claire Lambert asks you: “Which side of the street?”", `href="`+desk+`?lang=en"`)
	w.lacks("form", w.get(desk+"?lang=en").Body.String(), "Which side of the street?", `action="`+desk+`/answer?lang=en"`, "Send the answer")
	if got := w.post(desk+"/answer?lang=en", url.Values{"words": {"x"}}); got.Code != 422 || !strings.Contains(got.Body.String(), "Write your name and rank") {
		t.Errorf("answer by nobody: got %d", got.Code)
	}
	if got := w.post(desk+"/answer?lang=en", url.Values{"by": {author}, "words": {"The even numbers."}}).Code; got != http.StatusSeeOther {
		t.Fatalf("answer: got %d, want 303", got)
	}
	want := []subscribers.Decision{
		{To: subscribers.ApprovalQuestioned, By: "Claire Lambert", Member: coordinatorID, At: w.now, How: subscribers.HowLink, Why: "Which side of the street?"},
		{To: subscribers.ApprovalPending, By: author, At: w.now, How: subscribers.HowDesk, Why: "The even numbers."},
	}
	if diff := cmp.Diff(want, w.decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	w.lacks("approver", w.get(link).Body.String(), "The police have answered", "Which side of the street?", "The even numbers.",
		"Insp. Dubois of the police answered: “The even numbers.”", "Please answer no later than")
	again := w.post(desk+"/answer?lang=en", url.Values{"by": {"Insp. Claes"}, "words": {"No, the odd ones."}})
	if again.Code != http.StatusConflict || !strings.Contains(again.Body.String(), "Something has happened in the meantime") || len(w.decisions) != 2 {
		t.Errorf("a second answer: got %d, %d decisions", again.Code, len(w.decisions))
	}
}

func TestRelease(t *testing.T) {
	w := newWorld(t)
	a := w.approvals[w.approvalID()]
	desk := "/approvals/" + a.ID.String()
	release := func(by string) (int, string) {
		answer := w.post(desk+"/release?lang=en", url.Values{"by": {by}, "words": {"They are still in the street"}})
		return answer.Code, answer.Body.String()
	}
	if code, body := release("Insp. Claes"); code != 422 || !strings.Contains(body, "does not let the police send it") {
		t.Errorf("where the plan has no release: got %d", code)
	}
	a.Rule.Approval.ReleaseAfter = 5 * time.Minute
	w.approvals[a.ID] = a
	if code, body := release("Insp. Claes"); code != 422 || !strings.Contains(body, "only from later on: today at 20:18") {
		t.Errorf("too early: got %d", code)
	}
	w.now = w.now.Add(4 * time.Minute)
	if code, body := release(author); code != 422 || !strings.Contains(body, "a colleague has to send it") {
		t.Errorf("by the author: got %d", code)
	}
	w.lacks("desk", w.get("/?lang=en").Body.String(), "You may send it yourself", desk)
	w.lacks("form", w.get(desk+"?lang=en").Body.String(), "Why can it not wait?")
	if code, _ := release("Insp. Claes"); code != http.StatusSeeOther {
		t.Fatalf("got %d, want 303", code)
	}
	w.lacks("approver", w.get(w.link(subscribers.CanDecide, askID)+"?lang=en").Body.String(),
		"Insp. Claes of the police sent it today at 20:19", "They are still in the street")
}

// Refusals are said in the reader's language, beside how things stand now.
func TestWhyItIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(w *world)
		form   url.Values
		status int
		want   string
	}{
		{"somebody put it on hold", func(w *world) {
			w.decideAs(subscribers.Decision{To: subscribers.ApprovalHeld, By: "Marc Thiry", At: w.now, How: subscribers.HowLink, Until: w.now.Add(time.Hour)})
		}, url.Values{"action": {"question"}, "question": {"Wo?"}}, 409, "Jemand war schneller"},
		{"and the page shows it", func(w *world) {
			w.decideAs(subscribers.Decision{To: subscribers.ApprovalHeld, By: "Marc Thiry", At: w.now, How: subscribers.HowLink, Until: w.now.Add(time.Hour)})
		}, url.Values{"action": {"question"}, "question": {"Wo?"}}, 409, "Marc Thiry hat diese Nachricht heute um 20:15 Uhr zurückgestellt"},
		{"no approver any more", func(w *world) {
			w.failDecide = &subscribers.RefusedMoveError{Why: subscribers.FaultNotApprover}
		}, url.Values{"action": {"approve"}}, 403, "Sie gehören nicht mehr zu denen"},
	} {
		w := newWorld(t)
		test.change(w)
		answer := w.post(w.link(subscribers.CanDecide, askID)+"?lang=de", test.form)
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.want) {
			t.Errorf("%s: got %d, want %d and %q", test.name, answer.Code, test.status, test.want)
		}
	}
}

func TestAwayByLink(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanDecide, askID) + "?lang=en"
	if got := w.post(path, url.Values{"action": {"away"}, "from": {"2026-12-01"}, "until": {"2026-12-08"}}).Code; got != http.StatusSeeOther {
		t.Fatalf("got %d, want 303", got)
	}
	span := subscribers.Span{From: subscribers.Date{Year: 2026, Month: 12, Day: 1}, Until: subscribers.Date{Year: 2026, Month: 12, Day: 8}}
	if diff := cmp.Diff([]subscribers.Span{span}, w.approvers[0].Absences); diff != "" {
		t.Errorf("absences (-want +got):\n%s", diff)
	}
	w.lacks("page", w.get(path).Body.String(), "You are noted as away from Tuesday 1 December to Tuesday 8 December.")
	if got := w.post(path, url.Values{"action": {"away"}, "from": {"2026-12-08"}, "until": {"2026-12-01"}}); got.Code != 422 || !strings.Contains(got.Body.String(), "in this order") {
		t.Errorf("backwards: got %d", got.Code)
	}
	if got := w.post(path, url.Values{"action": {"back"}, "from": {"2026-12-01"}}).Code; got != http.StatusSeeOther || len(w.approvers[0].Absences) != 0 {
		t.Errorf("back: got %d, still away %v", got, w.approvers[0].Absences)
	}
	w.approvers = w.approvers[1:]
	if got := w.post(path, url.Values{"action": {"away"}, "from": {"2026-12-01"}, "until": {"2026-12-08"}}).Code; got != 404 {
		t.Errorf("who is no approver any more: got %d, want 404", got)
	}
	if w.decisions != nil {
		t.Errorf("something was decided: %v", w.decisions)
	}
}

func TestAPIAnswers(t *testing.T) {
	w := newWorld(t)
	a := w.approvals[w.approvalID()]
	a.Rule.Approval.ReleaseAfter = time.Minute
	w.approvals[a.ID] = a
	path := "/api/approvals/" + a.ID.String()
	for _, step := range []struct{ verb, body, state string }{
		{"question", `{"by":"Claire","question":"Où ?"}`, "questioned"},
		{"answer", `{"by":"Insp. Dubois","answer":"Au 12."}`, "pending"},
		{"hold", `{"by":"Claire","until":"2026-11-23T21:00:00+01:00"}`, "held"},
	} {
		if answer, doc := w.call(http.MethodPost, path+"/"+step.verb, step.body); answer.Code != 200 || doc["state"] != step.state {
			t.Errorf("%s: got %d %v", step.verb, answer.Code, doc)
		}
	}
	if answer, _ := w.call(http.MethodPost, path+"/release", `{"by":"Insp. Claes","reason":"urgent"}`); answer.Code != 422 {
		t.Errorf("released while on hold: got %d", answer.Code)
	}
	_, doc := w.call(http.MethodGet, path, "")
	moves, _ := doc["moves"].([]any)
	if len(moves) != 3 || doc["state"] != "held" {
		t.Errorf("got %v, want three moves", doc)
	}
	for verb, field := range map[string]string{"hold": "until", "question": "question", "answer": "answer", "release": "reason"} {
		if answer, doc := w.call(http.MethodPost, path+"/"+verb, `{"by":"x"}`); answer.Code != 400 || doc["field"] != field {
			t.Errorf("%s without %s: got %d %v", verb, field, answer.Code, doc)
		}
	}
}

func TestAPIAbsences(t *testing.T) {
	w := newWorld(t)
	path, me := "/api/partnerships/tilleuls/absences", `{"member":"`+deputyID.String()+`","absences":`
	answer, doc := w.call(http.MethodPut, path, me+`[{"from":"2026-12-20","until":"2027-01-03"},{"from":"2026-12-01","until":"2026-12-02"},{"from":"2026-11-01","until":"2026-11-02"}]}`)
	list, _ := doc["approvers"].([]any)
	if answer.Code != 200 || len(list) != 2 || len(w.approvers[1].Absences) != 2 || w.approvers[1].Absences[0].From.Day != 1 {
		t.Errorf("got %d %v, %v", answer.Code, doc, w.approvers[1].Absences)
	}
	for name, test := range map[string]struct{ path, body, field string }{
		"backwards":      {path, me + `[{"from":"2026-12-20","until":"2026-12-03"}]}`, "absences[0]"},
		"no last day":    {path, me + `[{"from":"2026-12-20"}]}`, "absences[0]"},
		"not a day":      {path, me + `[{"from":"soon"}]}`, "absences"},
		"a plain member": {path, strings.Replace(me, deputyID.String(), memberID.String(), 1) + `[]}`, "member"},
	} {
		if answer, doc := w.call(http.MethodPut, test.path, test.body); answer.Code != 400 || doc["field"] != test.field {
			t.Errorf("%s: got %d %v", name, answer.Code, doc)
		}
	}
	if answer, _ := w.call(http.MethodGet, "/api/partnerships/nowhere/absences", ""); answer.Code != 404 {
		t.Errorf("unknown partnership: got %d", answer.Code)
	}
}

// The desk tells who is waited for, and links the decision.
func TestProgressOfOpenDecisions(t *testing.T) {
	w := newWorld(t)
	status := w.statuses[alertID]
	p := &status.Partnerships[0]
	for _, test := range []struct {
		state subscribers.ApprovalState
		how   subscribers.How
		why   string
		want  string
	}{
		{subscribers.ApprovalHeld, subscribers.HowLink, "", "Claire put it on hold today at 20:15, through the link. The approvers are asked again today at 21:15."},
		{subscribers.ApprovalQuestioned, subscribers.HowTerminal, "Where?", "<blockquote>Where?</blockquote>"},
		{subscribers.ApprovalQuestioned, subscribers.HowTerminal, "Where?", "Answer the question"},
		{subscribers.ApprovalPending, subscribers.HowDesk, "There.", "The police have answered"},
		{subscribers.ApprovalOverruled, subscribers.HowDesk, "No time", "Nobody had answered, so Claire of the police sent it"},
	} {
		p.State, p.By, p.At, p.How, p.Why, p.Until = test.state, "Claire", w.now, test.how, test.why, w.now.Add(time.Hour)
		w.statuses[alertID] = status
		w.lacks(string(test.state), w.get("/messages/"+alertID.String()+"?lang=en").Body.String(), test.want, "/approvals/"+w.approvalID().String())
	}
}
