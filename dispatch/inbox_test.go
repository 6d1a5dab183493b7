package dispatch_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// inbox is the world's, with texts that the test writes.
type inbox struct {
	*world
	*dispatch.Inbox
	refs int
}

func (w *world) inbox() *inbox {
	w.t.Helper()
	words, err := channels.LoadWords()
	if err != nil {
		w.t.Fatal(err)
	}
	return &inbox{world: w, Inbox: &dispatch.Inbox{
		Directory: w.store, Ledger: w.store, Approver: w.approver, Messages: w.store, Words: words,
		Queue: dispatch.Queue{Publisher: w, JobSize: 7}, Channels: []channels.Name{channels.SMS, channels.Email},
		Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
	}}
}

// mobileOf is the mobile of person n; person 0 coordinates "home", 1 is its deputy.
func mobileOf(n int) channels.Address { return channels.NewAddress(fmt.Sprintf("+3247%07d", n)) }

// says writes a text from person n and returns the answer.
func (b *inbox) says(n int, text string) string {
	b.t.Helper()
	b.refs++
	b.now = b.now.Add(time.Second)
	answer, err := b.Receive(b.t.Context(), channels.Inbound{Channel: channels.SMS, Ref: fmt.Sprintf("SM%d", b.refs), From: mobileOf(n), Text: text})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return answer
}

func (b *inbox) wants(n int, text, answer string) {
	b.t.Helper()
	if got := b.says(n, text); answer == "" && got != "" || !strings.Contains(got, answer) {
		b.t.Errorf("person %d says %q: got %q, want %q", n, text, got, answer)
	} else if got != "" && (!strings.Contains(got, "101") || !strings.Contains(got, "112")) { // PLP.md, rule 1
		b.t.Errorf("%q does not say whom to call", got)
	}
}

func titled(title string) map[broker.Lang]broker.Text {
	return map[broker.Lang]broker.Text{broker.French: {Title: title, Body: "Texte"}}
}

// alert publishes one that waits for the coordinator of "home".
func (b *inbox) alert(title string) (broker.Message, string) {
	m := b.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}, Texts: titled(title)})
	return m, subscribers.ApprovalIDFor(m.ID, m.Revision, "home").Code()
}

func (b *inbox) approvalOf(m broker.Message) subscribers.Approval {
	b.t.Helper()
	a, err := b.store.Approval(b.t.Context(), subscribers.ApprovalIDFor(m.ID, m.Revision, "home"))
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func TestTheCoordinatorApprovesBySMS(t *testing.T) {
	b := town(t, 1).inbox()
	m, code := b.alert("Vol de vélos")
	b.wants(0, "ok"+code, `C'est fait : "Vol de vélos" part aux membres.`)
	a := b.approvalOf(m)
	if a.State != subscribers.ApprovalApproved || a.Decision.By != "Person 0" || a.Decision.How != subscribers.HowSMS {
		t.Errorf("got %s by %s, %s", a.State, a.Decision.By, a.Decision.How)
	}
	if got := len(b.perPerson(channels.ForMember)); got != 40 {
		t.Errorf("%d people got it, want 40", got)
	}
	b.wants(0, "OK "+code, "C'est fait")                     // once more
	b.wants(1, "OK "+code, "Person 0 a approuvé ce message") // too late
	b.wants(1, "NON "+code+" inutile", "Rien n'a changé")    // too late
	b.wants(0, "OUI", "C'est fait")                          // it can only mean this one
	b.pass(3*time.Hour, time.Hour)
	b.wants(0, "OUI", "Aucun message n'attend")
}

func TestARefusalNeedsItsReason(t *testing.T) {
	b := town(t, 1).inbox()
	m, code := b.alert("Fausse alerte")
	b.wants(1, "NON", "répondez NON "+code+" et la raison")
	b.wants(1, "Non merci", "répondez NON "+code+" et la raison")
	if got := b.approvalOf(m).State; got != subscribers.ApprovalPending {
		t.Fatalf("got %s, want it to wait", got)
	}
	b.wants(1, "non "+code+" C'est déjà réglé.", "n'est pas envoyé")
	if a := b.approvalOf(m); a.State != subscribers.ApprovalRefused || a.Decision.Why != "C'est déjà réglé." {
		t.Errorf("got %s, %q", a.State, a.Decision.Why)
	}
}

func TestWhatIsUncertainDecidesNothing(t *testing.T) {
	b := town(t, 1).inbox()
	first, one := b.alert("Vol")
	b.wants(0, "OK mais changez la rue", "plus que OK")
	b.wants(0, "OK "+one+" ou pas ?", "plus que OK")
	_, two := b.alert("Incendie")
	b.wants(0, "OUI", one+" Vol")
	b.wants(0, "OUI", two+" Incendie")
	b.wants(0, "OK 0000", "aucun message n'attend sous le numéro 0000")
	b.wants(0, "Qui a appelé ?", one+" Vol") // passed on as well
	if got := b.approvalOf(first).State; got != subscribers.ApprovalPending {
		t.Fatalf("got %s, want it to wait", got)
	}
	// The deputy decides one; in that moment the coordinator's yes could mean it.
	b.wants(1, "OK "+one, "C'est fait")
	b.wants(0, "OUI", two+" Incendie")
	b.wants(0, "OK "+two, "C'est fait")
}

func TestWhoMayNotDecide(t *testing.T) {
	b := town(t, 1).inbox()
	own := b.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}, Texts: titled("Vol")})
	code := subscribers.ApprovalIDFor(own.ID, own.Revision, "home").Code()
	b.wants(7, "OK "+code, "Votre coordinateur verra votre message") // a member
	b.wants(999, "OK "+code, "n'est pas inscrit")                    // a stranger
	b.wants(30, "OK "+code, "Aucun message n'attend")                // the coordinator of another partnership
	b.wants(0, "STOP", "nous n'écrivons plus")
	b.wants(0, "OK "+code, "Aucun message n'attend") // not on a number that is stopped
	if got := b.approvalOf(own).State; got != subscribers.ApprovalPending {
		t.Errorf("got %s, want it to wait", got)
	}
	b.now = own.Expires
	b.wants(1, "OK "+code, "trop tard")

	// PLP.md, rule 5: in a small zone the author may be a coordinator too.
	m := b.valid(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	m.Author = "Person 1"
	b.queue = append(b.queue, broker.Event{Subject: broker.MessageSubject(m.Zone), Data: mustJSON(t, m)})
	b.settle()
	b.wants(1, "OK "+subscribers.ApprovalIDFor(m.ID, m.Revision, "home").Code(), "quelqu'un d'autre doit décider")
}

// Somebody who tries codes is told to use the link, and approves nothing.
func TestCodesCannotBeTriedOut(t *testing.T) {
	b := town(t, 1).inbox()
	m, code := b.alert("Vol")
	for n := range 5 {
		b.wants(0, fmt.Sprintf("OK 000%d", n), "aucun message")
	}
	b.wants(0, "OK "+code, "Ouvrez le lien")
	if got := b.approvalOf(m).State; got != subscribers.ApprovalPending {
		t.Errorf("got %s, want it to wait", got)
	}
	b.pass(25*time.Hour, 5*time.Hour)
	_, code = b.alert("Vol")
	b.wants(0, "OK "+code, "C'est fait")
}

func TestStopAndStart(t *testing.T) {
	b := town(t, 1).inbox()
	b.hold = true
	m, code := b.alert("Vol")
	b.wants(0, "OK "+code, "C'est fait")
	b.wants(7, "Arrêt", "nous n'écrivons plus à ce numéro") // it is queued for them already
	b.hold = false
	b.queue = append(b.queue, b.held...)
	b.settle()
	b.pass(time.Minute, 10*time.Second)
	for _, d := range b.provider.sent {
		if d.To == mobileOf(7) {
			t.Error("who said stop still got an SMS")
		}
	}
	if got := len(b.perPerson(channels.ForMember)); got != 40 {
		t.Errorf("%d people got it, want 40: the plan's next channel is an email", got)
	}
	b.wants(7, "START", "arrivent de nouveau")
	b.wants(7, "start", "arrivent déjà")
	senders, err := b.store.Senders(t.Context(), channels.SMS, mobileOf(7))
	if err != nil || senders[0].Reachable(channels.SMS)[0].Consent.How != "START by sms, SM3" {
		t.Errorf("got %+v, %v, want a fresh proof", senders, err)
	}
	b.wants(999, "START", "n'est pas inscrit")
	b.wants(998, "STOP", "")
	_ = m
}

func TestAnythingElseGoesToTheCoordinator(t *testing.T) {
	b := town(t, 1).inbox()
	b.wants(35, "Il y a un homme bizarre rue Haute", "Votre coordinateur verra votre message") // lives in one, works in the other
	b.wants(35, "Il est parti", "")                                                            // once a day
	b.wants(999, "Qui êtes-vous ?", "n'est pas inscrit")
	b.wants(999, "Allô ?", "")
	for _, p := range []broker.PartnershipID{"home", "shop"} {
		texts, err := b.store.Inbox(t.Context(), p, 10)
		if err != nil || len(texts) != 2 || texts[1].Name != "Person 35" || texts[1].Text != "Il y a un homme bizarre rue Haute" {
			t.Errorf("%s: got %+v, %v", p, texts, err)
		}
	}
	told := func() map[channels.Address]int {
		count := make(map[channels.Address]int)
		for _, d := range b.provider.sent {
			if d.Content.Purpose == channels.Service {
				count[d.To]++
			}
		}
		return count
	}
	if got := told(); got[mobileOf(0)] != 1 || got[mobileOf(30)] != 1 || len(got) != 2 {
		t.Errorf("told %v, want each coordinator once", len(got))
	}
	last := b.provider.sent[len(b.provider.sent)-1].Content
	if !strings.Contains(last.Title, "Person 35") || !strings.Contains(last.Body, "homme bizarre") {
		t.Error("the coordinator does not read who wrote what")
	}
	b.now = b.now.Add(61 * time.Minute)
	for range 3 {
		if err := b.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.settle()
	}
	if got := told(); got[mobileOf(0)] != 2 || got[mobileOf(30)] != 2 {
		t.Errorf("after an hour: told %d and %d times, want twice", got[mobileOf(0)], got[mobileOf(30)])
	}
	b.now = b.now.Add(24 * time.Hour)
	b.wants(35, "Bonjour", "Votre coordinateur")
	b.now = b.now.Add(31 * 24 * time.Hour)
	if err := b.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if texts, err := b.store.Inbox(t.Context(), "home", 10); err != nil || len(texts) != 0 {
		t.Errorf("after a month: got %d texts, %v", len(texts), err)
	}
}

// Two machines that answer each other: ours falls silent.
func TestNeverALoop(t *testing.T) {
	for name, replies := range map[string]func(n int, answer string) string{
		"an out-of-office reply": func(int, string) string { return "Je suis en vacances." },
		"an echo":                func(_ int, answer string) string { return answer },
		"yes to everything":      func(int, string) string { return "OK" },
		"stop and start":         func(n int, _ string) string { return []string{"STOP", "START"}[n%2] },
	} {
		for from, who := range map[string]int{"a member": 7, "a coordinator": 0, "a stranger": 999} {
			t.Run(name+" from "+from, func(t *testing.T) {
				w := newWorld(t, 1)
				w.partnership("home", townPlan)
				w.people("home", 0, 8)
				b := w.inbox()
				b.alert("Vol")
				answers, silent := 0, 0
				text := replies(0, "Bonjour")
				for n := 1; n < 30; n++ {
					answer := b.says(who, text)
					if answer == "" {
						silent++
					} else {
						answers++
					}
					text = replies(n, answer)
				}
				if answers > 20 || silent < 9 {
					t.Errorf("got %d answers to 29 texts, want 20 at most", answers)
				}
			})
		}
	}
}

func TestATextTwiceIsAnsweredTheSame(t *testing.T) {
	b := town(t, 1).inbox()
	m, code := b.alert("Vol")
	in := channels.Inbound{Channel: channels.SMS, Ref: "SM77", From: mobileOf(0), Text: "OK " + code}
	var first string
	for n := range 3 {
		answer, err := b.Receive(t.Context(), in)
		if err != nil || n > 0 && answer != first {
			t.Errorf("got %q, %v, want %q", answer, err, first)
		}
		first = answer
		in.Text = "NON " + code + " autre chose" // a replay with another body changes nothing
	}
	if a := b.approvalOf(m); a.State != subscribers.ApprovalApproved || a.Version != 2 {
		t.Errorf("got %s, version %d", a.State, a.Version)
	}
	busy := channels.Inbound{Channel: channels.SMS, Ref: "SM78", From: mobileOf(0), At: b.now}
	if _, _, err := b.store.Hear(t.Context(), busy, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receive(t.Context(), busy); !errors.Is(err, subscribers.ErrBusy) {
		t.Errorf("while another node has it: got %v", err)
	}
}
