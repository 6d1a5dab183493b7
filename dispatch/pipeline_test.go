package dispatch_test

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

const townPlan = `
rules:
  - kinds: [alert]
    approval: {by: coordinator-then-police, deputies_after: 5m, within: 10m}
    channels: {first: [sms, email]}
    when: now
    ignore_quiet_hours: true
  - kinds: [hazard]
    approval: {by: police}
    channels: {first: [sms, email]}
    when: now
    ignore_quiet_hours: true
  - kinds: [prevention]
    approval: {by: coordinator, within: 24h}
    channels: {first: [email, sms]}
    when: digest
  - approval: {by: coordinator, within: 24h}
    channels: {first: [email, sms]}
    when: now
quiet_hours: {from: "22:00", to: "07:00"}
digest: {every: day, at: "18:00"}
`

// town is two partnerships of 40 with ten people in both.
func town(t *testing.T, seed uint64) *world {
	w := newWorld(t, seed)
	w.partnership("home", townPlan)
	w.partnership("shop", strings.Replace(townPlan, "channels: {first: [sms, email]}", "channels: {first: [email, sms]}", 1))
	w.people("home", 0, 40)
	w.people("shop", 30, 70)
	return w
}

// eachOnce fails unless all 70 people got exactly one.
func (w *world) eachOnce(purposes ...channels.Purpose) {
	w.t.Helper()
	got := w.perPerson(purposes...)
	if len(got) != 70 {
		w.t.Errorf("%d people got it, want 70", len(got))
	}
	for who, copies := range got {
		if copies != 1 {
			w.t.Errorf("member %s got it %d times", who, copies)
		}
	}
}

func TestAlertReachesEachPersonOnce(t *testing.T) {
	w := town(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	if got := w.perPerson(channels.ForMember); len(got) != 0 {
		t.Fatalf("%d people got it before anybody approved", len(got))
	}
	w.approve(m, "home")
	w.approve(m, "shop")
	w.eachOnce(channels.ForMember)
	status := w.status(m)
	if !status.Done {
		t.Errorf("not done: %+v", status)
	}
	duplicates := 0
	for _, p := range status.Partnerships {
		for _, ch := range p.Channels {
			duplicates += ch.Suppressed[channels.ReasonDuplicate]
		}
	}
	if duplicates != 10 {
		t.Errorf("%d suppressed as duplicates, want the ten who are in both", duplicates)
	}
}

func TestUnansweredClimbsTheLadder(t *testing.T) {
	w := town(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	asked := len(w.perPerson(channels.Ask))
	w.pass(6*time.Minute, 30*time.Second)
	if now := len(w.perPerson(channels.Ask)); asked != 1 || now != 2 {
		t.Errorf("asked %d at once and %d after six minutes, want the coordinator, then the deputy too", asked, now)
	}
	w.pass(5*time.Minute, 30*time.Second)
	p := w.status(m).Partnerships[0]
	if p.State != subscribers.ApprovalOverruled || p.By != subscribers.ThePolice {
		t.Errorf("%s by %s, want overruled by the police", p.State, p.By)
	}
	if got := len(w.perPerson(channels.ForMember)); got != 40 {
		t.Errorf("%d people got it, want 40", got)
	}
}

func TestOnlyApproversDecideByLink(t *testing.T) {
	w := town(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	members, err := w.store.Members(t.Context(), subscribers.Audience{Partnership: "home"}, subscribers.MemberID{}, 40)
	if err != nil {
		t.Fatal(err)
	}
	approvers, err := w.store.Approvers(t.Context(), "home")
	if err != nil {
		t.Fatal(err)
	}
	decide := func(by subscribers.MemberID) error {
		_, err := w.approver.Decide(t.Context(), subscribers.ApprovalIDFor(m.ID, 1, "home"),
			subscribers.Decision{To: subscribers.ApprovalApproved, By: "Anne", Member: by, How: subscribers.HowLink})
		return err
	}
	var refused *subscribers.RefusedMoveError
	for _, member := range members {
		if !(subscribers.ApprovalRule{}).MayDecide(approvers, member.ID) {
			if err := decide(member.ID); !errors.As(err, &refused) {
				t.Fatalf("a member without a role decided: %v", err)
			}
		}
	}
	if err := decide(approvers[0].ID); err != nil {
		t.Errorf("the coordinator may not decide: %v", err)
	}
}

func TestPoliceDirectInformsTheCoordinator(t *testing.T) {
	w := town(t, 1)
	w.publish(broker.Message{Kind: broker.Hazard})
	w.eachOnce(channels.ForMember)
	if told := len(w.perPerson(channels.Notice)); told != 4 {
		t.Errorf("%d approvers were told, want two coordinators and two deputies", told)
	}
}

func TestDigestIsOnePerPersonAndDay(t *testing.T) {
	w := town(t, 1)
	first := w.publish(broker.Message{Kind: broker.Prevention})
	second := w.publish(broker.Message{Kind: broker.Prevention})
	for _, m := range []broker.Message{first, second} {
		w.approve(m, "home")
		w.approve(m, "shop")
	}
	w.tick()
	if got := w.perPerson(channels.Digest, channels.ForMember); len(got) != 0 {
		t.Fatalf("%d people got something before the digest's hour", len(got))
	}
	w.pass(4*time.Hour, 10*time.Minute)
	w.tick()
	w.tick()
	w.eachOnce(channels.Digest)
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Digest && len(d.Content.Items) != 2 {
			t.Fatalf("a digest has %d items, want both tips", len(d.Content.Items))
		}
	}
	if !w.status(first).Done || !w.status(second).Done {
		t.Error("the tips are not done although their digest went")
	}
	w.pass(24*time.Hour, time.Hour)
	w.tick()
	w.eachOnce(channels.Digest) // the next day's is empty, so there is none
}

func TestQuietHoursHoldUntilMorning(t *testing.T) {
	w := town(t, 1)
	w.now = time.Date(2026, 11, 23, 22, 40, 0, 0, time.UTC) // 23:40 in Brussels
	m := w.publish(broker.Message{Kind: broker.Appeal})
	w.approve(m, "home")
	w.approve(m, "shop")
	w.pass(3*time.Hour, 10*time.Minute)
	if got := w.perPerson(channels.ForMember); len(got) != 0 {
		t.Fatalf("%d people were woken", len(got))
	}
	w.pass(5*time.Hour, 10*time.Minute)
	w.eachOnce(channels.ForMember)
}

func TestFallbackWhenTheNumberIsGone(t *testing.T) {
	w := town(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.faults.gone = 100
	w.approve(m, "home")
	w.pass(time.Minute, 10*time.Second)
	w.faults.gone = 0
	for _, ch := range w.status(m).Partnerships[0].Channels {
		if ch.Channel == channels.Email && ch.Counts[channels.Failed] != 40 {
			t.Errorf("%s: %v, want all 40 failed: the number was gone, then the email address too", ch.Channel, ch.Counts)
		}
	}
	members, err := w.store.Members(t.Context(), subscribers.Audience{Partnership: "home"}, subscribers.MemberID{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(members[0].Reachable(channels.SMS)) != 0 {
		t.Error("an address that is gone is still used")
	}
}

func TestExhaustedDeliveriesCanBeReplayed(t *testing.T) {
	w := town(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.faults.retryable = 100
	w.approve(m, "home")
	w.pass(2*time.Hour, 20*time.Second)
	letters, err := w.store.DeadLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(letters) < 40 {
		t.Fatalf("%d dead letters, want one for each of 40 deliveries", len(letters))
	}
	w.faults.retryable = 0
	for _, letter := range letters {
		whole, err := w.store.DeadLetter(t.Context(), letter.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.queue = append(w.queue, broker.Event{Subject: whole.Subject, Data: whole.Data})
	}
	w.settle()
	for who, copies := range w.perPerson(channels.ForMember) {
		if copies != 1 {
			t.Errorf("member %s got it %d times", who, copies)
		}
	}
	if got := len(w.perPerson(channels.ForMember)); got != 40 {
		t.Errorf("%d people got it after the replay, want 40", got)
	}
}

// TestUnknownIsNotRepeated: a call that was cut, of a message that is not
// immediate, on a channel whose provider cannot be asked and whose repeats
// show, is not repeated. When it is over the status says that nobody knows.
func TestUnknownIsNotRepeated(t *testing.T) {
	w := town(t, 1)
	outlet := w.sweeper.Outlets[channels.Email]
	outlet.Find = nil
	w.sweeper.Outlets[channels.Email] = outlet
	m := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"home"}})
	w.faults.cutTaken = 100
	w.approve(m, "home")
	w.faults.cutTaken = 0
	w.pass(time.Hour, time.Minute)
	for who, copies := range w.perPerson(channels.ForMember) {
		if copies != 1 {
			t.Errorf("member %s got it %d times", who, copies)
		}
	}
	if ch := w.status(m).Partnerships[0].Channels[0]; ch.Counts[channels.Unknown] != 40 || ch.Open != 40 {
		t.Errorf("%v, %d open: want 40 unknown, and open while the message is of use", ch.Counts, ch.Open)
	}
	w.pass(48*time.Hour, time.Hour)
	if ch := w.status(m).Partnerships[0].Channels[0]; ch.Counts[channels.Failed] != 40 || ch.Open != 0 {
		t.Errorf("%v, %d open: want 40 failed and nothing open once it has expired", ch.Counts, ch.Open)
	}
}

func TestNotLaunchedIsRefusedWithWhatIsMissing(t *testing.T) {
	w := town(t, 1)
	w.partnership("alone", townPlan)
	m := w.publish(broker.Message{Kind: broker.Alert})
	refused := w.status(m).Refused
	if len(refused) != 1 || refused[0].Partnership != "alone" || !slices.Equal(refused[0].Gaps, []subscribers.Gap{subscribers.GapCoordinator, subscribers.GapDeputy}) {
		t.Errorf("refused %+v, want the partnership without coordinator and deputy", refused)
	}
}

// A message with an area goes to those whose outline it meets, and stays theirs
// when outlines change.
func TestAreaChoosesPartnerships(t *testing.T) {
	w := town(t, 1)
	home, err := w.store.Partnership(t.Context(), "home")
	if err != nil {
		t.Fatal(err)
	}
	home.Outline = &subscribers.Outline{Type: "Polygon", Coordinates: [][][]float64{{{6, 50.6}, {6.01, 50.6}, {6.01, 50.61}, {6, 50.6}}}}
	plan, err := w.store.Plan(t.Context(), "home", home.PlanVersion)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.ImportPartnership(t.Context(), home, plan); err != nil {
		t.Fatal(err)
	}
	m := w.publish(broker.Message{Kind: broker.Alert, Area: []broker.Area{{Polygon: []string{"50.6,6 50.6,6.02 50.62,6.02 50.6,6"}}}})
	got, err := w.store.Message(t.Context(), m.ID, m.Revision)
	if err != nil {
		t.Fatal(err)
	}
	if status := w.status(m); len(status.Partnerships) != 1 || status.Partnerships[0].Partnership != "home" || !slices.Equal(got.Partnerships, []broker.PartnershipID{"home"}) || len(got.Area) != 1 {
		t.Errorf("it went to %+v, kept for %v", status.Partnerships, got.Partnerships)
	}
}

func TestInvalidMessagesAreDroppedWithTheField(t *testing.T) {
	w := town(t, 1)
	for field, data := range map[string]string{
		"message":         `{`,
		"expiry":          `{"expiry": 1}`,
		"id":              `{"zone": "demo"}`,
		"area":            w.json(broker.Message{Kind: broker.Alert, Area: []broker.Area{{Circle: []string{"50.6,6 1"}}}}),
		"area[0]":         w.json(broker.Message{Kind: broker.Alert, Area: []broker.Area{{Desc: "Rue Haute"}}}),
		"partnerships[0]": w.json(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"elsewhere"}}),
	} {
		err := w.router.Handle(t.Context(), broker.Event{Subject: "relais.message.demo", Data: []byte(data)})
		if err == nil || !strings.HasPrefix(err.Error(), field+" ") {
			t.Errorf("got %v, want a reason that begins with %s", err, field)
		}
	}
	other := []byte(w.json(broker.Message{Kind: broker.Alert}))
	if err := w.router.Handle(t.Context(), broker.Event{Subject: "relais.message.other", Data: other}); err == nil || !strings.HasPrefix(err.Error(), "zone ") {
		t.Errorf("got %v, want zone named: the subject and the message disagree", err)
	}
}

// TestExactlyOnceUnderFaults loses, repeats and reorders events, crashes the
// node before and after every write, and cuts calls. RELAIS_SEED repeats a run.
func TestExactlyOnceUnderFaults(t *testing.T) {
	for _, seed := range seeds(t, 12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := town(t, seed)
			w.faults = faults{lost: 20, twice: 20, crashBefore: 5, crashAfter: 5, retryable: 15, cutTaken: 5, cutLost: 5}
			w.perhapsAtOnce(seed)
			alert := w.publish(broker.Message{Kind: broker.Alert})
			w.publish(alert) // the same publication again
			w.approve(alert, "home")
			w.approve(alert, "shop")
			tip := w.publish(broker.Message{Kind: broker.Prevention})
			w.approve(tip, "home")
			w.approve(tip, "shop")
			w.pass(30*time.Minute, 10*time.Second)
			w.now = time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)
			w.tick()
			w.pass(40*time.Minute, 10*time.Second)
			if status := w.status(alert); !status.Done {
				t.Errorf("alert not done: %+v", status.Partnerships)
			}
			if status := w.status(tip); !status.Done {
				t.Errorf("tip not done: %+v", status.Partnerships)
			}
			w.eachOnce(channels.ForMember)
			w.eachOnce(channels.Digest)
		})
	}
}

// seeds returns RELAIS_SEED alone, or so many fixed ones and a fresh one; with
// -short the fresh one alone, because SQLite in Go is some fifteen times
// slower under the race detector.
func seeds(t *testing.T, n int) []uint64 {
	t.Helper()
	if given := os.Getenv("RELAIS_SEED"); given != "" {
		seed, err := strconv.ParseUint(given, 10, 64)
		if err != nil {
			t.Fatalf("RELAIS_SEED: %v", err)
		}
		return []uint64{seed}
	}
	if testing.Short() {
		n = 0
	}
	fresh := uint64(time.Now().UnixNano())
	t.Logf("seeds 1 to %d, and %d (repeat one with RELAIS_SEED)", n, fresh)
	all := []uint64{fresh}
	for seed := uint64(1); seed <= uint64(n); seed++ {
		all = append(all, seed)
	}
	return all
}

func (w *world) json(m broker.Message) string {
	return string(mustJSON(w.t, w.valid(m)))
}
