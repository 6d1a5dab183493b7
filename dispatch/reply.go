package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// matter is an approval that the sender may decide.
type matter struct {
	subscribers.Approval
	who   subscribers.Approver // the sender
	title string               // of the message, in their language
}

const (
	// decidedFor is how long a code is still known after its approval was asked,
	// so that who comes too late learns who was first.
	decidedFor = 7 * 24 * time.Hour
	// mixedUp is how long a yes without a code is not taken for the only message
	// that waits: it may be meant for the one that somebody else has just decided.
	mixedUp = 2 * time.Hour
)

// matters lists what the sender may decide, or lately might have.
func (b *Inbox) matters(ctx context.Context, c conversation) ([]matter, error) {
	var found []matter
	for _, sender := range c.people {
		if !slices.ContainsFunc(sender.Reachable(c.Channel), func(own subscribers.Contact) bool { return own.Address == c.From }) {
			continue // who stopped the number is not asked on it
		}
		for _, p := range sender.In {
			more, err := b.mattersIn(ctx, c, sender, p)
			if err != nil {
				return nil, err
			}
			found = append(found, more...)
		}
	}
	return found, nil
}

func (b *Inbox) mattersIn(ctx context.Context, c conversation, sender subscribers.Sender, id broker.PartnershipID) ([]matter, error) {
	approvers, err := b.Directory.Approvers(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list approvers: %w", err)
	}
	at := slices.IndexFunc(approvers, func(a subscribers.Approver) bool { return a.ID == sender.ID })
	if at < 0 {
		return nil, nil
	}
	approvals, err := b.Ledger.ApprovalsOf(ctx, id, c.At.Add(-decidedFor))
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}
	partnership, err := b.Directory.Partnership(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read partnership: %w", err)
	}
	var found []matter
	for _, a := range approvals {
		if !a.Rule.Approval.MayDecide(approvers, sender.ID) {
			continue
		}
		m, err := b.Messages.Message(ctx, a.Message, a.Revision)
		if err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		text, _ := m.Text(sender.Lang, partnership.Languages...)
		found = append(found, matter{a, approvers[at], text.Title})
	}
	return found, nil
}

// approver says whether the sender ever decides anything.
func (b *Inbox) approver(ctx context.Context, c conversation) (bool, error) {
	for _, sender := range c.people {
		for _, id := range sender.In {
			approvers, err := b.Directory.Approvers(ctx, id)
			if err != nil {
				return false, fmt.Errorf("list approvers: %w", err)
			}
			if slices.ContainsFunc(approvers, func(a subscribers.Approver) bool { return a.ID == sender.ID }) {
				return true, nil
			}
		}
	}
	return false, nil
}

func open(all []matter) []matter {
	return slices.DeleteFunc(slices.Clone(all), func(m matter) bool { return m.State.Final() })
}

func choices(all []matter) []subscribers.Choice {
	var list []subscribers.Choice
	for _, m := range all {
		c := subscribers.Choice{Code: m.ID.Code(), Title: m.title}
		if !slices.Contains(list, c) { // a couple that shares a telephone has each twice
			list = append(list, c)
		}
	}
	return list
}

// decide carries out a yes or a no, where it is certain what it is about.
func (b *Inbox) decide(ctx context.Context, c conversation, mine []matter, answers subscribers.Answers) (subscribers.Verdict, string, error) {
	waiting := open(mine)
	about, what, refusal := c.about(mine, waiting, answers)
	switch {
	case refusal != "":
		return what, refusal, nil
	case c.To == subscribers.ApprovalRefused && c.Rest == "" && !about.State.Final():
		return subscribers.HeardUnsure, answers.NoReason(about.ID.Code()), nil
	case c.To == subscribers.ApprovalApproved && c.Rest != "" && !about.State.Final():
		return subscribers.HeardUnsure, answers.TooMuch(about.ID.Code()), nil
	}
	said, err := b.carryOut(ctx, c, about, answers)
	return subscribers.HeardDecided, said, err
}

// about finds the approval that is meant, or says why none is.
func (c conversation) about(mine, waiting []matter, answers subscribers.Answers) (matter, subscribers.Verdict, string) {
	if c.Code == "" {
		return c.onlyOne(mine, waiting, answers)
	}
	if guesses(c.before) >= maxGuesses {
		return matter{}, subscribers.HeardGuess, answers.Guessing()
	}
	named := func(m matter) bool { return m.ID.Code() == c.Code }
	open := distinct(slices.DeleteFunc(slices.Clone(waiting), func(m matter) bool { return !named(m) }))
	at := slices.IndexFunc(mine, named)
	switch {
	case len(open) > 1:
		return matter{}, subscribers.HeardUnsure, answers.Twins(c.Code)
	case len(open) == 1:
		return open[0], "", ""
	case at >= 0:
		return mine[at], "", "" // decided before: who was first
	}
	return matter{}, subscribers.HeardGuess, answers.NoSuchCode(c.Code)
}

// onlyOne takes a yes or no without a code for the one message that waits.
func (c conversation) onlyOne(mine, waiting []matter, answers subscribers.Answers) (matter, subscribers.Verdict, string) {
	recent := distinct(slices.DeleteFunc(slices.Clone(mine), func(m matter) bool {
		return m.State.Final() && c.At.Sub(m.Asked) > mixedUp
	}))
	switch {
	case len(recent) == 1:
		return recent[0], "", ""
	case len(waiting) == 0:
		return matter{}, subscribers.HeardUnsure, answers.Nothing()
	}
	return matter{}, subscribers.HeardUnsure, answers.Choice(choices(waiting))
}

func distinct(all []matter) []matter {
	var found []matter
	for _, m := range all {
		if !slices.ContainsFunc(found, func(f matter) bool { return f.ID == m.ID }) {
			found = append(found, m)
		}
	}
	return found
}

func guesses(before []subscribers.Heard) int {
	n := 0
	for _, h := range before {
		if h.What == subscribers.HeardGuess {
			n++
		}
	}
	return n
}

// carryOut moves the approval, by the same table as a link does.
func (b *Inbox) carryOut(ctx context.Context, c conversation, about matter, answers subscribers.Answers) (string, error) {
	m, err := b.Messages.Message(ctx, about.Message, about.Revision)
	if err != nil {
		return "", fmt.Errorf("read message: %w", err)
	}
	d := subscribers.Decision{To: c.To, By: about.who.Name, Member: about.who.ID, At: c.At, How: subscribers.HowSMS}
	if c.To == subscribers.ApprovalRefused {
		d.Why = c.Rest
	}
	switch {
	case !about.State.Final() && !c.At.Before(m.Expires): // not even a refusal: it has lapsed
		return answers.Expired(), nil
	case about.who.Name == m.Author: // PLP.md, rule 5
		return answers.OwnMessage(), nil
	}
	_, err = b.Approver.Decide(ctx, about.ID, d)
	var decided *subscribers.DecidedError
	var refused *subscribers.RefusedMoveError
	switch {
	case errors.As(err, &decided) && decided.First.By == d.By && decided.First.To == d.To:
		return answers.Done(c.To, about.title), nil // the same answer again
	case errors.As(err, &decided):
		return answers.TooLate(decided.First, about.title), nil
	case errors.As(err, &refused):
		return answers.NotPossible(), nil
	case err != nil:
		return "", fmt.Errorf("decide: %w", err)
	}
	return answers.Done(c.To, about.title), nil
}
