package web

import (
	"errors"
	"fmt"
	"net/http"

	"relais/subscribers"
)

// accountPage says as whom somebody has signed in, and lets them sign out.
type accountPage struct {
	view
	Posts  []string
	Desk   bool // they work for the police
	Levels bool // they decide for a partnership
	People bool // they look after who has an account

	Passkeys passkeysPart
	Devices  []deviceLine // where they are signed in
	Ended    bool         // they have just signed out somewhere
}

func (s *server) getAccount(w http.ResponseWriter, r *http.Request) {
	who := callerOf(r.Context())
	v := s.deskView(r)
	if !who.signedIn() { // the token, or an open Relais
		http.Redirect(w, r, v.URL("/signin"), http.StatusSeeOther)
		return
	}
	p := accountPage{view: v, Desk: who.account.Police()}
	if !p.Desk {
		p.view = s.inboxView(r)
	}
	p.Title, p.Police = p.T("account.title"), p.Desk
	for _, post := range who.account.Posts {
		where := string(post.Zone)
		if post.Partnership != "" {
			partnership, err := s.Records.Partnership(r.Context(), post.Partnership)
			if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
				s.failPage(w, r, "show the account", fmt.Errorf("read partnership: %w", err))
				return
			}
			where = partnership.Name
		}
		p.Posts = append(p.Posts, p.T("post."+string(post.Role), "where", where))
		p.Levels = p.Levels || post.Role.May(subscribers.Decide)
		p.People = p.People || post.Role.May(subscribers.ReadPeople)
	}
	var err error
	if p.Devices, err = s.devices(r.Context(), p.view, who.account.ID); err != nil {
		s.failPage(w, r, "show the account", err)
		return
	}
	if p.Passkeys, err = s.passkeysPart(r, p.view, who.account.ID); err != nil {
		s.failPage(w, r, "show the account", err)
		return
	}
	p.Ended = r.URL.Query().Has("ended")
	s.show(w, r, http.StatusOK, "account", p)
}
