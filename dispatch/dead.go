package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Graveyard keeps what the steps gave up on, hands it out again, and sees to it
// that somebody knows.
type Graveyard struct {
	Ledger    GraveLedger
	Publisher broker.Publisher
	Incidents interface {
		Raise(ctx context.Context, i subscribers.Incident) error
	}
	Now func() time.Time
}

// GraveLedger is what the Graveyard needs of the ledger.
type GraveLedger interface {
	Replayer
	// TakeTurn says whether a job that one node does for all is the caller's.
	TakeTurn(ctx context.Context, job string, now time.Time, every time.Duration) (bool, error)
	Approval(ctx context.Context, id subscribers.ApprovalID) (subscribers.Approval, error)
	Entries(ctx context.Context, ids []channels.DeliveryID) (map[channels.DeliveryID]subscribers.Entry, error)
}

// Find lists the letters that a filter chooses, the oldest first.
func (g *Graveyard) Find(ctx context.Context, f broker.DeadFilter) ([]broker.DeadLetter, error) {
	all, err := g.Ledger.DeadLetters(ctx)
	if err != nil {
		return nil, err
	}
	var found []broker.DeadLetter
	for _, d := range all {
		if !f.Takes(d) {
			continue
		}
		if f.Message != (broker.MessageID{}) {
			about, err := g.about(ctx, d)
			if err != nil {
				return nil, fmt.Errorf("read what dead letter %s is about: %w", d.ID, err)
			}
			if !slices.Contains(about, f.Message) {
				continue
			}
		}
		found = append(found, d)
	}
	return found, nil
}

// about lists the messages of a letter; none where nothing tells them. Another
// program may publish without a name, so the event itself is read.
func (g *Graveyard) about(ctx context.Context, d broker.DeadLetter) ([]broker.MessageID, error) {
	if d.Subject.Stage() == broker.StagePlan {
		return g.ofApproval(ctx, d)
	}
	letter, err := g.Ledger.DeadLetter(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var event struct {
		ID broker.MessageID `json:"id"`
		subscribers.Job
	}
	if json.Unmarshal(letter.Data, &event) != nil {
		return nil, nil // that it cannot be read may be why it lies here
	}
	entries, err := g.Ledger.Entries(ctx, event.IDs)
	about := []broker.MessageID{event.ID}
	for _, e := range entries {
		about = append(about, broker.MessageID{UUID: e.About})
	}
	return about, err
}

func (g *Graveyard) ofApproval(ctx context.Context, d broker.DeadLetter) ([]broker.MessageID, error) {
	tokens := d.Subject.Tokens()
	id, err := uuid.Parse(tokens[len(tokens)-1])
	if err != nil {
		return nil, nil // no approval has such a name
	}
	a, err := g.Ledger.Approval(ctx, subscribers.ApprovalID{UUID: id})
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil, nil
	}
	return []broker.MessageID{a.Message}, err
}

// Replay publishes a letter's event again, without its id: the broker would
// drop what it has seen.
func (g *Graveyard) Replay(ctx context.Context, id uuid.UUID) error {
	letter, err := g.Ledger.DeadLetter(ctx, id)
	if err != nil {
		return err
	}
	if err := g.Publisher.Publish(ctx, broker.Event{Subject: letter.Subject, Data: letter.Data}); err != nil {
		return fmt.Errorf("publish dead letter again: %w", err)
	}
	return g.Ledger.MarkReplayed(ctx, letter, g.Now())
}

const (
	graveEvery  = time.Minute
	graveRecent = 2 * graveEvery // so that a tick that comes late misses none
	graveRemind = 24 * time.Hour
)

// Tick raises an incident for what was given up lately, and once a day for what
// still lies there: dead letters never grow in silence. One node does it.
func (g *Graveyard) Tick(ctx context.Context) error {
	now := g.Now()
	mine, err := g.Ledger.TakeTurn(ctx, "dead letters", now, graveEvery)
	if err != nil || !mine {
		return err
	}
	waiting, err := g.Find(ctx, broker.DeadFilter{Waiting: true})
	if err != nil || len(waiting) == 0 {
		return err
	}
	recent := make(map[broker.Stage]int)
	for _, d := range waiting {
		if now.Sub(d.At) < graveRecent {
			recent[d.Subject.Stage()]++
		}
	}
	var failed []error
	for stage, n := range recent {
		failed = append(failed, g.Incidents.Raise(ctx, subscribers.Incident{
			Kind: subscribers.IncidentDead, Matter: string(stage), Count: n, Texts: subscribers.DeadTexts(len(waiting)),
		}))
	}
	if len(recent) > 0 {
		return errors.Join(failed...)
	}
	return g.remind(ctx, len(waiting), now)
}

func (g *Graveyard) remind(ctx context.Context, waiting int, now time.Time) error {
	mine, err := g.Ledger.TakeTurn(ctx, "dead letters of yesterday", now, graveRemind)
	if err != nil || !mine {
		return err
	}
	return g.Incidents.Raise(ctx, subscribers.Incident{Kind: subscribers.IncidentDead, Matter: "waiting", Texts: subscribers.DeadTexts(waiting)})
}
