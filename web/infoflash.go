package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// infoflashPage is an infoflash before it leaves, as its coordinator sees it.
type infoflashPage struct {
	view
	Partnership string
	Leaves      string
	Open        bool // it can still be changed
	Held        string
	People      string
	Items       []waitingItem
	Note        string
	NoteFault   string
	Fault       string
	MaxNote     int
	Back        string // the inbox; empty behind a link
}

// waitingItem is one message that goes with it, and to how many.
type waitingItem struct {
	openItem
	People string
}

// coming is an infoflash as a coordinator's link leads to it, or their inbox.
type coming struct {
	lang        broker.Lang // theirs
	inbox       bool
	member      subscribers.Member
	partnership subscribers.Partnership
	preview     subscribers.SlotPreview
}

func (s *server) getInfoflash(w http.ResponseWriter, r *http.Request) {
	c, err := s.coming(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.showInfoflash(w, r, c, http.StatusOK, infoflashPage{Note: c.preview.Note})
}

// postInfoflash changes it. The token itself is the authority, as for an approval.
func (s *server) postInfoflash(w http.ResponseWriter, r *http.Request) {
	c, err := s.coming(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.changeInfoflash(w, r, c)
}

// changeInfoflash carries out the form of its page.
func (s *server) changeInfoflash(w http.ResponseWriter, r *http.Request, c coming) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	change, note := subscribers.SlotChange(r.PostForm.Get("action")), oneLine(r.PostForm.Get("note"))
	if change != subscribers.HoldSlot && change != subscribers.ReleaseSlot && change != subscribers.NoteSlot {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	err := s.Infoflashes.Change(r.Context(), c.partnership.ID, c.preview.Date, change, note, c.member.Name, c.member.ID)
	var refused *subscribers.RefusedSlotError
	switch {
	case err == nil, errors.As(err, &refused) && refused.Why == subscribers.SlotNotHeld: // a second tap
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther) // a reload must not send the form again
	case refused != nil:
		s.explainRefusal(w, r, c, refused.Why, note)
	case c.inbox:
		s.failPage(w, r, "change an infoflash", err)
	default:
		s.refuseLink(w, r, err)
	}
}

func (s *server) explainRefusal(w http.ResponseWriter, r *http.Request, c coming, why subscribers.SlotFault, note string) {
	v := s.viewFor(r, c.lang)
	p, status := infoflashPage{Note: note}, http.StatusConflict
	switch why {
	case subscribers.SlotLongNote:
		p.NoteFault, status = v.T("flash.note.long", "n", len([]rune(note)), "max", subscribers.MaxCover), http.StatusUnprocessableEntity
	case subscribers.SlotNoRole:
		p.Fault, status = v.T("flash.norole"), http.StatusForbidden
	default:
		p.Note, p.Fault = c.preview.Note, v.T("flash.late")
	}
	s.showInfoflash(w, r, c, status, p)
}

// coming reads all that the page needs. The letter says on which day it goes:
// its validity ends when the infoflash leaves.
func (s *server) coming(r *http.Request) (c coming, err error) {
	entry, err := s.linked(r, subscribers.CanPreview)
	if err != nil {
		return c, err
	}
	if entry.Purpose != channels.Preview {
		return c, subscribers.ErrForgedLink
	}
	ctx := r.Context()
	c.lang = entry.Lang
	if c.partnership, err = s.Records.Partnership(ctx, entry.Partnership); err != nil {
		return c, fmt.Errorf("read partnership: %w", err)
	}
	if c.member, err = s.Records.Member(ctx, entry.Member); err != nil {
		return c, fmt.Errorf("read member: %w", err)
	}
	c.preview, err = s.Infoflashes.Preview(ctx, c.partnership.ID, subscribers.SlotDay(entry, c.partnership))
	return c, err
}

func (s *server) showInfoflash(w http.ResponseWriter, r *http.Request, c coming, status int, p infoflashPage) {
	v := s.viewFor(r, c.lang).in(c.partnership)
	if c.inbox {
		v = s.inboxView(r).in(c.partnership)
		p.Back = v.URL("/inbox")
	}
	p.view, p.Partnership, p.MaxNote = v, c.partnership.Name, subscribers.MaxCover
	p.Title, p.Leaves = v.T("flash.title"), v.When(c.preview.LeavesAt)
	p.Open = c.preview.ClosedAt.IsZero() && c.preview.LeavesAt.After(s.Now())
	if c.preview.Held() {
		p.Held = v.T("flash.held", "by", c.preview.HeldBy, "when", v.When(c.preview.HeldAt))
	}
	p.People = v.inFlash(c.preview)
	for _, waiting := range c.preview.Items {
		id := subscribers.ApprovalIDFor(waiting.Message, waiting.Revision, c.partnership.ID)
		item, err := s.openItem(r.Context(), v, id)
		if err != nil {
			s.failPage(w, r, "show the infoflash", err)
			return
		}
		p.Items = append(p.Items, waitingItem{item, v.N("flash.people", waiting.People)})
	}
	s.show(w, r, status, "infoflash", p)
}

// inFlash says how many messages it holds, and for how many people.
func (v view) inFlash(p subscribers.SlotPreview) string {
	return strings.Join([]string{v.N("flash.messages", len(p.Items)), v.N("flash.people", p.People)}, ", ")
}

// noSlot says whether there is no infoflash on that day.
func noSlot(err error) bool {
	var refused *subscribers.RefusedSlotError
	return errors.As(err, &refused) && refused.Why == subscribers.SlotNone
}
