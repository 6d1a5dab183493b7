package dispatch

import (
	"context"
	"fmt"
	"slices"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// answer is what the police said to the last question before approvers were
// asked (again); empty if there was none.
func (s *Script) answer(ctx context.Context, e subscribers.Entry, p subscribers.Partnership) (string, error) {
	if e.Revision == 1 {
		return "", nil // nothing has happened before the first question
	}
	moves, err := s.Ledger.Moves(ctx, e.Approval)
	if err != nil {
		return "", fmt.Errorf("read decisions: %w", err)
	}
	for _, move := range slices.Backward(moves) {
		if move.Version <= e.Revision && move.To == subscribers.ApprovalPending && move.Why != "" {
			return said(move.Decision, e.Lang, p), nil
		}
	}
	return "", nil
}

// outcome is the decision that a notice is about. The approval may have moved on since.
func (s *Script) outcome(ctx context.Context, e subscribers.Entry, a subscribers.Approval, p subscribers.Partnership) (string, error) {
	if e.About == subscribers.NoticeAbout(a.ID, subscribers.ApprovalWithdrawn) {
		return subscribers.Withdrawal(e.CreatedAt).Say(e.Lang), nil
	}
	moves, err := s.Ledger.Moves(ctx, a.ID)
	if err != nil {
		return "", fmt.Errorf("read decisions: %w", err)
	}
	for _, move := range moves {
		if move.Version == e.Revision {
			return said(move.Decision, e.Lang, p), nil
		}
	}
	return said(a.Decision, e.Lang, p), nil
}

func said(d subscribers.Decision, lang broker.Lang, p subscribers.Partnership) string {
	d.Until = d.Until.In(p.Location())
	return d.Say(lang)
}

// service is what Relais itself says.
func (s *Script) service(ctx context.Context, e subscribers.Entry) (*channels.Content, error) {
	m, err := s.Ledger.ServiceMessage(ctx, e.About)
	if err != nil {
		return nil, fmt.Errorf("read service message: %w", err)
	}
	text := m.Text(e.Lang)
	return &channels.Content{
		Purpose: channels.Service, Lang: e.Lang, Partnership: m.From, Tag: m.Tag,
		Kind: broker.Info, Urgency: broker.Expected, MsgType: broker.TypeAlert,
		Title: text.Title, Body: text.Body, Sent: e.CreatedAt, Expires: e.NotAfter,
	}, nil
}
