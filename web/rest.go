package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"relais/broker"
	"relais/subscribers"
)

// restPage asks a member when they want to be left alone. It shows what was
// typed, right or wrong.
type restPage struct {
	view
	Back   string // the page to leave
	Saved  bool
	From   string // quiet hours, 21:00
	To     string
	First  string // pause, 2026-12-20
	Last   string
	Urgent bool

	QuietFault string
	PauseFault string
}

func (s *server) getRest(w http.ResponseWriter, r *http.Request) {
	entry, home, err := s.resting(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	member, err := s.Records.Member(r.Context(), entry.Member)
	if err != nil {
		s.refuseLink(w, r, fmt.Errorf("read member: %w", err))
		return
	}
	p := shownRest(member.Rest, home.Today(s.Now()))
	p.Saved = r.URL.Query().Has("saved")
	s.showRest(w, r, entry, http.StatusOK, p)
}

// postRest writes the member's wish. The token alone is the authority, as for
// leaving, so the form's origin is not checked.
func (s *server) postRest(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	entry, home, err := s.resting(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	typed := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	p := restPage{From: typed("from"), To: typed("to"), First: typed("first"), Last: typed("last"), Urgent: typed("urgent") != ""}
	rest, wrong := p.rest(home.Today(s.Now()))
	if len(wrong) > 0 {
		v := s.viewFor(r, entry.Lang)
		for field, into := range map[string]*string{"quiet": &p.QuietFault, "pause": &p.PauseFault} {
			if key, found := wrong[field]; found {
				*into = v.T(key)
			}
		}
		s.showRest(w, r, entry, http.StatusUnprocessableEntity, p)
		return
	}
	if err := s.Records.SetRest(r.Context(), entry.Member, rest); err != nil {
		s.refuseLink(w, r, fmt.Errorf("write when a member rests: %w", err))
		return
	}
	q := r.URL.Query()
	q.Set("saved", "")
	http.Redirect(w, r, r.URL.Path+"?"+q.Encode(), http.StatusSeeOther) // a reload must not send the form again
}

// resting is whom a link lets choose, and the partnership whose clock holds.
func (s *server) resting(r *http.Request) (subscribers.Entry, subscribers.Partnership, error) {
	entry, err := s.linked(r, subscribers.CanLeave)
	if err != nil {
		return entry, subscribers.Partnership{}, err
	}
	if !isMembers(entry) {
		return entry, subscribers.Partnership{}, subscribers.ErrForgedLink
	}
	home, err := s.Records.Partnership(r.Context(), entry.Partnership)
	if err != nil {
		err = fmt.Errorf("read partnership: %w", err)
	}
	return entry, home, err
}

// shownRest fills the form. A pause that is over is not shown any more.
func shownRest(rest subscribers.Rest, today subscribers.Date) restPage {
	p := restPage{Urgent: rest.EvenUrgent}
	if rest.Quiet != nil {
		p.From, p.To = rest.Quiet.From.String(), rest.Quiet.To.String()
	}
	if pause := rest.Pause; !pause.From.IsZero() && !pause.Over(today) {
		p.First = pause.From.String()
		if !pause.Until.IsZero() {
			p.Last = pause.Until.String()
		}
	}
	return p
}

// rest reads what was typed, or says what is wrong with quiet and pause.
func (p restPage) rest(today subscribers.Date) (subscribers.Rest, faults) {
	rest, wrong := subscribers.Rest{EvenUrgent: p.Urgent}, make(faults)
	if p.From != "" || p.To != "" {
		var q subscribers.QuietHours
		switch bad := errors.Join(q.From.UnmarshalText([]byte(p.From)), q.To.UnmarshalText([]byte(p.To))); {
		case p.From == "" || p.To == "":
			wrong["quiet"] = "rest.fault.both"
		case bad != nil:
			wrong["quiet"] = "rest.fault.time"
		default:
			rest.Quiet = &q
		}
	}
	if errors.Join(rest.Pause.From.UnmarshalText([]byte(p.First)), rest.Pause.Until.UnmarshalText([]byte(p.Last))) != nil {
		wrong["pause"] = "rest.fault.day"
	}
	judgeRest(rest, today, wrong)
	return rest, wrong
}

// judgeRest adds what the rules find. Each field is judged alone, for whoever
// fills in a form wants to see all that is wrong.
func judgeRest(rest subscribers.Rest, today subscribers.Date, wrong faults) {
	var fault *broker.Fault
	if errors.As(subscribers.Rest{Quiet: rest.Quiet}.Validate(), &fault) {
		wrong["quiet"] = "rest.fault.same"
	}
	if wrong["pause"] != "" {
		return
	}
	switch {
	case rest.Pause.From.IsZero() && !rest.Pause.Until.IsZero():
		wrong["pause"] = "rest.fault.first"
	case errors.As(subscribers.Rest{Pause: rest.Pause}.Validate(), &fault):
		wrong["pause"] = "rest.fault.order"
	case rest.Pause.Over(today):
		wrong["pause"] = "rest.fault.past"
	}
}

func (s *server) showRest(w http.ResponseWriter, r *http.Request, entry subscribers.Entry, status int, p restPage) {
	p.view = s.viewFor(r, entry.Lang)
	p.Title = p.T("rest.title")
	p.Back = p.URL("/u/" + r.PathValue("token"))
	if subscribers.IsKey(r.PathValue("token")) {
		p.Back = p.URL("/me/" + r.PathValue("token"))
	}
	s.show(w, r, status, "rest", p)
}
