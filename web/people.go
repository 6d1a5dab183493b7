package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// peoplePage shows an administrator who has a post in their zone, and lets them
// invite people and end posts.
type peoplePage struct {
	view
	Zone   broker.ZoneID
	Zones  []zoneLink // more than one
	Find   finder
	Groups []peopleGroup
	Pager  pager
	At     broker.PartnershipID // whose people a form was about, and are shown; empty: those of the page
	Action string

	Name, Email string // as typed
	Reads       []choice
	Choices     []choice // of posts
	Faults      faults   // by field: keys of the catalogue
	PostLines   []string // what became of the posts of the zone's police

	Said  string // what was done
	Link  string // an invitation that no email took; its bearer can sign in
	Wrong string // why something was not done
}

// peopleGroup is the police of the zone, or one partnership.
type peopleGroup struct {
	Name   string
	People []personLine
}

type personLine struct {
	Name, Role, Post string
	Mail             bool
	Again, End       string // where to send the forms
	Stays            string // why the post cannot end now
}

func (s *server) getPeople(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readPeople(w, r)
	if ok {
		s.showPeople(w, r, http.StatusOK, p)
	}
}

// readPeople finds the zone of the page, or answers that there is none.
func (s *server) readPeople(w http.ResponseWriter, r *http.Request) (peoplePage, bool) {
	p := peoplePage{view: s.deskView(r), Faults: make(faults)}
	p.Title = p.T("people.title")
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return p, false
	}
	p.Zone = chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone")))
	p.Action = p.URL("/people?zone=" + string(p.Zone))
	for _, zone := range zones {
		if len(zones) > 1 {
			p.Zones = append(p.Zones, zoneLink{zone, p.URL("/people?zone=" + string(zone)), zone == p.Zone})
		}
	}
	return p, true
}

// showPeople adds who there is now.
func (s *server) showPeople(w http.ResponseWriter, r *http.Request, status int, p peoplePage) {
	all, err := s.Records.Partnerships(r.Context(), p.Zone)
	if err != nil {
		s.failPage(w, r, "show the people", fmt.Errorf("list partnerships: %w", err))
		return
	}
	partnerships := p.shown(r, all)
	holders, err := s.holders(r.Context(), p.Zone, partnerships)
	if err != nil {
		s.failPage(w, r, "show the people", err)
		return
	}
	p.Groups = p.groups(holders, partnerships, callerOf(r.Context()).account.ID)
	if p.PostLines, err = s.postLines(r.Context(), p.view, p.Zone, ""); err != nil {
		s.failPage(w, r, "show the people", err)
		return
	}
	p.fillChoices(partnerships, r.PostFormValue("post"), r.PostFormValue("reads"))
	s.show(w, r, status, "people", p)
}

// shown are the partnerships of the page that is asked for, or of that on which
// the one stands that a form was about.
func (p *peoplePage) shown(r *http.Request, all []subscribers.Partnership) []subscribers.Partnership {
	found, find := p.find(r, "/people", p.Zone, all)
	p.Find = find
	path := "/people?zone=" + string(p.Zone) + "&q=" + url.QueryEscape(find.Words) + "&page="
	from, to, pages := p.pageOf(r, path, len(found))
	if at := slices.IndexFunc(found, func(one subscribers.Partnership) bool { return one.ID == p.At }); p.At != "" && at >= 0 {
		from, to, pages = p.nthPage(path, at/shownAtOnce+1, len(found))
	}
	p.Pager = pages
	return found[from:to]
}

func (s *server) holders(ctx context.Context, zone broker.ZoneID, in []subscribers.Partnership) ([]subscribers.Holder, error) {
	ids := make([]broker.PartnershipID, len(in))
	for i, p := range in {
		ids[i] = p.ID
	}
	holders, err := s.Accounts.Holders(ctx, zone, ids)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	return holders, nil
}

func (p peoplePage) groups(holders []subscribers.Holder, partnerships []subscribers.Partnership, me subscribers.MemberID) []peopleGroup {
	groups := []peopleGroup{{Name: p.T("people.police")}}
	at := map[broker.PartnershipID]int{"": 0}
	launched := make(map[broker.PartnershipID]bool)
	for _, partnership := range partnerships {
		at[partnership.ID], launched[partnership.ID] = len(groups), partnership.Stage == subscribers.StageLaunched
		groups = append(groups, peopleGroup{Name: partnership.Name})
	}
	for _, h := range holders {
		n, known := at[h.Post.Partnership]
		if !known {
			continue // of a partnership that came in between
		}
		line := personLine{Name: h.Name, Role: p.T("role." + string(h.Post.Role)), Post: postValue(h.Post), Mail: h.Mail}
		line.Again = p.URL(fmt.Sprintf("/people/%s/invite?zone=%s", h.ID, p.Zone))
		line.End = p.URL(fmt.Sprintf("/people/%s/end?zone=%s", h.ID, p.Zone))
		if why := whyStays(h, holders, launched[h.Post.Partnership], me); why != "" {
			line.Stays = p.T(why)
		}
		groups[n].People = append(groups[n].People, line)
	}
	return groups
}

// whyStays is the key of why a post cannot end now; empty: it can.
func whyStays(h subscribers.Holder, all []subscribers.Holder, launched bool, me subscribers.MemberID) string {
	switch {
	case h.ID == me && h.Post.Role == subscribers.PostAdmin:
		return "people.stays.self"
	case subscribers.Indispensable(h, all, launched):
		return "people.stays." + string(h.Post.Role)
	}
	return ""
}

// fillChoices offers every post of the zone, and every language.
func (p *peoplePage) fillChoices(partnerships []subscribers.Partnership, post, reads string) {
	offer := func(role subscribers.PostRole, partnership broker.PartnershipID, where string) {
		value := postValue(subscribers.Post{Role: role, Partnership: partnership})
		p.Choices = append(p.Choices, choice{value, p.T("post."+string(role), "where", where), value == post})
	}
	for _, partnership := range partnerships {
		for _, role := range []subscribers.PostRole{subscribers.PostCoordinator, subscribers.PostDeputy, subscribers.PostCommittee} {
			offer(role, partnership.ID, partnership.Name)
		}
	}
	for _, role := range []subscribers.PostRole{subscribers.PostOfficer, subscribers.PostMandated, subscribers.PostAdmin} {
		offer(role, "", string(p.Zone))
	}
	if reads == "" {
		reads = string(p.Lang)
	}
	for _, lang := range broker.Langs() {
		p.Reads = append(p.Reads, choice{string(lang), languageName(lang), string(lang) == reads})
	}
}

// postValue is a post as a form has it: admin, or deputy/plp-tilleuls.
func postValue(p subscribers.Post) string {
	if p.Partnership == "" {
		return string(p.Role)
	}
	return string(p.Role) + "/" + string(p.Partnership)
}
