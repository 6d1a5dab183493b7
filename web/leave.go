package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// maxLeave is the longest body of a request to leave, in bytes.
const maxLeave = 4 << 10

// leavePage asks a member to confirm that they leave, or says that they have.
type leavePage struct {
	view
	Names string // the partnerships
	Rest  string // the address of the page that asks when we may write
	Done  bool
}

func (s *server) getLeave(w http.ResponseWriter, r *http.Request) {
	entry, partnerships, err := s.leaving(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.showLeave(w, r, entry, partnerships, false)
}

// postLeave makes the member leave. A mail program posts
// List-Unsubscribe=One-Click without cookies and without a person looking
// (RFC 8058, 3.2); the button posts an empty form. Both mean the same, and the
// token alone is the authority, so the form's origin is not checked.
func (s *server) postLeave(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	entry, partnerships, err := s.leaving(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	// What the body says is of no matter, but no mail program sends a long one.
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	for _, p := range partnerships {
		if err := s.Records.Stop(r.Context(), entry.Member, p.ID, s.Now()); err != nil {
			s.refuseLink(w, r, fmt.Errorf("stop: %w", err))
			return
		}
	}
	s.showLeave(w, r, entry, partnerships, true)
}

// leaving is whom a link lets leave, and what: the partnership of a message,
// or all that an infoflash came from.
func (s *server) leaving(r *http.Request) (subscribers.Entry, []subscribers.Partnership, error) {
	entry, err := s.linked(r, subscribers.CanLeave)
	if err != nil {
		return entry, nil, err
	}
	if !isMembers(entry) {
		return entry, nil, subscribers.ErrForgedLink
	}
	ids, err := s.sentBy(r.Context(), entry)
	if err != nil {
		return entry, nil, err
	}
	var partnerships []subscribers.Partnership
	for _, id := range ids {
		p, err := s.Records.Partnership(r.Context(), id)
		if err != nil {
			return entry, nil, fmt.Errorf("read partnership: %w", err)
		}
		partnerships = append(partnerships, p)
	}
	return entry, partnerships, nil
}

// sentBy lists the partnerships that a delivery came from, each once.
func (s *server) sentBy(ctx context.Context, entry subscribers.Entry) ([]broker.PartnershipID, error) {
	ids := []broker.PartnershipID{entry.Partnership}
	if entry.Purpose != channels.Digest {
		return ids, nil
	}
	items, err := s.Records.DigestItems(ctx, []channels.DeliveryID{entry.ID})
	if err != nil {
		return nil, fmt.Errorf("read digest: %w", err)
	}
	seen := map[broker.PartnershipID]bool{entry.Partnership: true}
	for _, item := range items[entry.ID] {
		if !seen[item.Partnership] {
			seen[item.Partnership] = true
			ids = append(ids, item.Partnership)
		}
	}
	return ids, nil
}

func (s *server) showLeave(w http.ResponseWriter, r *http.Request, entry subscribers.Entry, partnerships []subscribers.Partnership, done bool) {
	names := make([]string, len(partnerships))
	for i, p := range partnerships {
		names[i] = p.Name
	}
	v := s.viewFor(r, entry.Lang)
	p := leavePage{view: v, Names: strings.Join(names, ", "), Rest: v.URL("/u/" + r.PathValue("token") + "/rest"), Done: done}
	p.Title = v.T("leave.title")
	if done {
		p.Title = v.T("leave.done.title")
	}
	s.show(w, r, http.StatusOK, "leave", p)
}
