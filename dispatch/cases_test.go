package dispatch_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

func brussels(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(subscribers.DefaultTimezone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

const owingPlan = `
rules:
  - kinds: [alert]
    approval: {by: coordinator, within: 30m}
    channels: {first: [sms, email]}
    when: now
    ignore_quiet_hours: true
    feedback: 24h
  - approval: {by: coordinator, within: 24h}
    channels: {first: [email, sms]}
    when: now
digest: {every: day, at: "18:00"}
`

// owing is a partnership of twenty whose police owe word of each alert, with the
// alerts' author and a mandated officer on file.
func owing(t *testing.T, seed uint64) *world {
	w := newWorld(t, seed)
	w.partnership("home", owingPlan)
	w.people("home", 0, 20)
	w.officers()
	return w
}

func (w *world) officers() {
	w.t.Helper()
	row := func(name, mail string, role subscribers.OfficerRole) store.OfficerRow {
		return store.OfficerRow{Role: role, Member: subscribers.Member{Name: name, Lang: broker.French, Contacts: []subscribers.Contact{
			{Channel: channels.Email, Address: channels.NewAddress(mail), State: subscribers.ContactActive},
		}}}
	}
	_, err := w.store.ImportOfficers(w.t.Context(), "demo", []store.OfficerRow{
		row("Insp. Delvaux", "delvaux@police.example", subscribers.RoleOfficer),
		row("CP Maes", "maes@police.example", subscribers.RoleMandated),
	}, subscribers.Consent{At: w.now, How: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
}

// letters lists who was sent a service message with a title that holds words, once for each time.
func (w *world) letters(words string) []string {
	var to []string
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Service && strings.Contains(d.Content.Title, words) {
			to = append(to, d.To.Reveal())
		}
	}
	return to
}

func (w *world) wrote(words string, want ...string) {
	w.t.Helper()
	if got := w.letters(words); strings.Join(got, " ") != strings.Join(want, " ") {
		w.t.Errorf("%q went to %v, want %v", words, got, want)
	}
}

func (w *world) openCases() []subscribers.Case {
	w.t.Helper()
	open, err := w.store.OpenCases(w.t.Context(), "demo")
	if err != nil {
		w.t.Fatal(err)
	}
	return open
}

func (w *world) caseOf(m broker.Message, p broker.PartnershipID) subscribers.Case {
	w.t.Helper()
	found, err := w.store.Case(w.t.Context(), subscribers.CaseIDFor(m.ID, p))
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// An alert nobody gives word of: the author hears on the next day, the mandated
// officer a day later, and then only the Monday's summary comes, each week once.
func TestForgottenFeedback(t *testing.T) {
	w := owing(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert}) // Monday 15:00 in Brussels
	w.approve(alert, "home")
	if c := w.caseOf(alert, "home"); c.Owner != "Insp. Delvaux" || !c.Due.Equal(monday().Add(24*time.Hour)) {
		t.Fatalf("case %+v, want the author's, due a day later", c)
	}
	w.pass(23*time.Hour+50*time.Minute, 10*time.Minute)
	w.wrote("Un retour est attendu")
	w.pass(24*time.Hour, 10*time.Minute)
	w.wrote("Un retour est attendu", "delvaux@police.example")
	w.pass(24*time.Hour, 10*time.Minute)
	w.wrote("Un retour est attendu", "delvaux@police.example", "maes@police.example")
	w.wrote("en retard")
	w.pass(14*24*time.Hour, 30*time.Minute)
	w.wrote("Un retour est attendu", "delvaux@police.example", "maes@police.example")
	w.wrote("en retard", "maes@police.example", "maes@police.example")
}

// No summary goes when nothing is overdue on Monday morning, nor when something
// becomes so later that day.
func TestNoEmptySummary(t *testing.T) {
	w := owing(t, 1)
	w.now = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC) // Sunday
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.approve(alert, "home")
	if c := w.caseOf(alert, "home"); !c.Due.Equal(time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)) {
		t.Fatalf("due %s, want Monday 11:00", c.Due)
	}
	w.pass(60*time.Hour, 10*time.Minute)
	w.wrote("en retard")
}

// Word about the alert, its withdrawal, or the all-clear end the case, once
// granted there; a correction does not.
func TestWhatEndsACase(t *testing.T) {
	for _, c := range []struct {
		name string
		word func(alert broker.Message) broker.Message
		want subscribers.CaseHow
	}{
		{"feedback", func(m broker.Message) broker.Message {
			return broker.Message{Kind: broker.Feedback, References: []broker.MessageID{m.ID}}
		}, subscribers.EndedByFeedback},
		{"closing", func(m broker.Message) broker.Message {
			return broker.Message{Kind: broker.Closing, References: []broker.MessageID{m.ID}}
		}, subscribers.EndedByClosing},
		{"cancel", func(m broker.Message) broker.Message { return answering(m, broker.TypeCancel) }, subscribers.EndedByCancel},
		{"correction", func(m broker.Message) broker.Message { return answering(m, broker.TypeUpdate) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := owing(t, 2)
			alert := w.publish(broker.Message{Kind: broker.Alert})
			w.approve(alert, "home")
			w.pass(time.Minute, 10*time.Second)
			word := w.publish(c.word(alert))
			if how := w.caseOf(alert, "home").End.How; how != "" {
				t.Fatalf("ended by %q before anybody let the word go", how)
			}
			w.approveAll(word)
			w.pass(5*time.Minute, 10*time.Second)
			if how := w.caseOf(alert, "home").End.How; how != c.want {
				t.Errorf("ended by %q, want %q", how, c.want)
			}
			if open := w.openCases(); (len(open) == 0) != (c.want != "") || len(open) > 1 {
				t.Errorf("%d cases are open", len(open))
			}
		})
	}
}

// An alert that is withdrawn before anybody got it owes nobody any word.
func TestWithdrawnBeforeAnybodyGotIt(t *testing.T) {
	w := owing(t, 3)
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.hold = true
	w.approve(alert, "home")
	w.hold = false
	w.interrupt(answering(alert, broker.TypeCancel))
	w.pass(time.Minute, 10*time.Second)
	if got := w.reached(alert.ID); len(got) != 0 {
		t.Fatalf("%d people got it", len(got))
	}
	if open := w.openCases(); len(open) != 0 {
		t.Errorf("%d cases are open, want none", len(open))
	}
}

// A node that dies around every write loses no case and repeats no reminder.
func TestCasesThroughCrashes(t *testing.T) {
	for seed := range uint64(8) {
		w := owing(t, seed)
		w.faults = faults{lost: 20, twice: 20, crashBefore: 20, crashAfter: 20}
		alert := w.publish(broker.Message{Kind: broker.Alert})
		w.pass(10*time.Second, time.Second)
		w.approve(alert, "home")
		w.pass(5*time.Minute, 10*time.Second)
		if open := w.openCases(); len(open) != 1 {
			t.Fatalf("seed %d: %d cases, want one", seed, len(open))
		}
		w.pass(72*time.Hour, 10*time.Minute)
		got := w.letters("Un retour est attendu")
		if strings.Join(got, " ") != "delvaux@police.example maes@police.example" {
			t.Errorf("seed %d: reminders to %v", seed, got)
		}
	}
}

// Three nodes sweep at the same moment: each reminder and each summary goes once.
func TestThreeNodesRemindOnce(t *testing.T) {
	w := owing(t, 4)
	if err := w.cases.Sweep(t.Context()); err != nil { // this Monday has nothing overdue
		t.Fatal(err)
	}
	for range 5 {
		w.approve(w.publish(broker.Message{Kind: broker.Alert}), "home")
	}
	for range 9 {
		w.now = w.now.Add(24 * time.Hour)
		var nodes sync.WaitGroup
		for range 3 {
			node := *w.cases
			node.Ledger, node.Log = w.store, slog.New(slog.DiscardHandler)
			nodes.Go(func() {
				if err := node.Sweep(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		w.settle()
	}
	count := func(words, to string) (n int) {
		for _, got := range w.letters(words) {
			if got == to {
				n++
			}
		}
		return n
	}
	if author, mandated := count("Un retour", "delvaux@police.example"), count("Un retour", "maes@police.example"); author != 5 || mandated != 5 {
		t.Errorf("%d reminders to the author and %d to the mandated officer, want 5 each", author, mandated)
	}
	if n := count("en retard", "maes@police.example"); n != 1 {
		t.Errorf("%d summaries, want 1", n)
	}
}

// "The inquiry does not allow it" ends the case, and the coordinator is told once.
func TestNotAllowed(t *testing.T) {
	w := owing(t, 5)
	w.faults = faults{crashBefore: 30, crashAfter: 30}
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.approve(alert, "home")
	w.pass(time.Minute, 10*time.Second)
	id := subscribers.CaseIDFor(alert.ID, "home")
	var first *subscribers.CaseClosedError
	for {
		_, err := w.cases.Close(t.Context(), id, "CP Maes", "le juge d'instruction")
		if err == nil || errors.As(err, &first) {
			break
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
	if _, err := w.cases.Close(t.Context(), id, "Insp. Delvaux", ""); !errors.As(err, &first) || first.First.By != "CP Maes" {
		t.Errorf("closed twice: %v", err)
	}
	w.pass(72*time.Hour, 10*time.Minute)
	w.wrote("Pas de retour possible", "+32470000000")
	w.wrote("Un retour est attendu")
}

// Without officers on file the case stays, and is shown; nothing fails.
func TestNobodyOnFile(t *testing.T) {
	w := newWorld(t, 6)
	w.partnership("home", owingPlan)
	w.people("home", 0, 3)
	w.approve(w.publish(broker.Message{Kind: broker.Alert}), "home")
	w.pass(8*24*time.Hour, time.Hour)
	if open := w.openCases(); len(open) != 1 || open[0].Step != subscribers.MandatedReminded {
		t.Errorf("cases %+v, want one that was reminded of twice", open)
	}
}

func (l *crashingLedger) OpenCase(ctx context.Context, c subscribers.Case) error {
	return l.around(func() error { return l.Store.OpenCase(ctx, c) })
}

func (l *crashingLedger) EndCases(ctx context.Context, ids []broker.MessageID, p broker.PartnershipID, end subscribers.CaseEnd) error {
	return l.around(func() error { return l.Store.EndCases(ctx, ids, p, end) })
}

func (l *crashingLedger) MoveCase(ctx context.Context, before, after subscribers.Case, s []subscribers.ServiceMessage, e []subscribers.Entry, at time.Time) (moved bool, err error) {
	err = l.around(func() error { moved, err = l.Store.MoveCase(ctx, before, after, s, e, at); return err })
	return moved, err
}

var _ dispatch.Debts = (*crashingLedger)(nil)
