package dispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Aftermath decides what follows from a call or a report, and writes it.
type Aftermath struct {
	Directory Directory
	Ledger    Deliveries
	Queue     Queue
	Log       *slog.Logger

	// CloseAfter is how many deliveries must find that an address does not exist
	// before it is closed, by channel; 0: one.
	CloseAfter map[channels.Name]int

	Traces Traces // of what providers report

	// Chance is from 0 to 1; it spreads what failed together, so that it does not
	// come back together. nil: nothing is spread.
	Chance func() float64
}

// taken is the outcome of a delivery that the provider took.
func (out Outlet) taken(e subscribers.Entry, r channels.Receipt, now time.Time) subscribers.Outcome {
	o := subscribers.Outcome{ID: e.ID, State: channels.Accepted, Ref: r.Ref, Awaits: r.Awaits, At: now, Cost: out.Price * subscribers.Money(r.Units)}
	if r.Awaits {
		o.NextAt = nextLook(e, now, now)
	}
	return o
}

// nextLook is when a sweep looks again at a delivery that was taken at one
// instant, and of which the provider spoke last at another.
func nextLook(e subscribers.Entry, taken, spoke time.Time) time.Time {
	if at, goesOn := e.Silent(taken); goesOn {
		return at
	}
	return spoke.Add(subscribers.ReceiptPatience)
}

// Failure is the outcome of a delivery that the provider did not, or perhaps
// not, take.
func (a Aftermath) Failure(c subscribers.Claimed, on Outlet, err *channels.SendError, now time.Time) subscribers.Outcome {
	o := subscribers.Outcome{ID: c.ID, At: now, Reason: channels.Reason(err.Class)}
	switch {
	case err.Class == channels.Ambiguous:
		o.State, o.NextAt = channels.Unknown, now.Add(reconcileAfter)
	case err.Class.Permanent():
		o.State = channels.Failed
		o = a.closing(o, err.Class, on.Name)
	default:
		o.State = channels.Pending
		o.Wait = now.Add(a.pause(c.Attempt, err.After))
		o.NextAt = o.Wait
		if c.Attempt >= MaxAttempts {
			o.Wait, o.NextAt = now, c.NotAfter // waits in the dead letters until it expires
		}
	}
	a.Log.Info("delivery not taken", "delivery", c.ID, "channel", on.Name, "attempt", c.Attempt, "class", err.Class, "code", err.Code)
	return o
}

// closing lets the address go that a failure speaks of.
func (a Aftermath) closing(o subscribers.Outcome, class channels.Class, on channels.Name) subscribers.Outcome {
	o.Closes, o.Stopped, o.After = class.ClosesAddress(), class == channels.OptedOut, a.CloseAfter[on]
	return o
}

// MaxAttempts is how often a delivery is tried on one channel before somebody
// must look at it: about half an hour with growing pauses.
const MaxAttempts = 30

// reconcileAfter gives the provider's report a chance before it is asked.
const reconcileAfter = 10 * time.Second

// pause is what the provider asked for, or a little more; or else a second,
// doubled with each attempt up to a minute, or part of it.
func (a Aftermath) pause(attempt int, asked time.Duration) time.Duration {
	if asked > 0 {
		return a.spread(asked)
	}
	own := min(time.Second<<min(attempt-1, 6), time.Minute)
	if a.Chance == nil {
		return own
	}
	return own/2 + time.Duration(a.Chance()*float64(own/2))
}

// spread is a pause or up to a tenth more.
func (a Aftermath) spread(pause time.Duration) time.Duration {
	if a.Chance == nil {
		return pause
	}
	return pause + time.Duration(a.Chance()*float64(pause/10))
}

// Record writes outcomes, with the fallback of those that failed for good, and
// queues what follows.
func (a Aftermath) Record(ctx context.Context, outcomes []subscribers.Outcome) error {
	_, err := a.record(ctx, outcomes)
	return err
}

// record is Record, and returns the outcomes that changed nothing.
func (a Aftermath) record(ctx context.Context, outcomes []subscribers.Outcome) (late []channels.DeliveryID, err error) {
	if len(outcomes) == 0 {
		return nil, nil
	}
	if err := a.addFallbacks(ctx, outcomes); err != nil {
		return nil, err
	}
	late, err = a.Ledger.Record(ctx, outcomes)
	if err != nil {
		return nil, fmt.Errorf("record outcomes: %w", err)
	}
	if len(late) > 0 {
		a.Log.Info("late outcomes left aside", "count", len(late), "first", late[0])
	}
	for _, o := range outcomes {
		if err := a.Queue.Entries(ctx, o.Then); err != nil {
			return nil, err
		}
	}
	return late, a.buryExhausted(ctx, outcomes)
}

// addFallbacks lets each delivery that failed for good, or of which the provider
// says nothing, go on to the plan's next channel. It reads all of them at once: a provider that is down fails thousands.
func (a Aftermath) addFallbacks(ctx context.Context, outcomes []subscribers.Outcome) error {
	var failed []channels.DeliveryID
	for _, o := range outcomes {
		if goesOn(o) {
			failed = append(failed, o.ID)
		}
	}
	entries, contacts, err := a.whatIsLeft(ctx, failed)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if e, ok := entries[o.ID]; ok && goesOn(o) && len(e.Rest) > 0 {
			outcomes[i].Then = e.Fallback(contacts[e.Member], o.At)
		}
	}
	return nil
}

func goesOn(o subscribers.Outcome) bool { return o.State == channels.Failed || o.Silent }

// whatIsLeft reads the entries, and the contacts of those that have a
// channel left.
func (a Aftermath) whatIsLeft(ctx context.Context, failed []channels.DeliveryID) (map[channels.DeliveryID]subscribers.Entry, map[subscribers.MemberID][]subscribers.Contact, error) {
	if len(failed) == 0 {
		return nil, nil, nil
	}
	entries, err := a.Ledger.Entries(ctx, failed)
	if err != nil {
		return nil, nil, fmt.Errorf("read deliveries: %w", err)
	}
	var members []subscribers.MemberID
	for _, e := range entries {
		if len(e.Rest) > 0 {
			members = append(members, e.Member)
		}
	}
	if len(members) == 0 {
		return entries, nil, nil
	}
	contacts, err := a.Directory.Contacts(ctx, members)
	if err != nil {
		return nil, nil, fmt.Errorf("read contacts: %w", err)
	}
	return entries, contacts, nil
}

// buryExhausted puts deliveries whose attempts are used up where an operator
// sees them and can replay them. They stay pending until they expire.
func (a Aftermath) buryExhausted(ctx context.Context, outcomes []subscribers.Outcome) error {
	for _, o := range outcomes {
		if o.State != channels.Pending || o.Wait.IsZero() || !o.Wait.Equal(o.At) {
			continue
		}
		if err := a.bury(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (a Aftermath) bury(ctx context.Context, o subscribers.Outcome) error {
	e, err := a.Ledger.Entry(ctx, o.ID)
	if err != nil {
		return fmt.Errorf("read delivery: %w", err)
	}
	data, err := json.Marshal(subscribers.Job{IDs: []channels.DeliveryID{o.ID}})
	if err != nil {
		return fmt.Errorf("encode job: %w", err)
	}
	letter := broker.DeadLetter{
		ID:      uuid.Must(uuid.NewV7()),
		Subject: broker.WorkSubject(string(e.Channel), e.Priority),
		EventID: o.ID.String(), Data: data,
		Reason:   fmt.Sprintf("delivery %s was tried %d times (%s); replay it when the provider works again", o.ID, e.Attempt, o.Reason),
		Attempts: e.Attempt, At: o.At,
	}
	if err := a.Ledger.Bury(ctx, letter); err != nil {
		return fmt.Errorf("bury delivery: %w", err)
	}
	return nil
}
