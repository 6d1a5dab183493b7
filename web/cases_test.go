package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

var caseID = subscribers.CaseID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000c5")}

// OpenCases is the alert of which nothing was heard, due an hour ago, and one
// that is due tomorrow.
func (w *world) OpenCases(context.Context, broker.ZoneID) ([]subscribers.Case, error) {
	late := subscribers.Case{ID: caseID, Zone: "demo", Partnership: "tilleuls", Message: alertID, Revision: 1, Owner: author, Opened: w.now.AddDate(0, 0, -1), Due: w.now}
	soon := late
	soon.ID, soon.Message, soon.Due = subscribers.CaseID{UUID: uuid.New()}, tipID, w.now.AddDate(0, 0, 1)
	return []subscribers.Case{late, soon}, nil
}

// Close closes the case once.
func (w *world) Close(_ context.Context, id subscribers.CaseID, by, _ string) (subscribers.Case, error) {
	switch {
	case id != caseID:
		return subscribers.Case{}, subscribers.ErrNotFound
	case w.caseClosedBy != "":
		return subscribers.Case{}, &subscribers.CaseClosedError{First: subscribers.CaseEnd{How: subscribers.NotAllowed, By: w.caseClosedBy, At: w.now}}
	}
	w.caseClosedBy = by
	return subscribers.Case{}, nil
}

func TestAPICases(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]int{"/api/cases": 2, "/api/cases?zone=demo&overdue=true": 1} {
		answer, doc := w.call(http.MethodGet, path, "")
		list, _ := doc["cases"].([]any)
		if answer.Code != http.StatusOK || len(list) != want {
			t.Errorf("%s: %d with %d cases, want 200 with %d", path, answer.Code, len(list), want)
		}
	}
	close := "/api/cases/" + caseID.String() + "/close"
	for _, tc := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"nobody", close, `{}`, http.StatusBadRequest, "by is missing"},
		{"unknown", "/api/cases/" + uuid.NewString() + "/close", `{"by":"CP Maes"}`, http.StatusNotFound, "Nothing"},
		{"no id", "/api/cases/seven/close", `{"by":"CP Maes"}`, http.StatusBadRequest, "UUID"},
		{"closed", close, `{"by":"CP Maes","reason":"the magistrate"}`, http.StatusOK, caseID.String()},
		{"again", close, `{"by":"Insp. Dubois"}`, http.StatusConflict, "CP Maes"},
	} {
		answer, _ := w.call(http.MethodPost, tc.path, tc.body)
		if answer.Code != tc.status || !strings.Contains(answer.Body.String(), tc.says) {
			t.Errorf("%s: got %d %s, want %d with %q", tc.name, answer.Code, answer.Body, tc.status, tc.says)
		}
	}
}
