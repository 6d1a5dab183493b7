package web

import (
	"errors"
	"net/http"

	"relais/subscribers"
)

// erasePage asks whether a member really wants to be erased, and says what stays.
type erasePage struct {
	view
	Keep   subscribers.Retention
	Back   string
	Action string
	Post   bool // they have a post besides being a member: somebody else must take it over first
	Fault  string
	Done   bool
}

func (s *server) erasePage(r *http.Request, h holder) (erasePage, error) {
	v := s.viewFor(r, h.Lang)
	p := erasePage{view: v, Keep: s.options.Keep, Back: v.URL(h.path), Action: v.URL(h.path + "/erase")}
	p.Title = v.T("erase.title")
	account, err := s.Accounts.Account(r.Context(), h.ID)
	if errors.Is(err, subscribers.ErrNotFound) {
		return p, nil
	}
	p.Post = account.SignsIn()
	return p, err
}

func (s *server) getErase(w http.ResponseWriter, r *http.Request, h holder) {
	p, err := s.erasePage(r, h)
	if err != nil {
		s.failPage(w, r, "read the account", err)
		return
	}
	s.show(w, r, http.StatusOK, "erase", p)
}

// postErase erases at once, for who ticked that they mean it.
func (s *server) postErase(w http.ResponseWriter, r *http.Request, h holder) {
	p, err := s.erasePage(r, h)
	switch {
	case err != nil:
		s.failPage(w, r, "read the account", err)
		return
	case p.Post:
		s.show(w, r, http.StatusConflict, "erase", p)
		return
	case r.PostForm.Get("sure") == "":
		p.Fault = p.T("erase.fault")
		s.show(w, r, http.StatusUnprocessableEntity, "erase", p)
		return
	}
	if err := s.Holders.Erase(r.Context(), h.ID, s.Now()); err != nil {
		s.failPage(w, r, "erase the member", err)
		return
	}
	p.Done, p.Title = true, p.T("erase.done.title")
	s.show(w, r, http.StatusOK, "erase", p)
}
