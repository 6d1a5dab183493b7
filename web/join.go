package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Joiners keeps who wants to join until they have confirmed (decision 0056).
type Joiners interface {
	Confirmations
	// AddApplication writes one; subscribers.ErrTooMany when most were made for its
	// partnership within an hour.
	AddApplication(ctx context.Context, a subscribers.Application, most int) error
	// Application returns one, Confirm makes one of its addresses a member's and
	// says whose. What has expired is subscribers.ErrNotFound.
	Application(ctx context.Context, id subscribers.ApplicationID, now time.Time) (subscribers.Application, error)
	Confirm(ctx context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash, now time.Time) (subscribers.MemberID, error)
	// AddCodes writes codes of one kind for an address; subscribers.ErrTooManyCodes
	// when it has asked for as many as it may.
	AddCodes(ctx context.Context, address channels.AddressHash, passes []subscribers.Pass, now time.Time) error
	// UseCodeOf uses the code of a kind that judge picks; its error is returned, and
	// counts as a wrong try.
	UseCodeOf(ctx context.Context, kind subscribers.PassKind, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (subscribers.Pass, error)
}

// sendingRequests is how long the requests to confirm may take to be handed over.
const sendingRequests = 30 * time.Second

// joinRoutes are for those who want to become members.
func (s *server) joinRoutes() []route {
	return []route{
		{"GET /join/{partnership}", doorOpen, "", nil, s.getJoin},
		{"POST /join/{partnership}", doorOpen, "", nil, s.postJoin},
		{"GET /i/{token}", doorOpen, "", nil, s.getInvitation},
		{"GET /sheet/{partnership}", doorOpen, "", nil, s.getSheet},
		{"GET /form/{partnership}", doorOpen, "", nil, s.getForm},
		{"GET /joining/{token}", doorOpen, "", nil, s.getJoining},
		{"POST /joining/{token}", doorOpen, "", nil, s.postJoining},
		{"POST /joining/{token}/again", doorOpen, "", nil, s.postAgain},
		{"GET /confirm/{token}", doorOpen, "", nil, s.getConfirm},
		{"POST /confirm/{token}", doorOpen, "", nil, s.postConfirm},
	}
}

// joinPage asks somebody who they are and how they may be written to.
type joinPage struct {
	view
	joinForm
	Partnership subscribers.Partnership
	Action      string
	Open        bool       // it is launched: one can join
	Streets     bool       // the area is checked
	Reach       []joinWay  // how they may be reached
	Languages   []langLink // in which they may be written to
	Invited     string     // the token of the invitation that led here; empty: none
	Wrong       bool
	NameFault   string
	HomeFault   string
	ReachFault  string
	QuietFault  string
	Neighbours  []subscribers.Partnership // whose area the address belongs to instead
}

// joinWay is one way to be reached: an address, and the consent to be written to there.
type joinWay struct {
	On           channels.Name
	Value        string
	Agreed       bool
	Label, Hint  string
	Consent      string
	Fault        string
	Type         string // of the field: tel or email
	Autocomplete string
}

func (s *server) getJoin(w http.ResponseWriter, r *http.Request) {
	p, ok := s.joinPage(w, r)
	if !ok {
		return
	}
	p.Language, p.Invited = p.Lang, r.URL.Query().Get("invited")
	s.showJoin(w, r, http.StatusOK, p)
}

// joinPage reads the partnership that somebody wants to join, or answers that
// there is none.
func (s *server) joinPage(w http.ResponseWriter, r *http.Request) (joinPage, bool) {
	p := joinPage{view: s.viewFor(r, "")}
	partnership, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("partnership")))
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refuse(w, r, p.view, http.StatusNotFound, "join.unknown")
		return p, false
	}
	if err == nil {
		p.Open, err = s.takesMembers(r.Context(), partnership)
	}
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return p, false
	}
	p.Partnership, p.Streets = partnership, len(partnership.Streets) > 0
	p.Action = p.URL("/join/" + string(partnership.ID))
	p.Title = p.T("join.title", "name", partnership.Name)
	return p, true
}

// takesMembers says whether a partnership is launched (PLP.md, "Launch").
func (s *server) takesMembers(ctx context.Context, p subscribers.Partnership) (bool, error) {
	approvers, err := s.Absences.Approvers(ctx, p.ID)
	if err != nil {
		return false, fmt.Errorf("read approvers: %w", err)
	}
	return s.Courier != nil && len(p.Missing(approvers, s.Now())) == 0, nil
}

func (s *server) showJoin(w http.ResponseWriter, r *http.Request, status int, p joinPage) {
	p.Reach, p.Languages = s.waysOf(p.view, p.joinForm, p.Partnership.Name), languagesFor(p.Language)
	p.Wrong = len(p.wrong) > 0
	for field, into := range map[string]*string{"name": &p.NameFault, "home": &p.HomeFault, "reach": &p.ReachFault, "quiet": &p.QuietFault} {
		if key := p.wrong[field]; key != "" {
			*into = p.T(key)
		}
	}
	s.show(w, r, status, "join", p)
}

// waysOf are the ways to be reached, with what was typed for each.
func (s *server) waysOf(v view, typed joinForm, partnership string) []joinWay {
	ways := s.joinWays()
	for i, way := range ways {
		ways[i].Label, ways[i].Hint = v.T("join."+string(way.On)), v.T("join."+string(way.On)+".hint")
		ways[i].Consent = v.T("join.consent."+string(way.On), "name", partnership)
		ways[i].Value, ways[i].Agreed = typed.Typed[way.On], typed.Agreed[way.On]
		if key := typed.wrong["reach."+string(way.On)]; key != "" {
			ways[i].Fault = v.T(key)
		}
	}
	return ways
}

// languagesFor are the languages that somebody may read, the chosen one marked.
func languagesFor(chosen broker.Lang) (all []langLink) {
	for _, lang := range broker.Langs() {
		all = append(all, langLink{Lang: lang, Name: languageName(lang), Here: lang == chosen})
	}
	return all
}

// joinWays are those that this installation can write on; a browser is
// subscribed later, on a message's page.
func (s *server) joinWays() []joinWay {
	all := []joinWay{
		{On: channels.SMS, Type: "tel", Autocomplete: "tel"},
		{On: channels.Email, Type: "email", Autocomplete: "email"},
		{On: channels.Voice, Type: "tel", Autocomplete: "home tel"},
	}
	open := s.Courier.Channels()
	return slices.DeleteFunc(all, func(way joinWay) bool { return !slices.Contains(open, way.On) })
}

// postJoin writes the application and asks for its confirmation. It says the
// same whether somebody is on file or not: it does not look.
func (s *server) postJoin(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readJoin(w, r)
	if !ok {
		return
	}
	a := p.judge(s.AddressBook, s.joinWays(), p.Partnership, s.Now())
	if p.wrong["home"] == "join.fault.outside" {
		var err error
		if p.Neighbours, err = s.coveredBy(r.Context(), p.Partnership, p.Lives); err != nil {
			s.failPage(w, r, "read the partnerships", err)
			return
		}
	}
	if len(p.wrong) > 0 {
		s.showJoin(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	unsent, err := s.apply(r.Context(), a, p.Partnership)
	var full *fullError
	switch {
	case errors.As(err, &full):
		p.wrong[full.field] = "join.fault.many"
		retryIn(w, time.Hour)
		s.showJoin(w, r, http.StatusTooManyRequests, p)
	case err != nil:
		s.failPage(w, r, "write the application", err)
	default:
		s.countInvitation(r.Context(), p.Invited, p.Partnership.ID)
		http.Redirect(w, r, p.URL(s.joiningPath(a.ID)+unsentQuery(unsent)), http.StatusSeeOther)
	}
}

// readJoin reads the form, or answers why it is not read.
func (s *server) readJoin(w http.ResponseWriter, r *http.Request) (joinPage, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	p, ok := s.joinPage(w, r)
	if !ok {
		return p, false
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return p, false
	}
	if !p.Open {
		s.showJoin(w, r, http.StatusConflict, p)
		return p, false
	}
	p.joinForm, p.Invited = readJoinForm(r.PostForm), r.PostForm.Get("invited")
	if !s.visits.allows(visitor(r), s.Now()) {
		p.wrong["reach"] = "join.fault.many"
		s.showJoin(w, r, http.StatusTooManyRequests, p)
		return p, false
	}
	return p, true
}

// coveredBy lists the other launched partnerships of the zone to whose area a
// home belongs.
func (s *server) coveredBy(ctx context.Context, not subscribers.Partnership, home subscribers.Home) ([]subscribers.Partnership, error) {
	all, err := s.Records.Partnerships(ctx, not.Zone)
	if err != nil {
		return nil, fmt.Errorf("read partnerships: %w", err)
	}
	var found []subscribers.Partnership
	for _, p := range all {
		if p.ID == not.ID || len(p.Streets) == 0 || !p.Covers(home) {
			continue
		}
		open, err := s.takesMembers(ctx, p)
		if err != nil {
			return nil, err
		}
		if open {
			found = append(found, p)
		}
	}
	return found, nil
}
