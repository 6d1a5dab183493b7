package web

import (
	"context"
	"errors"
	"fmt"

	"relais/subscribers"
)

// Of one alert word is owed in each partnership that got it. Where the inquiry
// allows none, it allows it in none of them.

// fillOtherCases offers to close it in the other partnerships too.
func (s *server) fillOtherCases(ctx context.Context, p *casePage, c subscribers.Case) error {
	if !c.Open() {
		return nil
	}
	others, err := s.otherCases(ctx, c)
	if err == nil && len(others) > 0 {
		p.Others = p.N("owed.close.others", len(others))
	}
	return err
}

// otherCases lists the open cases of the same matter that the caller may close.
func (s *server) otherCases(ctx context.Context, c subscribers.Case) ([]subscribers.Case, error) {
	all, err := s.Records.CasesOf(ctx, c.Matter)
	if err != nil {
		return nil, fmt.Errorf("list the cases of message %s: %w", c.Matter, err)
	}
	var others []subscribers.Case
	for _, other := range all {
		there := subscribers.Scope{Zone: other.Zone, Partnership: other.Partnership}
		if other.ID != c.ID && callerOf(ctx).mayAlso(subscribers.CloseCases, there) {
			others = append(others, other)
		}
	}
	return others, nil
}

// closeOthers closes them with the same words. Where word comes in that moment,
// nothing is done.
func (s *server) closeOthers(ctx context.Context, c subscribers.Case, p casePage) error {
	others, err := s.otherCases(ctx, c)
	if err != nil {
		return err
	}
	var errs []error
	for _, other := range others {
		_, err := s.CaseCloser.Close(ctx, other.ID, p.By, p.Words)
		var closed *subscribers.CaseClosedError
		if err != nil && !errors.As(err, &closed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
