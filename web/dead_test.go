package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

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
