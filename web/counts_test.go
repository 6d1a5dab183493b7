package web

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// wideStatus is one of 300,000 people, of whom n have it.
func wideStatus(w *world, n int) subscribers.Status {
	st := w.statuses[tipID]
	st.Done, st.Partnerships = false, nil
	for i := range 120 {
		p := subscribers.PartnershipStatus{Approval: subscribers.ApprovalIDFor(tipID, 1, broker.PartnershipID(fmt.Sprint(i))), Partnership: broker.PartnershipID(fmt.Sprintf("plp-%03d", i)), Name: fmt.Sprintf("PLP %03d", i), State: subscribers.ApprovalApproved, Planned: true}
		if i == 0 {
			p.Channels = []subscribers.ChannelStatus{{Channel: channels.SMS, Counts: map[channels.State]int{channels.Delivered: n, channels.Pending: 300_000 - n}}}
		}
		if i == 119 {
			p.State = subscribers.ApprovalPending
		}
		st.Partnerships = append(st.Partnerships, p)
	}
	return st
}

// What takes long to count is shown as it stood, and counted behind the page;
// before it has been counted once, the page says so. What somebody decides is
// seen at once.
func TestWideMessagesAreCountedBehindThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		shows := func(what, want string) {
			t.Helper()
			if body := w.get("/messages/" + tipID.String() + "?lang=en").Body.String(); !strings.Contains(body, want) {
				t.Errorf("%s: the page does not say %q", what, want)
			}
			synctest.Wait()
		}
		now := func(n int) { w.statuses[tipID] = wideStatus(w, n) }
		now(1)
		shows("the first time", "1 partnership has not answered yet · How many it has reached is being counted")
		shows("once it is counted", "1 of 300000")
		now(2)
		shows("at once again", "1 of 300000")
		w.now = w.now.Add(2 * time.Second)
		shows("later, while it is counted", "1 of 300000")
		shows("once it is counted anew", "2 of 300000")
		w.statuses[tipID].Partnerships[119].State = subscribers.ApprovalApproved
		shows("after a decision, on whatever node", "On its way: 2 of 300000")
		now(4)
		w.now = w.now.Add(time.Hour)
		shows("much later", "is being counted")
		shows("once it is counted then", "4 of 300000")
		now(0)
		corrected := w.statuses[tipID]
		corrected.Revision++
		w.statuses[tipID] = corrected
		shows("of a corrected text", "is being counted")
		shows("once that is counted", "0 of 300000")
	})
}

// Counting takes a processor. While one message is counted the next one waits,
// and pages have the other processor.
func TestWideMessagesAreCountedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		other := wideStatus(w, 1)
		other.Message = alertID
		w.statuses[tipID], w.statuses[alertID] = wideStatus(w, 1), other
		w.counting = make(chan struct{})
		for _, id := range []broker.MessageID{tipID, alertID} {
			w.get("/messages/" + id.String())
		}
		synctest.Wait()
		if got := w.countingNow.Load(); got != 1 {
			t.Errorf("%d messages are counted at a time", got)
		}
		close(w.counting)
		synctest.Wait()
		if body := w.get("/messages/" + alertID.String() + "?lang=en").Body.String(); !strings.Contains(body, "1 of 300000") {
			t.Error("the second one was not counted")
		}
	})
}

// Of many partnerships those that wait come first, fifty on a page.
func TestAWideMessageHasPages(t *testing.T) {
	w := newWorld(t)
	w.statuses[tipID] = wideStatus(w, 1)
	body := w.get("/messages/" + tipID.String() + "?lang=en").Body.String()
	all := len(w.statuses[tipID].Partnerships)
	if got := strings.Count(body, `<section class="partnership`); got != shownAtOnce || !strings.Contains(body, fmt.Sprintf("1 to 50 of %d", all)) {
		t.Errorf("%d partnerships on the first page", got)
	}
	if strings.Index(body, "<h2>PLP 119</h2>") > strings.Index(body, "<h2>PLP 000</h2>") || !strings.Contains(body, "<h2>PLP 119</h2>") {
		t.Error("what waits does not come first")
	}
}
