package web

import (
	"context"
	"fmt"
	"net/http"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// question is what an approver decides about: by the link that they were sent,
// or in their inbox.
type question struct {
	lang        broker.Lang     // theirs
	how         subscribers.How // HowLink or HowInbox
	approval    subscribers.Approval
	message     broker.Message
	partnership subscribers.Partnership
	member      subscribers.Member
}

// linked returns the delivery that the link of a request names, if the link
// allows what it is used for.
func (s *server) linked(r *http.Request, may subscribers.Capability) (subscribers.Entry, error) {
	if may == subscribers.CanLeave && subscribers.IsKey(r.PathValue("token")) {
		return s.keyHolder(r)
	}
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
	entry, err := s.linked(r, subscribers.CanDecide)
	if err != nil {
		return q, err
	}
	if entry.Purpose != channels.Ask && entry.Purpose != channels.Notice {
		return q, subscribers.ErrForgedLink
	}
	ctx := r.Context()
	if q, err = s.questionAbout(ctx, entry.Approval); err != nil {
		return q, err
	}
	q.lang, q.how = entry.Lang, subscribers.HowLink
	if q.member, err = s.Records.Member(ctx, entry.Member); err != nil {
		return q, fmt.Errorf("read member: %w", err)
	}
	return q, nil
}

// questionAbout reads what does not depend on who is asked.
func (s *server) questionAbout(ctx context.Context, id subscribers.ApprovalID) (q question, err error) {
	if q.approval, err = s.Records.Approval(ctx, id); err != nil {
		return q, fmt.Errorf("read approval: %w", err)
	}
	q.message, q.partnership, err = s.matter(ctx, q.approval)
	return q, err
}

// failQuestion answers whoever cannot be shown one.
func (s *server) failQuestion(w http.ResponseWriter, r *http.Request, q question, err error) {
	if q.how == subscribers.HowInbox {
		s.failPage(w, r, "open a question of the inbox", err)
		return
	}
	s.refuseLink(w, r, err)
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
