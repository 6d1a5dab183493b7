package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/broker"
)

func TestDeadFilterOfQuery(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for query, field := range map[string]string{
		"stage=other": "stage", "message=1": "message", "older=1": "older", "newer=-1h": "newer", "older=x": "older",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, fault := deadFilter(q, now); fault == nil || fault.Field != field {
			t.Errorf("%s: got %v, want a fault of %s", query, fault, field)
		}
	}
	got, fault := deadFilter(url.Values{"stage": {"send"}, "channel": {"sms"}, "reason": {"x"}, "older": {"1h"}, "newer": {"2h"}, "waiting": {"true"}}, now)
	want := broker.DeadFilter{Stage: broker.StageSend, Channel: "sms", Reason: "x", Before: now.Add(-time.Hour), Since: now.Add(-2 * time.Hour), Waiting: true}
	if fault != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, fault, want)
	}
}

func TestReplayRefusesWhatIsNoID(t *testing.T) {
	s := &server{}
	for _, id := range []string{"", "1", "../../etc"} {
		r := httptest.NewRequest(http.MethodPost, "/api/dead/x/replay", nil)
		r.SetPathValue("id", id)
		w := httptest.NewRecorder()
		s.apiReplay(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%q: got %d", id, w.Code)
		}
	}
}

// withMoreDead adds two jobs of SMS and one of email that were given up.
func (w *world) withMoreDead() (sms []uuid.UUID) {
	for i, channel := range []string{"sms", "email", "sms"} {
		id := uuid.UUID{0xde, byte(i)}
		w.dead = append(w.dead, broker.DeadLetter{ID: id, Subject: broker.WorkSubject(channel, broker.Urgent), Reason: "the database is away", Attempts: 12, At: w.now.Add(-time.Minute)})
		if channel == "sms" {
			sms = append(sms, id)
		}
	}
	return sms
}

// A program replays what a filter chooses, and never everything by mistake.
func TestTheAPIReplaysByFilter(t *testing.T) {
	w := newWorld(t)
	sms := w.withMoreDead()
	for _, tc := range []struct{ body, field string }{
		{`{}`, "all"}, {`{"all": false}`, "all"}, {`[]`, "filter"}, {`{"stage": "x"}`, "stage"}, {`{"older": 5}`, "older"}, {`{"colour": "red"}`, "colour"}, {`{"message": "seven"}`, "message"},
	} {
		answer, doc := w.call(http.MethodPost, "/api/dead/replay", tc.body)
		if answer.Code != http.StatusBadRequest || doc["field"] != tc.field {
			t.Errorf("%s: got %d %v, want a fault of %s", tc.body, answer.Code, doc, tc.field)
		}
	}
	if len(w.replayed) > 0 {
		t.Fatalf("a refused request replayed %v", w.replayed)
	}
	w.call(http.MethodPost, "/api/dead/replay", `{"channel": "sms", "reason": "DATABASE", "newer": "30m"}`)
	if diff := cmp.Diff(sms, w.replayed); diff != "" {
		t.Errorf("of SMS (-want +got)\n%s", diff)
	}
	answer, doc := w.call(http.MethodPost, "/api/dead/replay", `{"all": true}`)
	if list, _ := doc["replayed"].([]any); answer.Code != http.StatusOK || len(list) != 2 || len(w.replayed) != 4 {
		t.Errorf("all that was left: got %d %v, replayed %v", answer.Code, doc, w.replayed)
	}
	if _, doc = w.call(http.MethodPost, "/api/dead/replay", `{"all": true}`); len(doc["replayed"].([]any)) != 0 {
		t.Errorf("nothing waits, and %v was replayed", doc["replayed"])
	}
}

// The desk replays as many as it said, or asks again.
func TestTheDeskReplaysWhatItAskedAbout(t *testing.T) {
	w := newWorld(t)
	sms := w.withMoreDead()
	form := url.Values{"channel": {"sms"}, "n": {"1"}}
	answer := w.post("/dead/replay", form)
	if answer.Code != http.StatusConflict || len(w.replayed) != 0 || !strings.Contains(answer.Body.String(), "Yes, try 2 again") {
		t.Errorf("one was told, two wait: got %d, replayed %v\n%s", answer.Code, w.replayed, answer.Body)
	}
	for _, bad := range []url.Values{{"channel": {"sms"}}, {"message": {"seven"}, "n": {"0"}}} {
		if got := w.post("/dead/replay", bad).Code; got != http.StatusConflict || len(w.replayed) != 0 {
			t.Errorf("%v: got %d, replayed %v", bad, got, w.replayed)
		}
	}
	form.Set("n", "2")
	if got := w.post("/dead/replay", form); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/dead?replayed=2" {
		t.Errorf("got %d to %s", got.Code, got.Header().Get("Location"))
	}
	if diff := cmp.Diff(sms, w.replayed); diff != "" {
		t.Errorf("replayed (-want +got)\n%s", diff)
	}
}

// However many were given up, the desk shows a few and says how many there are.
func TestTheDeskListsAFewOfManyDeadLetters(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		w.withMoreDead()
	}
	body := w.get("/").Body.String()
	if n := strings.Count(body, "/replay"); n != deadOnDesk || !strings.Contains(body, `<span class="count">61</span>`) {
		t.Errorf("the desk shows %d of 61:\n%s", n, body)
	}
	body = w.get("/dead").Body.String()
	if n := strings.Count(body, "/replay"); n != deadListed || !strings.Contains(body, "and 11 more") {
		t.Errorf("the page shows %d of 61", n)
	}
}
