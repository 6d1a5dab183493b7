package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/store"
	"relais/subscribers"
)

// directPlan lets the police send at once, so that a program can go round alone.
const directPlan = `
rules:
  - approval: {by: police}
    channels: {first: [sms, email]}
    when: now
digest: {every: day, at: "18:00"}
`

// looping is a world whose nodes look for loops, with somebody to tell of them.
func looping(t *testing.T, shared dispatch.Breaker) (*world, *dispatch.Loops) {
	t.Helper()
	w := newWorld(t, 1)
	w.partnership("home", directPlan)
	w.people("home", 0, 3)
	officers := []store.OfficerRow{officer("CP Maes", subscribers.RoleMandated, 1), officer("Sysadmin", subscribers.RoleAdmin, 2), officer("Insp. Delvaux", subscribers.RoleOfficer, 3)}
	if _, err := w.store.ImportOfficers(t.Context(), "demo", officers, subscribers.Consent{At: w.now, How: "test"}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	loops := &dispatch.Loops{
		Shared: shared, Own: inmem.NewBreaker(), Limit: dispatch.LoopLimit{Most: 5, Within: 5 * time.Minute}, Key: make([]byte, 32), Log: log,
		Incidents: &dispatch.Incidents{
			Directory: w.store, Ledger: w.store, Queue: dispatch.Queue{Publisher: w, JobSize: 7},
			Channels: []channels.Name{channels.SMS, channels.Email}, Now: func() time.Time { return w.now }, Log: log,
		},
	}
	for _, sender := range w.senders {
		sender.Loops = loops
	}
	return w, loops
}

func officer(name string, role subscribers.OfficerRole, n int) store.OfficerRow {
	return store.OfficerRow{Role: role, Member: subscribers.Member{Name: name, Lang: broker.Dutch, Contacts: []subscribers.Contact{
		{Channel: channels.SMS, Address: channels.NewAddress(fmt.Sprintf("+3246%07d", n)), State: subscribers.ContactActive},
	}}}
}

// got counts what the provider took, by purpose.
func (w *world) got(purpose channels.Purpose) int {
	n := 0
	for _, copies := range w.perPerson(purpose) {
		n += copies
	}
	return n
}

// onSMS is what became of a message there.
func (w *world) onSMS(m broker.Message) subscribers.ChannelStatus {
	w.t.Helper()
	for _, on := range w.status(m).Partnerships[0].Channels {
		if on.Channel == channels.SMS {
			return on
		}
	}
	return subscribers.ChannelStatus{}
}

func (w *world) incidents() []subscribers.Incident {
	w.t.Helper()
	found, err := w.store.Incidents(w.t.Context(), "demo", true)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// A program publishes the same text with a new id every ten seconds. Each of the
// three members gets it five times; then it stops, and two people are told, once.
func TestALoopStops(t *testing.T) {
	for name, shared := range map[string]dispatch.Breaker{"all nodes count": inmem.NewBreaker(), "each counts alone": brokenBreaker{}} {
		t.Run(name, func(t *testing.T) {
			w, _ := looping(t, shared)
			var last broker.Message
			for range 30 {
				last = w.publish(broker.Message{Kind: broker.Alert, Urgency: broker.Immediate})
				w.now = w.now.Add(10 * time.Second)
			}
			// The breaker seldom takes a second delivery for the first, and lets one more go (inmem, firsts).
			went := w.got(channels.ForMember) + w.got(channels.Notice)
			if want := (3 + 2) * 5; went < want || went > want+1 {
				t.Errorf("members got it %d times, and coordinator and deputy their notices %d times; want 15 and 10, or one more", w.got(channels.ForMember), w.got(channels.Notice))
			}
			if got := w.got(channels.Service); got != 2 {
				t.Errorf("%d letters went out, want one to the mandated officer and one to the administrator", got)
			}
			found := w.incidents()
			if len(found) != 1 || found[0].Kind != subscribers.IncidentLoop || found[0].Partnership != "home" || found[0].Zone != "demo" || found[0].Count != (3+2)*30-went || found[0].Message == (broker.MessageID{}) {
				t.Fatalf("got incidents %+v, want one loop of %d deliveries: the members', and the notices to coordinator and deputy", found, (3+2)*30-went)
			}
			if got := w.onSMS(last).Suppressed[channels.ReasonLoop]; got != 3 {
				t.Errorf("the status of the last says of %d members that a loop was stopped, want 3", got)
			}
			members := w.got(channels.ForMember)
			w.now = w.now.Add(5 * time.Minute) // it rests
			w.publish(broker.Message{Kind: broker.Alert, Urgency: broker.Immediate})
			if got, want := w.got(channels.ForMember), members+3; got != want {
				t.Errorf("after a rest members got it %d times, want %d", got, want)
			}
		})
	}
}

// What speaks about an alert is not like it, however fast it comes.
func TestCorrectionsAreNoLoop(t *testing.T) {
	w, _ := looping(t, inmem.NewBreaker())
	alert := broker.Message{Kind: broker.Alert, Urgency: broker.Immediate}
	var sent broker.Message
	for range 5 {
		sent = w.publish(alert)
	}
	cancel := alert
	cancel.MsgType, cancel.References = broker.TypeCancel, []broker.MessageID{sent.ID}
	w.publish(cancel)
	if got, want := w.got(channels.ForMember), 3*6; got != want || len(w.incidents()) != 0 {
		t.Errorf("members got %d, want %d: five alerts and the withdrawal; %d incidents", got, want, len(w.incidents()))
	}
}

// A delivery that the provider asks to repeat is one delivery, however often.
func TestRetriesAreNoLoop(t *testing.T) {
	w, _ := looping(t, inmem.NewBreaker())
	w.faults.retryable = 100
	w.publish(broker.Message{Kind: broker.Alert, Urgency: broker.Immediate})
	w.pass(4*time.Minute, 10*time.Second)
	w.faults.retryable = 0
	w.pass(2*time.Minute, 10*time.Second)
	if got := w.got(channels.ForMember); got != 3 || len(w.incidents()) != 0 {
		t.Errorf("members got %d, want 3; %d incidents, want none", got, len(w.incidents()))
	}
}

// Nothing is kept back without an incident: while none can be written, it waits.
func TestALoopWaitsWhileNobodyCanBeTold(t *testing.T) {
	w, loops := looping(t, inmem.NewBreaker())
	away := &deafLedger{Store: w.store, deaf: true}
	loops.Incidents.Ledger = away
	var last broker.Message
	for range 6 {
		last = w.publish(broker.Message{Kind: broker.Alert, Urgency: broker.Immediate})
	}
	waits := func() int { return w.onSMS(last).Counts[channels.Pending] }
	if got := waits(); got != 3 || w.got(channels.ForMember) != 3*5 {
		t.Errorf("%d wait and members got %d, want 3 and 15", got, w.got(channels.ForMember))
	}
	away.deaf = false
	w.pass(time.Minute, time.Second)
	if got := waits(); got != 0 || w.got(channels.ForMember) != 3*5 || len(w.incidents()) != 1 {
		t.Errorf("%d wait, members got %d, %d incidents; want 0, 15 and one", got, w.got(channels.ForMember), len(w.incidents()))
	}
}

// A machine that writes to us whatever we answer is answered five times.
func TestAnswersAreNoLoop(t *testing.T) {
	w, loops := looping(t, inmem.NewBreaker())
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	inbox := &dispatch.Inbox{
		Directory: w.store, Ledger: w.store, Approver: w.approver, Messages: w.store, Queue: dispatch.Queue{Publisher: w, JobSize: 7},
		Channels: []channels.Name{channels.SMS}, Words: words, Loops: loops, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
	}
	answered := 0
	for n := range 10 {
		answer, err := inbox.Receive(t.Context(), channels.Inbound{Channel: channels.SMS, Ref: fmt.Sprint("SM", n), From: channels.NewAddress("+32470000002"), Text: "STOP"})
		if err != nil {
			t.Fatal(err)
		}
		if answer != "" {
			answered++
		}
	}
	if found := w.incidents(); answered != 5 || len(found) != 1 || found[0].Count != 5 {
		t.Errorf("answered %d times, incidents %+v; want 5 and one that counts 5", answered, found)
	}
}

// brokenBreaker is Redis away.
type brokenBreaker struct{}

func (brokenBreaker) Pass(context.Context, []dispatch.Like, time.Time, dispatch.LoopLimit) ([]bool, error) {
	return nil, errAway
}

// deafLedger cannot write incidents.
type deafLedger struct {
	*store.Store
	deaf bool
}

func (l *deafLedger) RaiseIncident(ctx context.Context, i subscribers.Incident, rests time.Duration, letters []subscribers.ServiceMessage, entries []subscribers.Entry) (bool, error) {
	if l.deaf {
		return false, errors.New("the database is away")
	}
	return l.Store.RaiseIncident(ctx, i, rests, letters, entries)
}
