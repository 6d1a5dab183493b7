package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Outlet is one channel as the sender uses it.
type Outlet struct {
	Name      channels.Name
	Channel   channels.Channel
	Parallel  int               // calls at once
	Find      Finder            // nil: the provider cannot be asked
	Collapses bool              // a repeat shows once: email by Message-ID, push by Topic
	Price     subscribers.Money // of one of the Receipt's Units
	Redials   bool              // a report may ask for another attempt: what was accepted is not done yet
	PerSecond int               // calls a second, at most, over all nodes; 0: no limit
}

// Finder asks a provider whether it took a delivery, after a call whose
// outcome nobody knows.
type Finder interface {
	Find(ctx context.Context, d channels.Delivery) (channels.Receipt, bool, error)
}

// Sender sends the jobs of one channel.
type Sender struct {
	Outlet Outlet
	Ledger Deliveries
	Seen   Seen
	Script *Script
	After  Aftermath
	Loops  *Loops          // nil: loops are not looked for
	Owner  string          // this node, in claims
	Lease  time.Duration   // after it, an entry still calling counts as unknown
	Begin  time.Duration   // a job begins no call after it; 0: half the lease
	Pauses []time.Duration // before outcomes are written again that the ledger did not take; none: the job comes again
	Now    func() time.Time
	Log    *slog.Logger

	Incidents *Incidents // told when the provider refuses us; nil: nobody is
	Limiter   Limiter    // nil: this channel has no rate, and its pauses are this node's own
	Traces    Traces

	slots      chan struct{} // one for each call at once, over all jobs of this node
	turns      *turns
	stock      stock // of the rate; who has the turn has it
	standstill *standstill
	retries    *retries
	places     map[broker.Priority]*places
}

// NewSender makes a sender ready to handle jobs.
func NewSender(s Sender) *Sender {
	s.slots = make(chan struct{}, s.Outlet.Parallel)
	s.turns, s.stock = newTurns(), stock{}
	s.standstill, s.retries = &standstill{}, newRetries(s.Now())
	s.places = newPlaces()
	if s.Begin == 0 {
		s.Begin = s.Lease / 2
	}
	return &s
}

// Handle sends one job: claim, refuse what must not go any more, call, record.
// It acks once every outcome is in the ledger.
func (s *Sender) Handle(ctx context.Context, e broker.Event) error {
	var job subscribers.Job
	if err := json.Unmarshal(e.Data, &job); err != nil {
		return &broker.DropError{Err: errors.New("the job is not JSON of the form {\"ids\":[…]}")}
	}
	admitted, err := s.leaveAside(ctx, job.IDs)
	if err != nil || len(admitted) == 0 {
		return err
	}
	began := s.Now() // the leases in Seen and in the ledger run from here, however long either takes to answer
	mine := s.gate(ctx, admitted)
	claimed, err := s.Ledger.Claim(ctx, mine, began, s.Lease)
	if err != nil {
		s.release(ctx, mine)
		return fmt.Errorf("claim deliveries: %w", err)
	}
	ctx, step := s.Traces.beginJob(ctx, "send", claimed)
	step.count(s.Outlet.Name, len(claimed))
	err = s.deliver(ctx, batch{claimed: claimed, began: began, mine: mine})
	step.end(err)
	return err
}

// batch is what is called together: a job, or a page of a plan.
type batch struct {
	claimed []subscribers.Claimed
	began   time.Time             // when the lease did
	mine    []channels.DeliveryID // claimed in Seen; of a page none, for nobody else has a job for it yet
	about   *subscribers.Occasion // of all of it, as the plan has just read it; nil: it is read
}

// deliver calls, and records what came of it.
func (s *Sender) deliver(ctx context.Context, b batch) error {
	outcomes := s.sendAll(ctx, b)
	// The calls were made: their outcome is written even while the node stops, and
	// as long as nobody else may have the rows.
	left := max(s.Lease-s.Now().Sub(b.began), s.Lease/4)
	record, cancel := context.WithTimeout(context.WithoutCancel(ctx), left)
	defer cancel()
	if err := s.persist(record, outcomes); err != nil {
		return err
	}
	if len(b.mine) > 0 {
		s.settle(record, b.mine, outcomes)
	}
	return nil
}

// gate leaves out what another node works on or has finished. Without Seen the
// ledger's claim alone decides.
func (s *Sender) gate(ctx context.Context, ids []channels.DeliveryID) []channels.DeliveryID {
	verdicts, err := s.Seen.Claim(ctx, s.Owner, keys(ids), s.Lease)
	if err != nil {
		s.Log.Warn("seen is away, the ledger alone decides", "err", err)
		return ids
	}
	var mine []channels.DeliveryID
	for i, v := range verdicts {
		if v == Claimed {
			mine = append(mine, ids[i])
		}
	}
	return mine
}

func (s *Sender) sendAll(ctx context.Context, b batch) []subscribers.Outcome {
	ready, outcomes := s.split(b.claimed)
	contents, ready, held, err := s.prepare(ctx, ready, b.about)
	outcomes = append(outcomes, held...)
	if err != nil {
		s.Log.Error("texts or quiet hours cannot be read, deliveries wait", "err", err)
		return append(outcomes, s.handBack(ready)...)
	}
	ready, stopped := s.stopLoops(ctx, ready, contents)
	outcomes = append(outcomes, stopped...)
	// What has not begun by then is handed back, well before the lease ends: a
	// claim that the database kept waiting leaves that much less time for calls.
	// The last to begin still have a quarter of the lease for themselves, for a
	// call that is cut short may have been taken.
	used, whole := s.Now().Sub(b.began), context.WithoutCancel(ctx)
	begin, stop := context.WithTimeout(whole, s.Begin-used)
	defer stop()
	calls, cancel := context.WithTimeout(whole, s.Begin+s.Lease/4-used)
	defer cancel()
	sent := make([]subscribers.Outcome, len(ready))
	began := s.standstill.times()
	var running sync.WaitGroup
	urgency := mostUrgent(ready)
	leave := s.turns.join(urgency)
	for i, c := range ready {
		if !s.retries.allow(c, s.Now()) {
			sent[i] = s.later(c, s.Now().Add(s.After.spread(retryLater)))
			continue
		}
		if !s.begin(ctx, begin, urgency) {
			sent[i] = s.later(c, s.Now())
			continue
		}
		if halt := s.standstill.since(began, s.Now()); halt.stands { // it began during this job
			<-s.slots
			sent[i] = s.waitOrGoOn(c, halt)
			continue
		}
		if empty(contents[c.ID]) {
			<-s.slots
			sent[i] = subscribers.Outcome{ID: c.ID, State: channels.Suppressed, Reason: channels.ReasonCancelled, At: s.Now()}
			continue
		}
		running.Go(func() {
			defer func() { <-s.slots }()
			sent[i] = s.send(calls, c, contents[c.ID])
		})
	}
	leave()
	running.Wait()
	return append(outcomes, sent...)
}

// mostUrgent is the priority of a job: the queue puts none together of several.
func mostUrgent(of []subscribers.Claimed) broker.Priority {
	for _, p := range broker.Priorities() {
		if slices.ContainsFunc(of, func(c subscribers.Claimed) bool { return c.Priority == p }) {
			return p
		}
	}
	return broker.Bulk
}

// prepare holds what must wait for quiet hours or a pause that began since it
// was planned, as for a retry or the plan's next channel, and reads what the rest says.
func (s *Sender) prepare(ctx context.Context, claimed []subscribers.Claimed, about *subscribers.Occasion) (contents map[channels.DeliveryID]*channels.Content, ready []subscribers.Claimed, held []subscribers.Outcome, err error) {
	waiting, err := newCalm(s.Script.Directory, s.Script.Ledger, about).until(ctx, claimed, s.Now())
	if err != nil {
		return nil, claimed, nil, err
	}
	ready = make([]subscribers.Claimed, 0, len(claimed))
	for _, c := range claimed {
		if until, waits := waiting[c.ID]; waits {
			held = append(held, hold(c, until, s.Now()))
		} else {
			ready = append(ready, c)
		}
	}
	contents, err = s.Script.Contents(ctx, ready, about)
	return contents, ready, held, err
}

// stopLoops leaves out what has gone to its address too often. Nothing is kept
// back unless somebody is told: it waits while the incident cannot be written.
func (s *Sender) stopLoops(ctx context.Context, claimed []subscribers.Claimed, contents map[channels.DeliveryID]*channels.Content) ([]subscribers.Claimed, []subscribers.Outcome) {
	ready, looping, rounds := s.Loops.split(ctx, claimed, contents, s.Now())
	if len(looping) == 0 {
		return ready, nil
	}
	if err := s.Loops.raise(ctx, rounds); err != nil {
		s.Log.Error("a loop cannot be noted, its deliveries wait", "err", err)
		return ready, s.handBack(looping)
	}
	stopped := make([]subscribers.Outcome, len(looping))
	for i, c := range looping {
		stopped[i] = subscribers.Outcome{ID: c.ID, State: channels.Suppressed, Reason: channels.ReasonLoop, At: s.Now()}
	}
	return ready, stopped
}

// empty says whether everything that an infoflash held has been withdrawn.
func empty(c *channels.Content) bool { return c.Purpose == channels.Digest && len(c.Items) == 0 }

func (s *Sender) send(ctx context.Context, c subscribers.Claimed, content *channels.Content) subscribers.Outcome {
	ctx, step := s.Traces.beginCall(ctx, c)
	receipt, err := s.Outlet.Channel.Send(ctx, channels.Delivery{
		ID:       c.ID,
		Attempt:  c.Attempt,
		To:       c.Contact.Address,
		Content:  content,
		Links:    s.Script.Links(c.Entry),
		Priority: c.Priority,
		NotAfter: c.NotAfter,
		Corrects: c.Replies,
	})
	step.endCall(err)
	if err != nil {
		return s.failed(ctx, c, channels.AsSendError(err))
	}
	s.answered()
	return s.Outlet.taken(c.Entry, receipt, s.Now())
}

// split refuses what must not go any more, and says why.
func (s *Sender) split(claimed []subscribers.Claimed) (ready []subscribers.Claimed, refused []subscribers.Outcome) {
	now := s.Now()
	ready = make([]subscribers.Claimed, 0, len(claimed))
	for _, c := range claimed {
		state, reason := Refusal(c, now)
		if state == "" {
			ready = append(ready, c)
			continue
		}
		refused = append(refused, subscribers.Outcome{ID: c.ID, State: state, Reason: reason, At: now})
	}
	return ready, refused
}

// Refusal says what becomes of a delivery that must not be sent any more: it
// has expired, the police took it back, its recipient has left since it was planned (PLP.md, rule 10),
// or has stopped or lost this one address, so that the next channel takes
// over. An empty state: it may go.
func Refusal(c subscribers.Claimed, now time.Time) (channels.State, channels.Reason) {
	switch {
	case !now.Before(c.NotAfter):
		return channels.Expired, ""
	case c.Stopped:
		return channels.Suppressed, channels.ReasonCancelled
	case c.Left:
		return channels.Suppressed, channels.ReasonLeft
	case c.Contact.Address.IsZero() || c.Contact.State != subscribers.ContactActive:
		return channels.Failed, channels.Reason(channels.Gone)
	}
	return "", ""
}

func (s *Sender) handBack(claimed []subscribers.Claimed) []subscribers.Outcome {
	outcomes := make([]subscribers.Outcome, len(claimed))
	for i, c := range claimed {
		outcomes[i] = s.later(c, s.Now())
	}
	return outcomes
}

// later returns an entry that was claimed and not called, or at whose call the
// provider did not look, with no attempt counted; a sweep queues it from an
// instant on.
func (s *Sender) later(c subscribers.Claimed, at time.Time) subscribers.Outcome {
	return subscribers.Outcome{ID: c.ID, State: channels.Pending, At: s.Now(), Wait: at, NextAt: at, Attempt: c.Attempt, Uncounted: true}
}

// settle tells Seen what the ledger now says.
func (s *Sender) settle(ctx context.Context, claimed []channels.DeliveryID, outcomes []subscribers.Outcome) {
	finished := make(map[channels.DeliveryID]bool, len(outcomes))
	for _, o := range outcomes {
		finished[o.ID] = !s.comesBack(o)
	}
	var done, open []channels.DeliveryID
	for _, id := range claimed {
		if finished[id] {
			done = append(done, id)
		} else {
			open = append(open, id)
		}
	}
	if err := s.Seen.Done(ctx, keys(done), seenTTL); err != nil {
		s.Log.Warn("seen is away", "err", err)
	}
	s.release(ctx, open)
}

// comesBack says whether another job may bring the delivery again: it waits for
// its next attempt or the end of quiet hours, nobody knows what became of the call, or nobody may answer it.
func (s *Sender) comesBack(o subscribers.Outcome) bool {
	return o.State == channels.Pending || o.State == channels.Held || o.State == channels.Unknown ||
		o.State == channels.Accepted && o.Awaits && s.Outlet.Redials
}

// seenTTL is longer than a job can come back: the broker keeps events for less.
const seenTTL = 24 * time.Hour

func (s *Sender) release(ctx context.Context, ids []channels.DeliveryID) {
	if err := s.Seen.Release(ctx, s.Owner, keys(ids)); err != nil {
		s.Log.Warn("seen is away", "err", err)
	}
}

func keys(ids []channels.DeliveryID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id.UUID[:])
	}
	return out
}
