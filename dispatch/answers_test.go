package dispatch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

const streetPlan = `
rules:
  - approval: {by: coordinator, deputies_after: 5m, committee_after: 10m, release_after: 15m, within: 2h}
    channels: {first: [sms, email]}
    when: now
    ignore_quiet_hours: true
digest: {every: day, at: "18:00"}
`

// street is one partnership of nine, with a coordinator, a deputy and somebody
// of the committee, and the officer who writes to it.
func street(t *testing.T, seed uint64) *world {
	w := newWorld(t, seed)
	w.partnership("home", streetPlan)
	w.people("home", 0, 8)
	sms := func(number string) []subscribers.Contact {
		return []subscribers.Contact{{Channel: channels.SMS, Address: channels.NewAddress(number), State: subscribers.ContactActive}}
	}
	consent := subscribers.Consent{At: w.now, How: "test"}
	committee := store.MemberRow{Role: subscribers.RoleCommittee, Member: subscribers.Member{Name: "Committee", Lang: broker.French, Contacts: sms("+32479999999")}}
	if _, err := w.store.ImportMembers(t.Context(), "home", []store.MemberRow{committee}, consent); err != nil {
		t.Fatal(err)
	}
	officer := store.OfficerRow{Role: subscribers.RoleOfficer, Member: subscribers.Member{Name: "Insp. Delvaux", Lang: broker.French, Contacts: sms("+32478888888")}}
	if _, err := w.store.ImportOfficers(t.Context(), "demo", []store.OfficerRow{officer}, consent); err != nil {
		t.Fatal(err)
	}
	return w
}

// say decides until the node does not crash on it.
func (w *world) say(m broker.Message, d subscribers.Decision) error {
	w.t.Helper()
	if d.How == "" {
		d.How = subscribers.HowTerminal
	}
	for {
		_, err := w.approver.Decide(w.t.Context(), subscribers.ApprovalIDFor(m.ID, m.Revision, "home"), d)
		if now := w.open(m); err != nil && now.Decision.By == d.By && now.Decision.To == d.To {
			err = nil // the node crashed after it was written
		}
		if !errors.Is(err, errCrash) {
			w.settle()
			return err
		}
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) open(m broker.Message) subscribers.Approval {
	w.t.Helper()
	a, err := w.store.Approval(w.t.Context(), subscribers.ApprovalIDFor(m.ID, m.Revision, "home"))
	w.must(err)
	return a
}

// heard tells who got an SMS of a purpose, and of which version of the approval:
// "Person 0: 1 3". Who got one of them twice is named twice.
func (w *world) heard(purpose channels.Purpose) string {
	w.t.Helper()
	got := make(map[string][]string)
	for _, d := range w.provider.sent {
		e, err := w.store.Entry(w.t.Context(), d.ID)
		w.must(err)
		if e.Purpose != purpose || e.Channel != channels.SMS {
			continue
		}
		who, err := w.store.Member(w.t.Context(), e.Member)
		w.must(err)
		got[who.Name] = append(got[who.Name], fmt.Sprint(e.Revision))
	}
	var lines []string
	for name, versions := range got {
		slices.Sort(versions)
		lines = append(lines, name+": "+strings.Join(versions, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// lastWords are the outcomes that were last written to people of a purpose.
func (w *world) lastWords(purpose channels.Purpose) string {
	words := ""
	for _, d := range w.provider.sent {
		if d.Content.Purpose == purpose {
			words = d.Content.Outcome + d.Content.Body
		}
	}
	return words
}

func (w *world) hears(purpose channels.Purpose, want string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.heard(purpose)); diff != "" {
		w.t.Errorf("%s: who got it, of which version (-want +got):\n%s", purpose, diff)
	}
}

func (w *world) is(m broker.Message, want subscribers.ApprovalState) {
	w.t.Helper()
	if got := w.open(m).State; got != want {
		w.t.Errorf("it is %s, want %s", got, want)
	}
}

func TestHoldIsAskedAgainAndApproved(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalHeld, By: "Person 0", Until: w.now.Add(time.Hour)}))
	w.hears(channels.Notice, "Committee: 2, Person 1: 2") // all but who did it
	w.pass(59*time.Minute, time.Minute)
	w.hears(channels.Ask, "Person 0: 1") // the clock stands still: no deputy
	w.is(m, subscribers.ApprovalHeld)
	w.pass(2*time.Minute, time.Minute)
	w.is(m, subscribers.ApprovalPending)
	w.hears(channels.Ask, "Person 0: 1 3")
	w.pass(5*time.Minute, time.Minute)
	w.hears(channels.Ask, "Person 0: 1 3, Person 1: 4") // and then it goes on
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 1"}))
	w.hears(channels.Notice, "Committee: 2 5, Person 0: 5, Person 1: 2")
	if got := len(w.perPerson(channels.ForMember)); got != 9 {
		t.Errorf("%d people got it, want 9", got)
	}
}

func TestQuestionIsAnsweredAndAskedAgain(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 0", Why: "Quelle rue ?"}))
	w.hears(channels.Service, "Insp. Delvaux: 0")
	if got := w.lastWords(channels.Service); !strings.Contains(got, "Quelle rue ?") {
		t.Errorf("the officer reads %q, want the question in it", got)
	}
	w.hears(channels.Notice, "Committee: 2, Person 1: 2")
	w.pass(90*time.Minute, time.Minute) // nobody is asked and nothing lapses meanwhile
	w.is(m, subscribers.ApprovalQuestioned)
	w.hears(channels.Ask, "Person 0: 1")
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalPending, By: "Insp. Delvaux", Why: "La rue du Pont."}))
	w.hears(channels.Ask, "Person 0: 1 3")
	if got := w.lastWords(channels.Ask); !strings.Contains(got, "La rue du Pont.") {
		t.Errorf("the coordinator reads %q, want the answer in it", got)
	}
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 0"}))
	w.is(m, subscribers.ApprovalApproved)
	moves, err := w.store.Moves(t.Context(), w.open(m).ID)
	w.must(err)
	var kept []string
	for _, move := range moves {
		kept = append(kept, fmt.Sprintf("%d %s %s %s", move.Version, move.To, move.By, move.Why))
	}
	want := []string{"2 questioned Person 0 Quelle rue ?", "3 pending Insp. Delvaux La rue du Pont.", "4 approved Person 0 "}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("what is kept (-want +got):\n%s", diff)
	}
}

func TestUnansweredQuestionLapsesWithItsMessage(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert, Expires: w.now.Add(3 * time.Hour)})
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 0", Why: "Quelle rue ?"}))
	w.pass(3*time.Hour, 5*time.Minute)
	w.is(m, subscribers.ApprovalLapsed)
	w.hears(channels.Notice, "Committee: 2 3, Person 0: 3, Person 1: 2 3")
	if got := w.perPerson(channels.ForMember); len(got) != 0 {
		t.Errorf("%d people got it", len(got))
	}
}

func TestReleaseOnlyFromItsTimeOn(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	release := subscribers.Decision{To: subscribers.ApprovalOverruled, By: "Insp. Claes", How: subscribers.HowDesk, Why: "Ils sont encore là."}
	w.pass(14*time.Minute, time.Minute)
	var refused *subscribers.RefusedMoveError
	if err := w.say(m, release); !errors.As(err, &refused) || refused.Why != subscribers.FaultEarlyRelease {
		t.Errorf("after 14 minutes: got %v, want too early", err)
	}
	w.hears(channels.Service, "")
	w.pass(time.Minute, time.Minute)
	w.hears(channels.Service, "Insp. Delvaux: 0") // who is told that it may be sent
	if got := w.perPerson(channels.ForMember); len(got) != 0 {
		t.Fatalf("%d people got it before an officer sent it", len(got))
	}
	if err := w.say(m, subscribers.Decision{To: subscribers.ApprovalOverruled, By: "Insp. Delvaux", Why: "Urgent"}); !errors.As(err, &refused) || refused.Why != subscribers.FaultAuthor {
		t.Errorf("by the author: got %v, want refused", err)
	}
	w.must(w.say(m, release))
	w.is(m, subscribers.ApprovalOverruled)
	w.hears(channels.Notice, "Committee: 5, Person 0: 5, Person 1: 5")
	if got := w.lastWords(channels.Notice); !strings.Contains(got, "Ils sont encore là.") {
		t.Errorf("the approvers read %q, want the reason in it", got)
	}
	if p := w.status(m).Partnerships[0]; p.By != "Insp. Claes" || p.How != subscribers.HowDesk || p.Why != "Ils sont encore là." {
		t.Errorf("the status tells %s, %s, %s", p.By, p.How, p.Why)
	}
}

// TestEachRungIsAskedOnce: minute by minute, with the node down over some of the
// rungs, and under a clock that jumps.
func TestEachRungIsAskedOnce(t *testing.T) {
	for _, tc := range []struct {
		name  string
		steps []time.Duration
		want  string
	}{
		{"minute by minute", slices.Repeat([]time.Duration{time.Minute}, 20), "Committee: 3, Person 0: 1, Person 1: 2"},
		{"down over two rungs", []time.Duration{12 * time.Minute, time.Minute}, "Committee: 2, Person 0: 1, Person 1: 2"},
		{"down over all", []time.Duration{40 * time.Minute, time.Minute}, "Committee: 2, Person 0: 1, Person 1: 2"},
		{"an hour back and forth", []time.Duration{6 * time.Minute, -time.Hour, time.Hour + time.Minute, 4 * time.Minute}, "Committee: 3, Person 0: 1, Person 1: 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := street(t, 1)
			m := w.publish(broker.Message{Kind: broker.Alert})
			for _, step := range tc.steps {
				w.now = w.now.Add(step)
				w.must(w.sweeper.Sweep(t.Context()))
				w.settle()
			}
			w.hears(channels.Ask, tc.want)
			w.is(m, subscribers.ApprovalPending)
		})
	}
}

func TestClockThatJumpsOverTheEnd(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.now = w.now.Add(3 * time.Hour)
	w.must(w.sweeper.Sweep(t.Context()))
	w.settle()
	w.is(m, subscribers.ApprovalLapsed)
	w.hears(channels.Ask, "Person 0: 1")
	w.hears(channels.Notice, "Committee: 2, Person 0: 2, Person 1: 2")
}

func TestCoordinatorOnHoliday(t *testing.T) {
	w := street(t, 1)
	today := subscribers.DateOf(w.now)
	approvers, err := w.store.Approvers(t.Context(), "home")
	w.must(err)
	i := slices.IndexFunc(approvers, func(a subscribers.Approver) bool { return a.Role == subscribers.RoleCoordinator })
	w.must(w.store.SetAbsences(t.Context(), "home", approvers[i].ID, []subscribers.Span{{From: today, Until: today.AddDays(7)}}))
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.hears(channels.Ask, "Person 1: 1") // the deputy, at once
	w.pass(9*time.Minute, time.Minute)
	w.hears(channels.Ask, "Person 1: 1")
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 1"}))
	w.hears(channels.Notice, "Committee: 2, Person 0: 2") // who is away reads it afterwards
	w.now = w.now.Add(8 * 24 * time.Hour)
	w.provider.sent = nil
	w.publish(broker.Message{Kind: broker.Alert})
	w.hears(channels.Ask, "Person 0: 1") // back from holiday
}

// Who goes on holiday with a question open is not waited for.
func TestHolidayThatBeginsMeanwhile(t *testing.T) {
	w := street(t, 1)
	today := subscribers.DateOf(w.now)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.hears(channels.Ask, "Person 0: 1")
	approvers, err := w.store.Approvers(t.Context(), "home")
	w.must(err)
	away := func(role subscribers.Role) {
		i := slices.IndexFunc(approvers, func(a subscribers.Approver) bool { return a.Role == role })
		w.must(w.store.SetAbsences(t.Context(), "home", approvers[i].ID, []subscribers.Span{{From: today, Until: today.AddDays(7)}}))
		w.pass(2*time.Second, time.Second)
	}
	away(subscribers.RoleCommittee) // nobody else is asked because of that
	w.hears(channels.Ask, "Person 0: 1")
	away(subscribers.RoleCoordinator)
	w.hears(channels.Ask, "Person 0: 1, Person 1: 2") // the deputy, at once
	w.is(m, subscribers.ApprovalPending)
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 1"}))
}

// The question and the officer's message are one transaction: a node that dies
// on either side of it leaves both or neither.
func TestCrashAroundAQuestion(t *testing.T) {
	question := subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 0", How: subscribers.HowLink, Why: "Quelle rue ?"}
	for _, tc := range []struct {
		name   string
		faults faults
		state  subscribers.ApprovalState
		told   string
	}{
		{"before", faults{crashBefore: 100}, subscribers.ApprovalPending, ""},
		{"after", faults{crashAfter: 100}, subscribers.ApprovalQuestioned, "Insp. Delvaux: 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := street(t, 1)
			m := w.publish(broker.Message{Kind: broker.Alert})
			w.faults = tc.faults
			if _, err := w.approver.Decide(t.Context(), w.open(m).ID, question); !errors.Is(err, errCrash) {
				t.Fatalf("got %v, want a crash", err)
			}
			w.faults = faults{}
			w.pass(3*time.Minute, 10*time.Second)
			w.is(m, tc.state)
			w.hears(channels.Service, tc.told)
		})
	}
}

// TestAnswersUnderFaults holds, asks, answers and approves in the world of
// TestExactlyOnceUnderFaults. RELAIS_SEED repeats a run.
func TestAnswersUnderFaults(t *testing.T) {
	for _, seed := range seeds(t, 12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := street(t, seed)
			w.faults = faults{lost: 20, twice: 20, crashBefore: 10, crashAfter: 10, retryable: 10}
			m := w.publish(broker.Message{Kind: broker.Alert})
			w.pass(2*time.Minute, 10*time.Second)
			w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalHeld, By: "Person 0", Until: w.now.Add(10 * time.Minute)}))
			w.pass(11*time.Minute, 10*time.Second)
			w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 0", Why: "Quelle rue ?"}))
			w.pass(30*time.Minute, 10*time.Second)
			w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalPending, By: "Insp. Delvaux", Why: "La rue du Pont."}))
			w.pass(time.Minute, 10*time.Second)
			w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Person 0"}))
			w.pass(30*time.Minute, 10*time.Second)
			w.hears(channels.Ask, "Person 0: 1 3 5")
			w.hears(channels.Service, "Insp. Delvaux: 0")
			w.hears(channels.Notice, "Committee: 2 4 6, Person 1: 2 4 6")
			for who, copies := range w.perPerson(channels.ForMember) {
				if copies != 1 {
					t.Errorf("member %s got it %d times", who, copies)
				}
			}
			if got := len(w.perPerson(channels.ForMember)); got != 9 || !w.status(m).Done {
				t.Errorf("%d people got it, want 9; done %v", got, w.status(m).Done)
			}
		})
	}
}

// TestTwoNodesClimbAtOnce: of two sweeps at the same moment one asks the next
// rung, and of two answers at the same moment one stands.
func TestTwoNodesClimbAtOnce(t *testing.T) {
	w := street(t, 1)
	m := w.publish(broker.Message{Kind: broker.Alert})
	id := w.open(m).ID
	one := w.approver
	two := &dispatch.Approver{Directory: one.Directory, Ledger: one.Ledger, Queue: one.Queue, Channels: one.Channels, Now: one.Now, Log: one.Log}
	atOnce := func(do func(i int, node *dispatch.Approver)) {
		var both sync.WaitGroup
		for i, node := range []*dispatch.Approver{one, two} {
			both.Go(func() { do(i, node) })
		}
		both.Wait()
		w.settle()
	}
	for range 15 {
		w.now = w.now.Add(time.Minute)
		atOnce(func(_ int, node *dispatch.Approver) {
			if err := node.Climb(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	w.hears(channels.Ask, "Committee: 3, Person 0: 1, Person 1: 2")
	w.hears(channels.Service, "Insp. Delvaux: 0")
	errs := make([]error, 2)
	atOnce(func(i int, node *dispatch.Approver) {
		d := subscribers.Decision{To: subscribers.ApprovalHeld, By: "Person 0", How: subscribers.HowLink, Until: w.now.Add(time.Hour)}
		if i == 1 {
			d = subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 1", How: subscribers.HowLink, Why: "Quelle rue ?"}
		}
		_, errs[i] = node.Decide(t.Context(), id, d)
	})
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("got %v and %v, want one of them refused", errs[0], errs[1])
	}
	if a := w.open(m); a.Version != 5 {
		t.Errorf("version %d, want one move after three climbs", a.Version)
	}
}
