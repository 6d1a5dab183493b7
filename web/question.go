package web

import (
	"context"
	"fmt"
	"net/http"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// question is what an approver's link leads to.
type question struct {
	entry       subscribers.Entry
	approval    subscribers.Approval
	message     broker.Message
	partnership subscribers.Partnership
	member      subscribers.Member
}

// linked returns the delivery that the link of a request names, if the link
// allows what it is used for.
func (s *server) linked(r *http.Request, may subscribers.Capability) (subscribers.Entry, error) {
	id, err := s.Capabilities.Check(may, r.PathValue("token"))
	if err != nil {
		return subscribers.Entry{}, err
	}
	entry, err := s.Records.Entry(r.Context(), id)
	if err != nil {
		return entry, fmt.Errorf("read entry: %w", err)
	}
	return entry, nil
}

// question reads all that an approver's page needs.
func (s *server) question(r *http.Request) (q question, err error) {
	if q.entry, err = s.linked(r, subscribers.CanDecide); err != nil {
		return q, err
	}
	if q.entry.Purpose != channels.Ask && q.entry.Purpose != channels.Notice {
		return q, subscribers.ErrForgedLink
	}
	ctx := r.Context()
	if q.approval, err = s.Records.Approval(ctx, q.entry.Approval); err != nil {
		return q, fmt.Errorf("read approval: %w", err)
	}
	if q.message, q.partnership, err = s.matter(ctx, q.approval); err != nil {
		return q, err
	}
	if q.member, err = s.Records.Member(ctx, q.entry.Member); err != nil {
		return q, fmt.Errorf("read member: %w", err)
	}
	return q, nil
}

// matter is the message that an approval is about, and the partnership.
func (s *server) matter(ctx context.Context, a subscribers.Approval) (broker.Message, subscribers.Partnership, error) {
	m, err := s.Records.Message(ctx, a.Message, a.Revision)
	if err != nil {
		return m, subscribers.Partnership{}, fmt.Errorf("read message: %w", err)
	}
	p, err := s.Records.Partnership(ctx, a.Partnership)
	if err != nil {
		return m, p, fmt.Errorf("read partnership: %w", err)
	}
	return m, p, nil
}
