package web

import (
	"context"
	"errors"
	"fmt"

	"relais/subscribers"
)

// An alert at night may wait in each partnership of a zone. What an officer writes
// about one of them can hold for all: the same message, the same reason.

// alsoReleasable lists the approvals of the same message that nobody has answered
// either, and that the caller may send now.
func (s *server) alsoReleasable(ctx context.Context, d matterOfDesk) ([]subscribers.ApprovalID, error) {
	found, err := s.Records.Outline(ctx, d.message.ID, 0)
	if err != nil {
		return nil, fmt.Errorf("read who has not answered: %w", err)
	}
	who, now := callerOf(ctx), s.Now()
	var others []subscribers.ApprovalID
	for _, p := range found.Partnerships {
		there := subscribers.Scope{Zone: d.message.Zone, Partnership: p.Partnership}
		if p.Approval != d.approval.ID && p.ReleasableAt(now) && who.mayAlso(subscribers.SpeakAsPolice, there) {
			others = append(others, p.Approval)
		}
	}
	return others, nil
}

// fillOthers offers to send it in the other partnerships with the same words.
func (s *server) fillOthers(ctx context.Context, p *decisionPage, d matterOfDesk) error {
	if p.Form == nil || d.approval.State != subscribers.ApprovalPending {
		return nil
	}
	others, err := s.alsoReleasable(ctx, d)
	if err == nil && len(others) > 0 {
		p.Form.Others = p.N("decision.release.others", len(others))
	}
	return err
}

// releaseOthers sends the message in the other partnerships too. Where somebody
// answers in that moment, nothing is done.
func (s *server) releaseOthers(ctx context.Context, d matterOfDesk, say subscribers.Decision) error {
	others, err := s.alsoReleasable(ctx, d)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range others {
		_, err := s.Decider.Decide(ctx, id, say)
		var decided *subscribers.DecidedError
		var refused *subscribers.RefusedMoveError
		if err != nil && !errors.As(err, &decided) && !errors.As(err, &refused) {
			errs = append(errs, fmt.Errorf("decide about approval %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}
