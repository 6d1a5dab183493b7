package dispatch

import (
	"context"
	"fmt"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// form is a signed form that was copied for somebody who gave the sender's number.
type form struct {
	subscribers.Application
	partnership string // its name
	confirmed   bool   // that the number is theirs
}

// forms lists those whose number somebody was asked about (decision 0084).
func (b *Inbox) forms(ctx context.Context, c conversation) ([]form, error) {
	asked, err := b.Ledger.AskedOnPaper(ctx, c.Channel, c.From, c.At)
	if err != nil {
		return nil, fmt.Errorf("find what the sender was asked: %w", err)
	}
	var found []form
	for _, a := range asked {
		p, err := b.Directory.Partnership(ctx, a.Partnership)
		if err != nil {
			return nil, fmt.Errorf("read partnership: %w", err)
		}
		on, _ := a.Contact(c.Channel, c.From.Hash(c.Channel))
		found = append(found, form{a, p.Name, !on.Confirmed.IsZero()})
	}
	return found, nil
}

// answerForm carries out a yes or a no to the question whether the number is
// the sender's. false: the text is about something else.
func (b *Inbox) answerForm(ctx context.Context, c conversation, mine []matter, answers subscribers.Answers) (subscribers.Verdict, string, bool, error) {
	waiting := slices.DeleteFunc(slices.Clone(c.forms), func(f form) bool { return f.confirmed })
	about := waiting
	if c.Code != "" {
		about = slices.DeleteFunc(slices.Clone(waiting), func(f form) bool { return f.ID.Code() != c.Code })
	}
	switch {
	case len(about) == 0 && c.Code == "" && len(mine) == 0 && len(c.forms) > 0:
		return subscribers.HeardForm, answers.Confirmed(c.forms[0].partnership), true, nil // the same answer again
	case len(about) == 0:
		return "", "", false, nil
	case c.To == subscribers.ApprovalApproved && c.Rest != "":
		return subscribers.HeardUnsure, answers.OnlyYes(), true, nil
	case c.Code == "" && len(mine) > 0: // an approver, who may mean a message
		return subscribers.HeardUnsure, answers.Choice(append(choices(open(mine)), formChoices(waiting)...)), true, nil
	case c.Code == "" && len(partnershipsOf(about)) > 1:
		return subscribers.HeardUnsure, answers.FormChoice(formChoices(waiting)), true, nil
	}
	said, err := b.settleForms(ctx, c, about, answers)
	return subscribers.HeardForm, said, true, err
}

// settleForms confirms the number in each, or takes it out of them: a couple
// that shares a telephone signed one each.
func (b *Inbox) settleForms(ctx context.Context, c conversation, about []form, answers subscribers.Answers) (string, error) {
	hash := c.From.Hash(c.Channel)
	for _, f := range about {
		if c.To == subscribers.ApprovalRefused {
			if err := b.Ledger.DeclineForm(ctx, f.ID, c.Channel, hash); err != nil {
				return "", fmt.Errorf("take a number out of a form: %w", err)
			}
			continue
		}
		if _, err := b.Ledger.Confirm(ctx, f.ID, c.Channel, hash, c.At); err != nil {
			return "", fmt.Errorf("confirm a form: %w", err)
		}
	}
	if c.To == subscribers.ApprovalRefused {
		return answers.Declined(), nil
	}
	return answers.Confirmed(about[0].partnership), nil
}

func formChoices(all []form) []subscribers.Choice {
	var list []subscribers.Choice
	for _, f := range all {
		list = append(list, subscribers.Choice{Code: f.ID.Code(), Title: f.partnership})
	}
	return list
}

func partnershipsOf(all []form) (ids []broker.PartnershipID) {
	for _, f := range all {
		if !slices.Contains(ids, f.Partnership) {
			ids = append(ids, f.Partnership)
		}
	}
	return ids
}

// stopForms makes a stop the last word about forms as well, and says whether
// there were any.
func (b *Inbox) stopForms(ctx context.Context, c conversation) (bool, error) {
	found := false
	for _, f := range c.forms {
		if f.confirmed {
			continue
		}
		if err := b.Ledger.DeclineForm(ctx, f.ID, c.Channel, c.From.Hash(c.Channel)); err != nil {
			return false, fmt.Errorf("take a number out of a form: %w", err)
		}
		found = true
	}
	return found, nil
}
