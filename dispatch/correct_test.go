package dispatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// reached lists what really went out of one message: to whom, and the first
// delivery that did.
func (w *world) reached(id broker.MessageID) map[subscribers.MemberID]channels.Delivery {
	w.t.Helper()
	got := make(map[subscribers.MemberID]channels.Delivery)
	for _, d := range w.provider.sent {
		e, err := w.store.Entry(w.t.Context(), d.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, again := got[e.Member]; !again && e.About == id.UUID && e.Purpose == channels.ForMember {
			got[e.Member] = d
		}
	}
	return got
}

// told counts who was told of a withdrawal or a replacement, in these words.
func (w *world) told(words string) int {
	n := 0
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Notice && strings.Contains(d.Content.Outcome, words) {
			n++
		}
	}
	return n
}

// cancelled counts what was stopped of a message.
func (w *world) cancelled(m broker.Message) int {
	n := 0
	for _, p := range w.status(m).Partnerships {
		for _, ch := range p.Channels {
			n += ch.Suppressed[channels.ReasonCancelled]
		}
	}
	return n
}

// interrupt publishes a message that overtakes everything that is queued.
func (w *world) interrupt(m broker.Message) broker.Message {
	w.t.Helper()
	m = w.valid(m)
	e := broker.Event{Subject: broker.MessageSubject(m.Zone), Data: mustJSON(w.t, m)}
	for err := w.router.Handle(w.t.Context(), e); err != nil; err = w.router.Handle(w.t.Context(), e) {
		if !errors.Is(err, errCrash) {
			w.t.Fatal(err)
		}
	}
	w.settle()
	return m
}

// approveAll decides wherever a message waits.
func (w *world) approveAll(m broker.Message) {
	for _, p := range w.status(m).Partnerships {
		if !p.State.Final() {
			w.approve(m, p.Partnership)
		}
	}
}

func (w *world) sameRecipients(original, correction broker.Message) {
	w.t.Helper()
	got, corrected := w.reached(original.ID), w.reached(correction.ID)
	if len(got) != len(corrected) {
		w.t.Errorf("%d people got the original and %d the correction", len(got), len(corrected))
	}
	for who := range got {
		if _, ok := corrected[who]; !ok {
			w.t.Errorf("%s got the original and not the correction", who)
		}
	}
}

func answering(m broker.Message, kind broker.MsgType) broker.Message {
	return broker.Message{Kind: m.Kind, MsgType: kind, References: []broker.MessageID{m.ID}}
}

// movedAway leaves every third of n people without their number, and every
// sixth without any address. Neither coordinator is one of them.
func (w *world) movedAway(n int) {
	w.provider.gone = make(map[channels.Address]bool)
	for i := 1; i < n; i += 3 {
		w.provider.gone[channels.NewAddress(fmt.Sprintf("+3247%07d", i))] = true
		w.provider.gone[channels.NewAddress(fmt.Sprintf("p%d@example.be", i))] = i%6 == 1
	}
}

// PLP.md, rule 7: exactly those who got it, once, where it reached them.
func TestCancelReachesExactlyThoseWhoGotIt(t *testing.T) {
	w := town(t, 4)
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.movedAway(40)
	w.approve(alert, "home")
	w.pass(time.Minute, 10*time.Second)
	got := w.reached(alert.ID)
	if len(got) < 20 || len(got) >= 40 {
		t.Fatalf("%d of home's 40 people got it, want most and not all", len(got))
	}
	cancel := w.publish(answering(alert, broker.TypeCancel))
	if where := w.status(cancel).Partnerships; len(where) != 1 || where[0].Partnership != "home" {
		t.Fatalf("asked in %+v, want only where the alert was granted", where)
	}
	if p := w.status(alert).Partnerships[1]; p.State != subscribers.ApprovalLapsed || p.By != subscribers.ThePolice || p.How != subscribers.HowCancel {
		t.Errorf("shop's question: %s by %s (%s), want lapsed by the police", p.State, p.By, p.How)
	}
	w.approveAll(cancel)
	w.pass(time.Minute, 10*time.Second)
	w.sameRecipients(alert, cancel)
	byMail := 0
	for who, d := range w.reached(cancel.ID) {
		first := got[who]
		if d.To != first.To || d.Corrects != first.ID || d.Content.Collapse != first.Content.Collapse {
			t.Errorf("%s: the withdrawal is not tied to the alert, or went elsewhere", who)
		}
		if strings.Contains(d.To.Reveal(), "@") {
			byMail++
		}
	}
	if byMail == 0 || byMail == len(got) {
		t.Errorf("%d of %d by email, want some: where the number was gone", byMail, len(got))
	}
	if told := w.told("a retiré ce message"); told != 1 {
		t.Errorf("%d approvers were told, want shop's coordinator, who had been asked", told)
	}
}

// A phone shows the newest of a message and what corrects it, and other messages besides.
func TestCorrectionsShareTheirTopic(t *testing.T) {
	w := town(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.approveAll(alert)
	update := w.publish(answering(alert, broker.TypeUpdate))
	w.approveAll(update)
	cancel := w.publish(answering(update, broker.TypeCancel))
	w.approveAll(cancel)
	other := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.approveAll(other)
	topic := w.topic(alert)
	if topic == "" || w.topic(update) != topic || w.topic(cancel) != topic {
		t.Errorf("topics %q, %q, %q, want one", topic, w.topic(update), w.topic(cancel))
	}
	if w.topic(other) == topic {
		t.Error("another alert takes this one's place")
	}
}

func (w *world) topic(m broker.Message) string {
	w.t.Helper()
	for _, d := range w.reached(m.ID) {
		return d.Content.Collapse
	}
	w.t.Fatalf("%s reached nobody", m.ID)
	return ""
}

func TestCancelBeatsTheQueue(t *testing.T) {
	w := town(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.halfSent(alert, 2)
	before := len(w.reached(alert.ID))
	cancel := w.interrupt(answering(alert, broker.TypeCancel))
	w.pass(5*time.Minute, 30*time.Second)
	if after := len(w.reached(alert.ID)); before != 14 || after != before {
		t.Errorf("%d people had got the alert when it was cancelled and %d did in the end, want 14 both times", before, after)
	}
	if n := w.cancelled(alert); n != 26 {
		t.Errorf("%d deliveries cancelled, want the other 26", n)
	}
	w.approveAll(cancel)
	w.sameRecipients(alert, cancel)
	if !w.status(alert).Done || !w.status(cancel).Done {
		t.Error("not done")
	}
}

// decide approves, and leaves what follows in the queue.
func (w *world) decide(m broker.Message, p broker.PartnershipID) subscribers.ApprovalID {
	w.t.Helper()
	id := subscribers.ApprovalIDFor(m.ID, m.Revision, p)
	_, err := w.approver.Decide(w.t.Context(), id, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 0", How: subscribers.HowLink})
	if err != nil && !errors.Is(err, errCrash) {
		w.t.Fatal(err)
	}
	return id
}

// halfSent approves in home and sends only so many jobs of seven.
func (w *world) halfSent(m broker.Message, jobs int) {
	w.t.Helper()
	id := w.decide(m, "home")
	if err := w.planner.Handle(w.t.Context(), broker.Event{Subject: broker.ApprovalSubject(id.String())}); err != nil {
		w.t.Fatal(err)
	}
	members, queue := 0, w.queue
	w.queue = nil
	for _, e := range queue {
		var job subscribers.Job
		if err := json.Unmarshal(e.Data, &job); err == nil && len(job.IDs) == 7 && members < jobs {
			members++
			if err := w.handle(e); err != nil {
				w.t.Fatal(err)
			}
			continue
		}
		w.queue = append(w.queue, e)
	}
}

func TestCancelOfWhatNobodyGotOnlyStops(t *testing.T) {
	w := town(t, 1)
	w.now = time.Date(2026, 11, 23, 22, 40, 0, 0, time.UTC) // 23:40 in Brussels
	appeal := w.publish(broker.Message{Kind: broker.Appeal})
	w.approve(appeal, "home")
	tip := w.publish(broker.Message{Kind: broker.Prevention})
	w.approve(tip, "home")
	for _, m := range []broker.Message{appeal, tip} {
		cancel := w.publish(answering(m, broker.TypeCancel))
		status := w.status(cancel)
		if len(status.Partnerships) != 0 || len(status.Refused) != 2 || !status.Done {
			t.Errorf("the withdrawal went to %+v and was refused by %+v, want nobody asked", status.Partnerships, status.Refused)
		}
		if n := w.cancelled(m); n != 40 || !w.status(m).Done {
			t.Errorf("%s: %d deliveries cancelled, want all 40", m.Kind, n)
		}
	}
	w.pass(20*time.Hour, 20*time.Minute)
	w.tick()
	if got := w.perPerson(channels.ForMember, channels.Digest); len(got) != 0 {
		t.Errorf("%d people got something of what was withdrawn", len(got))
	}
	if told := w.told("a retiré ce message"); told != 2*4 {
		t.Errorf("%d told, want for each message coordinator and deputy of both partnerships", told)
	}
}

// A correction takes the place of what it corrects, for everybody to whom that
// was owed and for whoever had not answered.
func TestUpdateReplacesWhatHasNotGone(t *testing.T) {
	w := town(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.halfSent(alert, 2)
	update := w.interrupt(answering(alert, broker.TypeUpdate))
	if got := len(w.reached(alert.ID)); got != 14 {
		t.Errorf("%d people got the first version, want 14", got)
	}
	if p := w.status(alert).Partnerships[1]; p.How != subscribers.HowRevision {
		t.Errorf("shop's first question is %s (%s), want replaced", p.State, p.How)
	}
	w.approveAll(update)
	if got := len(w.reached(update.ID)); got != 70 {
		t.Errorf("%d people got the correction, want all 70", got)
	}
	// The last word reaches whoever got either, although it names only the first.
	cancel := w.publish(answering(alert, broker.TypeCancel))
	w.approveAll(cancel)
	w.sameRecipients(update, cancel)
}

// A withdrawal of a correction that nobody approved yet is one of the alert too.
func TestCancelOfAnUnansweredUpdate(t *testing.T) {
	w := town(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.approve(alert, "home")
	update := w.publish(answering(alert, broker.TypeUpdate))
	cancel := w.publish(answering(update, broker.TypeCancel))
	w.approveAll(cancel)
	if p := w.status(update).Partnerships[0]; p.State != subscribers.ApprovalLapsed {
		t.Errorf("the correction is %s, want lapsed", p.State)
	}
	w.sameRecipients(alert, cancel)
}

func TestWithdrawnItemsFallOutOfTheInfoflash(t *testing.T) {
	w := town(t, 1)
	first := w.publish(broker.Message{Kind: broker.Prevention, Partnerships: []broker.PartnershipID{"home"}})
	second := w.publish(broker.Message{Kind: broker.Prevention})
	w.approve(first, "home")
	w.approve(second, "home")
	w.approve(second, "shop")
	w.now = time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)
	if err := w.digester.Tick(t.Context()); err != nil { // written, and not sent
		t.Fatal(err)
	}
	w.interrupt(answering(second, broker.TypeCancel))
	w.pass(5*time.Minute, 30*time.Second)
	if got := len(w.perPerson(channels.Digest)); got != 40 {
		t.Errorf("%d people got an infoflash, want home's 40: the others' is empty", got)
	}
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Digest && len(d.Content.Items) != 1 {
			t.Fatalf("an infoflash has %d items, want the one that stands", len(d.Content.Items))
		}
	}
	if !w.status(first).Done || !w.status(second).Done {
		t.Error("the tips are not done")
	}
}

func TestClosingReachesThoseWhoGotIt(t *testing.T) {
	w := town(t, 1)
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.approve(alert, "shop")
	closing := w.publish(broker.Message{Kind: broker.Closing, References: []broker.MessageID{alert.ID}})
	w.approveAll(closing)
	w.sameRecipients(alert, closing)
	if got := len(w.reached(closing.ID)); got != 40 {
		t.Errorf("%d got the closing, want shop's 40", got)
	}
}

func TestUnknownReferencesAreDropped(t *testing.T) {
	w := town(t, 1)
	w.partnership("far", townPlan)
	known := w.publish(broker.Message{Kind: broker.Alert})
	elsewhere := known
	elsewhere.ID, elsewhere.Zone = broker.NewMessageID(), "other"
	if err := w.store.Open(t.Context(), elsewhere, w.now, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	for field, refs := range map[string][]broker.MessageID{
		"references[0]": {broker.NewMessageID(), known.ID},
		"references[1]": {known.ID, elsewhere.ID},
	} {
		m := broker.Message{Kind: broker.Alert, MsgType: broker.TypeCancel, References: refs}
		e := broker.Event{Subject: "relais.message.demo", Data: []byte(w.json(m))}
		err := w.router.Handle(t.Context(), e)
		var drop *broker.DropError
		if !errors.As(err, &drop) || !strings.HasPrefix(err.Error(), field+" ") {
			t.Errorf("got %v, want it dropped with a reason that begins with %s", err, field)
		}
		e.Attempt = 1 // it may have overtaken the message that it is about
		var retry *broker.RetryError
		if err := w.router.Handle(t.Context(), e); !errors.As(err, &retry) {
			t.Errorf("got %v at the first attempt, want it to come again", err)
		}
	}
	if p := w.status(known).Partnerships[0]; p.State != subscribers.ApprovalPending {
		t.Errorf("the alert is %s after withdrawals of others, want pending", p.State)
	}
}
