package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

func TestDesk(t *testing.T) {
	w := newWorld(t)
	w.options.OutboxURL = "/outbox"
	w.restart()
	body := w.get("/?lang=fr").Body.String()
	for _, want := range []string{
		"/messages/new?kind=alert&amp;zone=demo&amp;lang=fr", // kind first, and the language stays
		"Réponse attendue au plus tard aujourd’hui à 20\u00a0h\u00a023",
		"1 partenariat n’a pas encore répondu · En route\u00a0: 54 envois sur 59",
		"Terminé\u00a0: 58 envois sur 59",
		"expires is missing; say until when",
		`href="/outbox"`, `data-every="3"`, `<meta http-equiv="refresh"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
}

// The desk stays fresh while anything is under way, and rests after.
func TestDeskIsLiveWhileSomethingMoves(t *testing.T) {
	w := newWorld(t)
	clear(w.approvals)
	if !strings.Contains(w.get("/").Body.String(), "data-every") {
		t.Error("a message is on its way, and the desk does not follow it")
	}
	status := w.statuses[alertID]
	status.Done = true
	w.statuses[alertID] = status
	if strings.Contains(w.get("/").Body.String(), "data-every") {
		t.Error("all is done, and the desk still asks for more")
	}
}

// An alert to a whole zone asks a thousand partnerships. The desk shows some of
// them, those first about which the police can do something, and counts the rest.
func TestDeskShowsSomeOfManyQuestions(t *testing.T) {
	w := newWorld(t)
	clear(w.approvals)
	for i := range 40 {
		p := broker.PartnershipID(fmt.Sprintf("plp-%02d", i))
		w.partnerships = append(w.partnerships, subscribers.Partnership{ID: p, Name: fmt.Sprintf("PLP %02d", i), Zone: "demo"})
		a := subscribers.Approval{ID: subscribers.ApprovalIDFor(alertID, 1, p), Message: alertID, Revision: 1, Partnership: p, State: subscribers.ApprovalPending, Asked: w.now, Deadline: w.now.Add(time.Hour)}
		if i == 30 {
			a.State = subscribers.ApprovalQuestioned
		}
		w.approvals[a.ID] = a
	}
	body := w.get("/?lang=en").Body.String()
	_, list, _ := strings.Cut(body, `id="waiting"`)
	list, _, _ = strings.Cut(list, `id="owed"`)
	if !strings.Contains(list, `<span class="count">40</span>`) || !strings.Contains(list, "35 other partnerships have not answered yet") {
		t.Error("the desk does not say how many partnerships have not answered")
	}
	if got := strings.Count(list, "PLP "); got != 5 || !strings.Contains(list, "PLP 30") {
		t.Errorf("%d partnerships are listed; want five, with the one that asked something", got)
	}
}

func TestDeskOfSeveralZones(t *testing.T) {
	w := newWorld(t)
	w.zones = []broker.ZoneID{"demo", "5277"}
	body := w.get("/?zone=5277&lang=en").Body.String()
	if !strings.Contains(body, `href="/?zone=demo&amp;lang=en"`) || !strings.Contains(body, "Nothing is waiting.") {
		t.Error("the desk does not show the other zone")
	}
	w.zones = nil
	if body := w.get("/?lang=en").Body.String(); !strings.Contains(body, "relais import partnerships") {
		t.Error("the empty desk does not say what to do first")
	}
}

func TestProgress(t *testing.T) {
	w := newWorld(t)
	body := w.get("/messages/" + alertID.String() + "?lang=en").Body.String()
	for _, want := range []string{
		"Jan Peeters approved it today at 20:14, through the link.",
		"Waiting for an answer", "Answer expected no later than today at 20:23",
		"Arrived <b>31</b>", "Failed <b>1</b>", "Already received it in another way <b>2</b>",
		`data-every="2"`, `<rect class="done" x="0.00" y="0" width="79.49" height="10" />`,
		"Not passed on", "it has no deputy.", "kind=feedback", "type=cancel",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	done := w.get("/messages/" + tipID.String() + "?lang=en").Body.String()
	if strings.Contains(done, "data-every") || strings.Contains(done, "http-equiv") {
		t.Error("the page of a finished message still asks for more")
	}
	for _, want := range []string{"Nobody answered in time, so the police sent it", "Not certain: the line was cut while sending <b>1</b>"} {
		if !strings.Contains(done, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(done, "10m0s") {
		t.Error("the page shows the log's words")
	}
}

// The segments of a bar lie side by side and fill it.
func TestBar(t *testing.T) {
	b := barOf(tally{channels.Delivered: 1, channels.Held: 2, channels.Expired: 1, channels.Suppressed: 9})
	want := bar{{"done", "0.00", "25.00"}, {"waits", "25.00", "50.00"}, {"lost", "75.00", "25.00"}}
	if len(b) != len(want) || b[0] != want[0] || b[1] != want[1] || b[2] != want[2] {
		t.Errorf("got %v, want %v", b, want)
	}
	if got := barOf(tally{channels.Suppressed: 3}); got != nil {
		t.Errorf("nothing to send: got %v, want no bar", got)
	}
}

func TestInShort(t *testing.T) {
	v := view{Lang: broker.English, texts: loaded(t)[broker.English]}
	approved := subscribers.PartnershipStatus{State: subscribers.ApprovalApproved, Channels: []subscribers.ChannelStatus{{Counts: map[channels.State]int{channels.Delivered: 3, channels.Pending: 1}}}}
	open, refused := subscribers.PartnershipStatus{State: subscribers.ApprovalPending}, subscribers.PartnershipStatus{State: subscribers.ApprovalRefused}
	for want, status := range map[string]subscribers.Status{
		"2 partnerships have not answered yet":                         {Partnerships: []subscribers.PartnershipStatus{open, open, refused}},
		"1 partnership has not answered yet · On its way: 3 of 4 sent": {Partnerships: []subscribers.PartnershipStatus{open, approved}},
		"On its way: 3 of 4 sent":                                      {Partnerships: []subscribers.PartnershipStatus{approved}},
		"Done: 3 of 4 sent":                                            {Done: true, Partnerships: []subscribers.PartnershipStatus{approved, refused}},
		"Not sent to members":                                          {Done: true, Partnerships: []subscribers.PartnershipStatus{refused}},
	} {
		if got := v.inShort(subscribers.Outlined{Status: status, Counted: true}.Standing()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func loaded(t *testing.T) catalogue {
	t.Helper()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
