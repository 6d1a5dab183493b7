package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

// world is the pipeline on a real SQLite ledger, with a broker and providers
// that the test controls, under a clock that only the test moves.
type world struct {
	t     *testing.T
	kit   kit
	store *store.Store
	redis *clockedRedis // nil: the kit has none
	rng   *rand.Rand
	now   time.Time

	mu       sync.Mutex
	queue    []broker.Event
	provider *provider
	faults   faults

	router   *dispatch.Router
	approver *dispatch.Approver
	planner  *dispatch.Planner
	senders  map[channels.Name]*dispatch.Sender
	digester *dispatch.Digester
	sweeper  *dispatch.Sweeper
	cases    *dispatch.Cases
	budgets  *dispatch.Budgets
	after    dispatch.Aftermath
	dead     []error // what handlers dropped
	hold     bool    // keep jobs in held instead of running them
	held     []broker.Event
}

// faults are the chances, in percent, of each mishap.
type faults struct{ lost, twice, crashBefore, crashAfter, retryable, cutTaken, cutLost, gone int }

var errCrash = errors.New("the node crashed here")

// monday is a working day, far from quiet hours.
func monday() time.Time {
	return time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	return newWorldOn(t, seed, readKit(t))
}

// newWorldOn is a world on what the test chooses, whatever the variable says.
func newWorldOn(t *testing.T, seed uint64, kit kit) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), kit.newDatabase(t), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, kit: kit, store: s, rng: rand.New(rand.NewPCG(seed, 1)), now: monday()}
	w.provider = &provider{w: w, taken: make(map[channels.DeliveryID]int), at: make(map[channels.DeliveryID]time.Time)}
	w.build(log)
	return w
}

func (w *world) build(log *slog.Logger) {
	ledger := &crashingLedger{Store: w.store, w: w}
	queue := dispatch.Queue{Publisher: w, JobSize: 7}
	names := []channels.Name{channels.SMS, channels.Email}
	now := func() time.Time { return w.now }
	may, err := subscribers.NewCapabilities(make([]byte, 32))
	if err != nil {
		w.t.Fatal(err)
	}
	script := &dispatch.Script{Directory: w.store, Ledger: ledger, Capabilities: may, PublicURL: "http://relais.test"}
	w.after = dispatch.Aftermath{Directory: w.store, Ledger: ledger, Queue: queue, Log: log}
	w.router = &dispatch.Router{Directory: w.store, Ledger: ledger, Queue: queue, Channels: names, Now: now, Log: log}
	w.approver = &dispatch.Approver{Directory: w.store, Ledger: ledger, Queue: queue, Channels: names, Now: now, Log: log}
	w.cases = &dispatch.Cases{Directory: w.store, Ledger: ledger, Queue: queue, Channels: names, MandatedAfter: 24 * time.Hour, Local: brussels(w.t), Now: now, Log: log}
	w.planner = &dispatch.Planner{Directory: w.store, Ledger: ledger, Queue: queue, Cases: w.cases, Channels: names, Paid: map[channels.Name]bool{channels.SMS: true}, Page: 10, Now: now, Log: log}
	w.router.Planner = w.planner
	w.budgets = &dispatch.Budgets{Directory: w.store, Ledger: w.store, Queue: queue, Channels: names, Now: now, Log: log}
	w.digester = &dispatch.Digester{Directory: w.store, Ledger: ledger, Queue: queue, Channels: names, Page: 10, MaxAge: 36 * time.Hour, Lease: time.Minute, Now: now, Log: log}
	seen := w.newSeen()
	w.senders = make(map[channels.Name]*dispatch.Sender)
	outlets := make(map[channels.Name]dispatch.Outlet)
	prices := map[channels.Name]subscribers.Money{channels.SMS: subscribers.Euros(0.05)}
	for _, name := range names {
		outlets[name] = dispatch.Outlet{Name: name, Channel: w.provider, Parallel: 4, Find: w.provider, Price: prices[name]}
		w.senders[name] = dispatch.NewSender(dispatch.Sender{
			Outlet: outlets[name], Ledger: ledger, Seen: seen, Script: script, After: w.after,
			Incidents: &dispatch.Incidents{Directory: w.store, Ledger: w.store, Queue: queue, Channels: names, Now: now, Log: log},
			Owner:     "node", Lease: time.Minute, Now: now, Log: log,
		})
	}
	w.sweeper = &dispatch.Sweeper{Directory: w.store, Ledger: ledger, Approver: w.approver, Planner: w.planner, Cases: w.cases, Queue: queue, After: w.after,
		Script: script, Outlets: outlets, Lease: 20 * time.Second, Now: now, Log: log}
}

// callAtOnce lets plans' pages be called as they are written, as a node does;
// without it every page waits in the queue, as behind a provider that is slow.
func (w *world) callAtOnce() { w.planner.Senders, w.planner.Lease = w.senders, time.Minute }

// perhapsAtOnce does so in the runs of odd seeds.
func (w *world) perhapsAtOnce(seed uint64) {
	if seed%2 == 1 {
		w.callAtOnce()
	}
}

func (w *world) chance(percent int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rng.IntN(100) < percent
}

// Publish keeps an event, or loses it, or keeps it twice.
func (w *world) Publish(_ context.Context, e broker.Event) error {
	copies := 1
	switch {
	case w.chance(w.faults.lost):
		copies = 0
	case w.chance(w.faults.twice):
		copies = 2
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for range copies {
		w.queue = append(w.queue, e)
	}
	return nil
}

// take removes a random event: the broker promises no order.
func (w *world) take() (broker.Event, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return broker.Event{}, false
	}
	i := w.rng.IntN(len(w.queue))
	e := w.queue[i]
	w.queue = append(w.queue[:i], w.queue[i+1:]...)
	return e, true
}

// settle hands out events until none is left. What fails comes again.
func (w *world) settle() {
	for e, ok := w.take(); ok; e, ok = w.take() {
		err := w.handle(e)
		var drop *broker.DropError
		if errors.As(err, &drop) {
			w.dead = append(w.dead, err)
		} else if err != nil {
			w.mu.Lock()
			w.queue = append(w.queue, e)
			w.mu.Unlock()
		}
	}
}

func (w *world) handle(e broker.Event) error {
	tokens := e.Subject.Tokens()
	if w.hold && tokens[1] == "work" {
		w.held = append(w.held, e)
		return nil
	}
	switch tokens[1] {
	case "message":
		return errors.Join(w.router.Handle(w.t.Context(), e), w.rest())
	case "approval":
		return errors.Join(w.planner.Handle(w.t.Context(), e), w.rest())
	}
	return w.anyNode(w.senders[channels.Name(tokens[2])]).Handle(w.t.Context(), e)
}

// rest waits until no page of a plan is in hand.
func (w *world) rest() error {
	var errs []error
	for _, s := range w.senders {
		errs = append(errs, s.Rest(w.t.Context()))
	}
	return errors.Join(errs...)
}

// pass lets time go by in steps, sweeping at each.
func (w *world) pass(d, step time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(step)
		for range w.kit.nodes {
			if err := w.sweeper.Sweep(w.t.Context()); err != nil && !errors.Is(err, errCrash) {
				w.t.Fatal(err)
			}
		}
		w.settle()
	}
}

// tick lets the digests look at the clock.
func (w *world) tick() {
	for {
		err := w.digester.Tick(w.t.Context())
		if err == nil {
			break
		}
		if !errors.Is(err, errCrash) {
			w.t.Fatal(err)
		}
		w.now = w.now.Add(2 * time.Minute)
	}
	w.settle()
}

// publish hands a message in as the police's program does.
func (w *world) publish(m broker.Message) broker.Message {
	w.t.Helper()
	m = w.valid(m)
	data, err := json.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.queue = append(w.queue, broker.Event{Subject: broker.MessageSubject(m.Zone), Data: data})
	w.mu.Unlock()
	w.settle()
	return m
}

func (w *world) valid(m broker.Message) broker.Message {
	if m.ID == (broker.MessageID{}) {
		m.ID = broker.NewMessageID()
	}
	m.Zone, m.Author, m.Sent = "demo", "Insp. Delvaux", w.now
	if m.Expires.IsZero() {
		m.Expires = w.now.Add(48 * time.Hour)
	}
	if m.Texts == nil {
		m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: "Titre", Body: "Texte"}}
	}
	return m.WithUsual()
}

// approve decides until the node does not crash on it.
func (w *world) approve(m broker.Message, p broker.PartnershipID) {
	w.t.Helper()
	id := subscribers.ApprovalIDFor(m.ID, m.Revision, p)
	for {
		_, err := w.approver.Decide(w.t.Context(), id, subscribers.Decision{To: subscribers.ApprovalApproved, By: "Anne", How: subscribers.HowLink})
		var first *subscribers.DecidedError
		if err == nil || errors.As(err, &first) {
			break
		}
		if !errors.Is(err, errCrash) {
			w.t.Fatal(err)
		}
	}
	w.settle()
}

func (w *world) status(m broker.Message) subscribers.Status {
	w.t.Helper()
	status, err := w.store.Status(w.t.Context(), m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return status
}

// plan is a partnership's; every one begins with the given rules.
func (w *world) partnership(id broker.PartnershipID, plan string) {
	w.t.Helper()
	parsed, err := subscribers.ParsePlan([]byte(plan))
	if err != nil {
		w.t.Fatal(err)
	}
	p := subscribers.Partnership{ID: id, Zone: "demo", Name: "PLP " + string(id), Tag: "PLP", Languages: []broker.Lang{broker.French},
		Stage: subscribers.StageLaunched, Charter: subscribers.Charter{Signed: subscribers.Date{Year: 2026, Month: 1, Day: 1}}}
	if _, err := w.store.ImportPartnership(w.t.Context(), p, parsed); err != nil {
		w.t.Fatal(err)
	}
}

// people join a partnership: numbered members from..to, each with a mobile and
// an email address; the first two are coordinator and deputy.
func (w *world) people(id broker.PartnershipID, from, to int) {
	w.t.Helper()
	var rows []store.MemberRow
	for n := from; n < to; n++ {
		role := subscribers.RoleMember
		switch n - from {
		case 0:
			role = subscribers.RoleCoordinator
		case 1:
			role = subscribers.RoleDeputy
		}
		rows = append(rows, store.MemberRow{Role: role, Member: subscribers.Member{Name: fmt.Sprintf("Person %d", n), Lang: broker.French, Contacts: []subscribers.Contact{
			{Channel: channels.SMS, Address: channels.NewAddress(fmt.Sprintf("+3247%07d", n)), State: subscribers.ContactActive},
			{Channel: channels.Email, Address: channels.NewAddress(fmt.Sprintf("p%d@example.be", n)), State: subscribers.ContactActive},
		}}})
	}
	if _, err := w.store.ImportMembers(w.t.Context(), id, rows, subscribers.Consent{At: w.now, How: "test"}); err != nil {
		w.t.Fatal(err)
	}
}

// noSeen is Redis away: the ledger alone decides.
type noSeen struct{}

var errAway = errors.New("redis is away")

func (noSeen) Claim(context.Context, string, []string, time.Duration) ([]dispatch.Verdict, error) {
	return nil, errAway
}
func (noSeen) Done(context.Context, []string, time.Duration) error { return errAway }
func (noSeen) Release(context.Context, string, []string) error     { return errAway }

// perPerson counts what each member really got of the police's messages.
func (w *world) perPerson(purposes ...channels.Purpose) map[subscribers.MemberID]int {
	w.t.Helper()
	got := make(map[subscribers.MemberID]int)
	for id, copies := range w.provider.taken {
		e, err := w.store.Entry(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, purpose := range purposes {
			if e.Purpose == purpose {
				got[e.Member] += copies
			}
		}
	}
	return got
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
