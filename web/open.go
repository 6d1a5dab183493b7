package web

import (
	"context"
	"fmt"
	"net/http"

	"relais/channels"
	"relais/subscribers"
)

// openPage is a message, or an infoflash, as a member reads it.
type openPage struct {
	view
	Partnership string
	Items       []openItem
	Digest      bool
	Why         string
	Push        pushOffer
	Leave       string // the address of the leave page; empty for approvers
	Own         string // of the member's own page; likewise
	Rest        string // of the page that asks when we may write; likewise
}

type openItem struct {
	Partnership string
	Head        messageHead
	Text        text
	Others      []text
	Note        string
}

func (s *server) getOpen(w http.ResponseWriter, r *http.Request) {
	entry, err := s.linked(r, subscribers.CanOpen)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	p, err := s.openPage(r, entry)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "open", p)
}

func (s *server) openPage(r *http.Request, entry subscribers.Entry) (openPage, error) {
	ctx := r.Context()
	home, err := s.Records.Partnership(ctx, entry.Partnership)
	if err != nil {
		return openPage{}, fmt.Errorf("read partnership: %w", err)
	}
	v := s.viewFor(r, entry.Lang).in(home)
	p := openPage{view: v, Partnership: home.Name, Digest: entry.Purpose == channels.Digest}
	approvals := []subscribers.ApprovalID{entry.Approval}
	if p.Digest {
		if approvals, err = s.digested(ctx, entry.ID); err != nil {
			return p, err
		}
	}
	for _, id := range approvals {
		item, err := s.openItem(ctx, v, id)
		if err != nil {
			return p, err
		}
		p.Items = append(p.Items, item)
	}
	if len(p.Items) == 0 {
		return p, subscribers.ErrNotFound
	}
	p.Title = p.Items[0].Text.Title
	if p.Digest {
		p.Title = v.words.Infoflash
	}
	p.Why = fmt.Sprintf(v.words.Why, home.Name)
	if isMembers(entry) {
		p.Push = s.offerPush(v, "/m/"+r.PathValue("token"))
		leave := "/u/" + s.Capabilities.Token(subscribers.CanLeave, entry.ID)
		p.Leave, p.Rest = v.URL(leave), v.URL(leave+"/rest")
		p.Own = v.URL("/me/" + s.Capabilities.Token(subscribers.CanLeave, entry.ID))
	}
	return p, nil
}

func (s *server) digested(ctx context.Context, id channels.DeliveryID) ([]subscribers.ApprovalID, error) {
	items, err := s.Records.DigestItems(ctx, []channels.DeliveryID{id})
	if err != nil {
		return nil, fmt.Errorf("read digest: %w", err)
	}
	var approvals []subscribers.ApprovalID
	for _, item := range items[id] {
		approvals = append(approvals, subscribers.ApprovalIDFor(item.Message, item.Revision, item.Partnership))
	}
	return approvals, nil
}

func (s *server) openItem(ctx context.Context, v view, id subscribers.ApprovalID) (openItem, error) {
	approval, err := s.Records.Approval(ctx, id)
	if err != nil {
		return openItem{}, fmt.Errorf("read approval: %w", err)
	}
	m, partnership, err := s.matter(ctx, approval)
	if err != nil {
		return openItem{}, err
	}
	item := openItem{Partnership: partnership.Name, Head: v.head(m), Note: approval.Decision.Note}
	item.Text, item.Others = v.textsOf(m, partnership.Languages...)
	return item, nil
}

// isMembers says whether an entry is a member's own, not an approver's.
func isMembers(e subscribers.Entry) bool {
	return e.Purpose == channels.ForMember || e.Purpose == channels.Digest
}
