package web

import (
	"context"
	"fmt"
	"net/http"

	"relais/broker"
	"relais/subscribers"
)

// Members is what a member's own page reads and writes besides Records.
type Members interface {
	// Belonging returns the partnerships that a member has not left.
	Belonging(ctx context.Context, id subscribers.MemberID) ([]broker.PartnershipID, error)
	// SetLang writes in which language a member is written to;
	// subscribers.ErrNotFound for nobody.
	SetLang(ctx context.Context, id subscribers.MemberID, lang broker.Lang) error
}

// memberRoutes are a member's own pages.
func (s *server) memberRoutes() []route {
	return []route{
		{"GET /me/{token}", doorOpen, "", nil, s.getMe},
		{"POST /me/{token}/language", doorOpen, "", nil, s.postMyLanguage},
		{"GET /me/{token}/leave", doorOpen, "", nil, s.getMyLeave},
		{"POST /me/{token}/leave", doorOpen, "", nil, s.postMyLeave},
	}
}

// mePage is what a member can see and change without an account. It shows no
// address: a link may have been passed on.
type mePage struct {
	view
	Action  string // what the forms' addresses begin with
	Rest    string // the page that asks when we may write
	Saved   bool   // a change has just been written
	Joined  string // the partnership that they have just joined; empty: none
	Own     broker.Lang
	In      []subscribers.Partnership
	Choices []langLink
}

// mine is whom a link belongs to, and where they belong.
func (s *server) mine(r *http.Request) (subscribers.Entry, []broker.PartnershipID, error) {
	entry, err := s.linked(r, subscribers.CanLeave)
	if err != nil {
		return entry, nil, err
	}
	if !isMembers(entry) {
		return entry, nil, subscribers.ErrForgedLink
	}
	in, err := s.Members.Belonging(r.Context(), entry.Member)
	if err != nil {
		err = fmt.Errorf("read partnerships: %w", err)
	}
	return entry, in, err
}

func (s *server) getMe(w http.ResponseWriter, r *http.Request) {
	entry, in, err := s.mine(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	member, err := s.Records.Member(r.Context(), entry.Member)
	if err != nil {
		s.refuseLink(w, r, fmt.Errorf("read member: %w", err))
		return
	}
	p := mePage{view: s.viewFor(r, member.Lang), Own: member.Lang, Action: "/me/" + r.PathValue("token")}
	for _, id := range in {
		partnership, err := s.Records.Partnership(r.Context(), id)
		if err != nil {
			s.refuseLink(w, r, fmt.Errorf("read partnership: %w", err))
			return
		}
		p.In = append(p.In, partnership)
	}
	for _, lang := range broker.Langs() {
		p.Choices = append(p.Choices, langLink{Lang: lang, Name: languageName(lang), Here: lang == member.Lang})
	}
	p.Title, p.Rest = p.T("me.title"), p.URL("/u/"+r.PathValue("token")+"/rest")
	p.Saved = r.URL.Query().Has("saved")
	for _, partnership := range p.In {
		if r.URL.Query().Get("joined") == string(partnership.ID) {
			p.Joined = partnership.Name
		}
	}
	s.show(w, r, http.StatusOK, "me", p)
}

// postMyLanguage writes the member's language. The token alone is the
// authority, as for leaving, so the form's origin is not checked.
func (s *server) postMyLanguage(w http.ResponseWriter, r *http.Request) {
	entry, _, ok := s.myForm(w, r)
	if !ok {
		return
	}
	lang := broker.Lang(r.PostForm.Get("language"))
	if !lang.Valid() { // a choice that the page does not offer
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	if err := s.Members.SetLang(r.Context(), entry.Member, lang); err != nil {
		s.refuseLink(w, r, fmt.Errorf("write language: %w", err))
		return
	}
	http.Redirect(w, r, "/me/"+r.PathValue("token")+"?saved", http.StatusSeeOther)
}

// getMyLeave asks once more, for a thumb slips.
func (s *server) getMyLeave(w http.ResponseWriter, r *http.Request) {
	entry, in, err := s.mine(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	leaving, err := s.chosenToLeave(r, in)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	if len(leaving) == 0 { // left before, or never in it
		http.Redirect(w, r, s.viewFor(r, "").URL("/me/"+r.PathValue("token")), http.StatusSeeOther)
		return
	}
	s.showLeave(w, r, entry, leaving, false)
}

// postMyLeave takes the member out of one partnership, or of all, what is
// queued included (PLP.md, rule 10).
func (s *server) postMyLeave(w http.ResponseWriter, r *http.Request) {
	entry, in, ok := s.myForm(w, r)
	if !ok {
		return
	}
	leaving, err := s.chosenToLeave(r, in)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	for _, p := range leaving { // one that was left before needs nothing
		if err := s.Records.Stop(r.Context(), entry.Member, p.ID, s.Now()); err != nil {
			s.refuseLink(w, r, fmt.Errorf("stop: %w", err))
			return
		}
	}
	s.showLeave(w, r, entry, leaving, true)
}

// chosenToLeave are those partnerships of a member that the request names:
// ?partnership=, or all of them with ?all.
func (s *server) chosenToLeave(r *http.Request, in []broker.PartnershipID) ([]subscribers.Partnership, error) {
	var chosen []subscribers.Partnership
	for _, id := range in {
		if !r.URL.Query().Has("all") && r.URL.Query().Get("partnership") != string(id) {
			continue
		}
		p, err := s.Records.Partnership(r.Context(), id)
		if err != nil {
			return nil, fmt.Errorf("read partnership: %w", err)
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

func (s *server) myForm(w http.ResponseWriter, r *http.Request) (subscribers.Entry, []broker.PartnershipID, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	entry, in, err := s.mine(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return entry, nil, false
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return entry, nil, false
	}
	return entry, in, true
}
