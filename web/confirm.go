package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

// confirmPage is where the link in an email leads. Its reader may be somebody
// whom an applicant's slip of the finger reached, so it shows no name.
type confirmPage struct {
	view
	Partnership string
	Asked       string // what is to be confirmed
	Done        bool
	Mine        string // the member's own page, once it is confirmed; empty: no link to it
}

// confirming is what a link to confirm is about.
type confirming struct {
	pass        subscribers.Pass
	application subscribers.Application
	partnership subscribers.Partnership
	contact     subscribers.Applied
}

// Confirmations finds the pass of a link, and uses it once for all nodes.
type Confirmations interface {
	// Pass returns one, or subscribers.ErrNotFound.
	Pass(ctx context.Context, id uuid.UUID) (subscribers.Pass, error)
	// UseLink uses one; *subscribers.PassError for who is second.
	UseLink(ctx context.Context, pass subscribers.Pass, now time.Time) error
}

// confirming reads what a link is about; GET changes nothing, for programs that
// look for viruses open links too.
func (s *server) confirming(r *http.Request) (c confirming, err error) {
	id, code, err := subscribers.ReadLink(r.PathValue("token"))
	if err != nil {
		return c, err
	}
	c.pass, err = s.Joiners.Pass(r.Context(), id)
	if errors.Is(err, subscribers.ErrNotFound) {
		return c, &subscribers.PassError{Why: subscribers.PassExpired} // it has been forgotten
	}
	if err != nil {
		return c, fmt.Errorf("read pass: %w", err)
	}
	if c.pass.Kind != subscribers.PassConfirm || !s.Passes.Fits(c.pass, code) {
		return c, subscribers.ErrForgedLink
	}
	if _, err = s.Passes.Judge([]subscribers.Pass{c.pass}, code, s.Now()); err != nil {
		return c, err
	}
	c.application, c.partnership, err = s.application(r.Context(), subscribers.ApplicationID(c.pass.Account))
	if errors.Is(err, subscribers.ErrNotFound) {
		return c, &subscribers.PassError{Why: subscribers.PassExpired}
	}
	if err != nil {
		return c, err
	}
	var found bool
	if c.contact, found = c.application.At(c.pass.Address); !found {
		return c, &subscribers.PassError{Why: subscribers.PassExpired} // they said no, or the form was copied again
	}
	return c, nil
}

func (s *server) getConfirm(w http.ResponseWriter, r *http.Request) {
	c, err := s.confirming(r)
	if err != nil {
		s.refuseConfirm(w, r, err)
		return
	}
	s.showConfirm(w, r, c, false, "")
}

func (s *server) postConfirm(w http.ResponseWriter, r *http.Request) {
	c, err := s.confirming(r)
	if err != nil {
		s.refuseConfirm(w, r, err)
		return
	}
	who, err := s.Joiners.Confirm(r.Context(), c.application.ID, c.contact.Channel, c.pass.Address, s.Now())
	if err == nil { // after it: a node that dies in between leaves a link that still works
		err = s.Joiners.UseLink(r.Context(), c.pass, s.Now())
	}
	if err != nil {
		s.refuseConfirm(w, r, fmt.Errorf("confirm: %w", err))
		return
	}
	mine := ""
	if !c.application.OnPaper() { // who copies may mistype, and whoever was reached so must see nobody's page
		mine = s.keyPath(who)
	}
	s.showConfirm(w, r, c, true, mine)
}

func (s *server) showConfirm(w http.ResponseWriter, r *http.Request, c confirming, done bool, mine string) {
	p := confirmPage{view: s.viewFor(r, c.application.Lang), Partnership: c.partnership.Name}
	p.Title = p.T("confirm.title", "name", p.Partnership)
	p.Asked = p.T("confirm.text."+string(c.contact.Channel), "name", p.Partnership)
	if done {
		p.Title, p.Done = p.T("confirm.done.title"), true
	}
	if mine != "" {
		p.Mine = p.URL(mine)
	}
	s.show(w, r, http.StatusOK, "confirm", p)
}

// refuseConfirm answers a link that confirms nothing (any more), and says what
// to do next.
func (s *server) refuseConfirm(w http.ResponseWriter, r *http.Request, err error) {
	var refused *subscribers.PassError
	switch {
	case errors.As(err, &refused) && refused.Why == subscribers.PassUsed:
		s.refuse(w, r, s.viewFor(r, ""), http.StatusConflict, "confirm.used")
	case errors.As(err, &refused):
		s.refuse(w, r, s.viewFor(r, ""), http.StatusGone, "joining.over")
	default:
		s.refuseLink(w, r, err)
	}
}
