package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// An officer whose alert nobody has answered, in one partnership after the other,
// gives one reason and sends it in all of them; but where somebody was first, and
// where the plan does not let the police, it stays as it is.
func TestReleaseEverywhere(t *testing.T) {
	w := newWorld(t)
	st := w.statuses[alertID]
	st.Partnerships = nil
	releasable := w.approvals[w.approvalID()].Rule
	releasable.Approval.ReleaseAfter = time.Minute
	for i, rule := range []subscribers.Rule{releasable, releasable, releasable, {}, releasable} {
		p := broker.PartnershipID(fmt.Sprintf("plp-%d", i))
		w.partnerships = append(w.partnerships, subscribers.Partnership{ID: p, Zone: "demo", Name: fmt.Sprintf("PLP %d", i), Languages: []broker.Lang{broker.English}})
		a := w.open(alertID, p, rule)
		if i == 4 {
			a.State, a.Decision = subscribers.ApprovalRefused, subscribers.Decision{To: subscribers.ApprovalRefused, By: "Jan Peeters"}
			w.approvals[a.ID] = a
		}
		st.Partnerships = append(st.Partnerships, subscribers.PartnershipStatus{Partnership: p, Approval: a.ID, State: a.State, Release: a.ReleasableAt()})
	}
	w.statuses[alertID] = st
	first := "/approvals/" + st.Partnerships[0].Approval.String()
	w.lacks("form", w.get(first+"?lang=en").Body.String(), "Send it in 2 other partnerships too")

	kept := w.post(first+"/release?lang=en", url.Values{"by": {"Insp. Claes"}, "all": {"1"}})
	if kept.Code != http.StatusUnprocessableEntity || !strings.Contains(kept.Body.String(), `name="all" value="1" checked="checked"`) || len(w.decisions) > 0 {
		t.Errorf("without a reason: got %d, %d decisions; want the choice kept and nothing sent", kept.Code, len(w.decisions))
	}
	answer := w.post(first+"/release?lang=en", url.Values{"by": {"Insp. Claes"}, "words": {"They are still in the street"}, "all": {"1"}})
	if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/messages/"+alertID.String()) {
		t.Fatalf("got %d to %q, want the message's page", answer.Code, to)
	}
	for i, want := range []subscribers.ApprovalState{subscribers.ApprovalOverruled, subscribers.ApprovalOverruled, subscribers.ApprovalOverruled, subscribers.ApprovalPending, subscribers.ApprovalRefused} {
		if a := w.approvals[st.Partnerships[i].Approval]; a.State != want || want == subscribers.ApprovalOverruled && (a.Decision.Why != "They are still in the street" || a.Decision.By != "Insp. Claes") {
			t.Errorf("in partnership %d it is %s by %s, want %s", i, a.State, a.Decision.By, want)
		}
	}
	if len(w.decisions) != 3 {
		t.Errorf("%d decisions, want 3", len(w.decisions))
	}
}

// Without the box the others are asked for their own answer, as before.
func TestReleaseInOnePartnership(t *testing.T) {
	w := newWorld(t)
	rule := w.approvals[w.approvalID()].Rule
	rule.Approval.ReleaseAfter = time.Minute
	here, there := w.open(alertID, "tilleuls", rule), w.open(alertID, "lindendorp", rule)
	st := w.statuses[alertID]
	st.Partnerships = []subscribers.PartnershipStatus{{Partnership: "tilleuls", Approval: here.ID, Release: here.ReleasableAt()}, {Partnership: "lindendorp", Approval: there.ID, Release: there.ReleasableAt()}}
	w.statuses[alertID] = st
	answer := w.post("/approvals/"+here.ID.String()+"/release", url.Values{"by": {"Insp. Claes"}, "words": {"They are still in the street"}})
	if answer.Code != http.StatusSeeOther || w.approvals[here.ID].State != subscribers.ApprovalOverruled || w.approvals[there.ID].State != subscribers.ApprovalPending {
		t.Errorf("got %d; here %s, there %s", answer.Code, w.approvals[here.ID].State, w.approvals[there.ID].State)
	}
}
