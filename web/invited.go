package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// invitedPage greets somebody with an invitation; the button uses it up, so that
// a program that looks at links in emails does not.
type invitedPage struct {
	view
	Name string
}

// InvitationLetter is what somebody is sent with their invitation, in their own language.
func InvitationLetter(a subscribers.Account, link string, until time.Time) (PassLetter, error) {
	texts, err := loadTexts()
	if err != nil {
		return PassLetter{}, err
	}
	lang := readable(a.Lang)
	return PassLetter{Lang: lang, Link: link, Until: until, Text: broker.Text{
		Title: texts[lang].say("invited.mail.title"),
		Body:  texts[lang].say("invited.mail.text", "name", a.Name, "days", int(subscribers.LinkValidity.Hours()/24)),
	}}, nil
}

func (s *server) getInvited(w http.ResponseWriter, r *http.Request) {
	pass, err := s.invitation(r)
	if err != nil {
		s.refuseInvitation(w, r, err)
		return
	}
	account, err := s.Accounts.Account(r.Context(), pass.Account)
	if err != nil {
		s.refuseInvitation(w, r, fmt.Errorf("read account: %w", err))
		return
	}
	p := invitedPage{view: s.viewFor(r, account.Lang), Name: account.Name}
	p.Title = p.T("invited.title")
	s.show(w, r, http.StatusOK, "invited", p)
}

func (s *server) postInvited(w http.ResponseWriter, r *http.Request) {
	pass, err := s.invitation(r)
	if err == nil {
		err = s.Accounts.UseLink(r.Context(), pass, s.Now())
	}
	if err != nil {
		s.refuseInvitation(w, r, err)
		return
	}
	s.enter(w, r, pass.Account, false, "")
}

// errTooFast is for who tries links in a hurry.
var errTooFast = errors.New("too many tries")

// invitation is the one that the link names, if it is still good.
func (s *server) invitation(r *http.Request) (subscribers.Pass, error) {
	if !s.tries.allows(visitor(r), s.Now()) {
		return subscribers.Pass{}, errTooFast
	}
	id, secret, err := subscribers.ReadLink(r.PathValue("token"))
	if err != nil {
		return subscribers.Pass{}, err
	}
	pass, err := s.Accounts.Pass(r.Context(), id)
	if err != nil {
		return pass, fmt.Errorf("read invitation: %w", err)
	}
	return s.Passes.Judge([]subscribers.Pass{pass}, secret, s.Now())
}

// refuseInvitation says what is wrong with it, and what to do next.
func (s *server) refuseInvitation(w http.ResponseWriter, r *http.Request, err error) {
	var refused *subscribers.PassError
	switch {
	case errors.Is(err, errTooFast):
		s.refuseToSignIn(w, r, http.StatusTooManyRequests, "invited.slow")
	case errors.As(err, &refused) && refused.Why == subscribers.PassUsed:
		s.refuseToSignIn(w, r, http.StatusGone, "invited.used")
	case errors.As(err, &refused) && refused.Why == subscribers.PassExpired:
		s.refuseToSignIn(w, r, http.StatusGone, "invited.expired")
	case refused != nil, errors.Is(err, subscribers.ErrForgedLink), errors.Is(err, subscribers.ErrNotFound):
		s.refuseToSignIn(w, r, http.StatusForbidden, "invited.forged")
	default:
		s.failPage(w, r, "open the invitation", err)
	}
}
