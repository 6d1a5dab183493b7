package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Zone is what its police look after: partnerships, their stages and plans.
type Zone interface {
	// Overviews returns these partnerships with their people, in their order.
	Overviews(ctx context.Context, of []subscribers.Partnership) ([]subscribers.Overview, error)
	// Overview returns one, or subscribers.ErrNotFound.
	Overview(ctx context.Context, id broker.PartnershipID) (subscribers.Overview, error)
	// StageMoves returns the steps of a partnership, the newest first.
	StageMoves(ctx context.Context, id broker.PartnershipID) ([]subscribers.StageMove, error)
	// MoveStage brings a partnership from one stage to another; it returns
	// subscribers.ErrOutdated when it is not in the first.
	MoveStage(ctx context.Context, id broker.PartnershipID, move subscribers.StageMove) error
	// PlanVersions returns every version of a plan, the newest first.
	PlanVersions(ctx context.Context, id broker.PartnershipID) ([]subscribers.PlanVersion, error)
	// ChangePlan makes a plan the next version; it returns subscribers.ErrOutdated
	// when another version than from is in force.
	ChangePlan(ctx context.Context, id broker.PartnershipID, from int, plan subscribers.Plan, by, why string, at time.Time) error
}

// zonePage lists the partnerships of a zone and its officers.
type zonePage struct {
	view
	Posts        string // where posts are given; empty: the reader may not look
	Zone         broker.ZoneID
	Zones        []zoneLink
	Figures      string
	Find         finder
	Partnerships []partnershipLine
	All          int // partnerships that were looked for
	Pager        pager
	Officers     []officerLine
}

type partnershipLine struct{ Name, URL, Stage, Class, People, Missing string }

type officerLine struct{ Name, Role, Reached string }

// partnershipPage is one partnership, with the form that changes its stage.
type partnershipPage struct {
	view
	Posts                            string   // as zonePage.Posts
	PostLines                        []string // who was given a post, or lost it
	List, Post, Plan, PlanVersion    string
	Figures                          string
	Name, Stage, From, People        string
	Missing                          string // what keeps it from being sent for; empty: nothing
	May                              bool   // the reader may change it
	Stages                           []choice
	By, ByFault, Why, WhyFault, Moot string
	Moves                            []moveLine
}

type moveLine struct{ What, Why string }

func (s *server) getZone(w http.ResponseWriter, r *http.Request) {
	p := zonePage{view: s.deskView(r)}
	p.Title = p.T("zone.title")
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return
	}
	p.Zone = chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone")))
	p.Zones, p.Figures = p.zoneLinks("/zone", zones, p.Zone), p.URL("/figures?zone="+string(p.Zone))
	p.Posts = p.postsOf(callerOf(r.Context()), p.Zone)
	if err := s.fillZone(r, &p); err != nil {
		s.failPage(w, r, "show the zone", err)
		return
	}
	s.show(w, r, http.StatusOK, "zone", p)
}

func (s *server) fillZone(r *http.Request, p *zonePage) error {
	all, err := s.Records.Partnerships(r.Context(), p.Zone)
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
	}
	all, p.Find = p.find(r, "/zone", p.Zone, all)
	from, to, pages := p.pageOf(r, "/zone?zone="+string(p.Zone)+"&q="+url.QueryEscape(p.Find.Words)+"&page=", len(all))
	p.All, p.Pager = len(all), pages
	shown, err := s.Zone.Overviews(r.Context(), all[from:to])
	if err != nil {
		return fmt.Errorf("count the people of partnerships: %w", err)
	}
	for _, one := range shown {
		line := partnershipLine{Name: one.Partnership.Name, URL: p.URL("/zone/" + string(one.Partnership.ID)), Stage: p.T("stage." + string(one.Partnership.Stage)),
			Class: "future", People: p.N("zone.people", one.Members())}
		if gaps := one.Missing(p.now); one.Partnership.Stage == subscribers.StageLaunched && len(gaps) > 0 {
			line.Class, line.Missing = "immediate", subscribers.RoutingRefusal{Gaps: gaps}.Say(p.Lang)
		}
		p.Partnerships = append(p.Partnerships, line)
	}
	officers, err := s.Records.Officers(r.Context(), p.Zone)
	if err != nil {
		return fmt.Errorf("list officers: %w", err)
	}
	for _, o := range officers {
		p.Officers = append(p.Officers, officerLine{o.Name, p.T("officer." + string(o.Role)), p.reached(o.Member)})
	}
	return nil
}

// postsOf is where a zone's posts are given and ended; empty: the caller may not look.
func (v view) postsOf(who caller, zone broker.ZoneID) string {
	if !who.mayAlso(subscribers.ReadPeople, subscribers.Scope{Zone: zone}) {
		return ""
	}
	return v.URL("/people?zone=" + string(zone))
}

// reached says on which channels somebody is written to.
func (v view) reached(m subscribers.Member) string {
	var by []string
	for _, name := range []channels.Name{channels.SMS, channels.Email, channels.Push, channels.Voice} {
		if len(m.Reachable(name)) > 0 {
			by = append(by, v.By(name))
		}
	}
	if len(by) == 0 {
		return v.T("zone.unreached")
	}
	return strings.Join(by, ", ")
}

// overview is the partnership that the address names.
func (s *server) overview(r *http.Request) (subscribers.Overview, error) {
	return s.Zone.Overview(r.Context(), broker.PartnershipID(r.PathValue("id")))
}

func (s *server) getPartnership(w http.ResponseWriter, r *http.Request) {
	s.showPartnership(w, r, http.StatusOK, partnershipPage{})
}

// postStage takes a step in the life of a partnership.
func (s *server) postStage(w http.ResponseWriter, r *http.Request) {
	one, err := s.overview(r)
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	v := s.deskView(r)
	typed := partnershipPage{Stage: r.PostForm.Get("to"), By: callerOf(r.Context()).called(oneLine(r.PostForm.Get("by"))), Why: oneLine(r.PostForm.Get("why"))}
	move := subscribers.StageMove{From: subscribers.Stage(r.PostForm.Get("from")), To: subscribers.Stage(typed.Stage), By: typed.By, At: s.Now(), Why: typed.Why}
	if !slices.Contains(subscribers.Stages(), move.To) {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	if typed.judge(v, one, move); typed.ByFault+typed.WhyFault+typed.Moot != "" {
		s.showPartnership(w, r, http.StatusUnprocessableEntity, typed)
		return
	}
	err = s.Zone.MoveStage(r.Context(), one.Partnership.ID, move)
	if errors.Is(err, subscribers.ErrOutdated) {
		typed.Moot = v.T("zone.outdated")
		s.showPartnership(w, r, http.StatusConflict, typed)
		return
	}
	if err != nil {
		s.failPage(w, r, "change the stage", err)
		return
	}
	http.Redirect(w, r, v.URL("/zone/"+string(one.Partnership.ID)), http.StatusSeeOther)
}

// judge says what is wrong with a step: nobody is launched without a charter in
// force, a coordinator and a deputy (PLP.md, rule 3).
func (p *partnershipPage) judge(v view, one subscribers.Overview, move subscribers.StageMove) {
	if move.By == "" || utf8.RuneCountInString(move.By) > maxBy {
		p.ByFault = v.T("fault.author")
	}
	if move.Why == "" || utf8.RuneCountInString(move.Why) > subscribers.MaxWhy {
		p.WhyFault = v.T("decision.words", "max", subscribers.MaxWhy)
	}
	one.Partnership.Stage = move.To
	if gaps := one.Missing(v.now); move.To == subscribers.StageLaunched && len(gaps) > 0 {
		p.Moot = v.T("zone.notyet", "why", subscribers.RoutingRefusal{Gaps: gaps}.Say(v.Lang))
	}
}

// showPartnership shows it with what was typed about its stage.
func (s *server) showPartnership(w http.ResponseWriter, r *http.Request, status int, p partnershipPage) {
	one, err := s.overview(r)
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return
	}
	moves, err := s.Zone.StageMoves(r.Context(), one.Partnership.ID)
	if err != nil {
		s.failPage(w, r, "read the stages", err)
		return
	}
	of := one.Partnership
	p.view = s.deskView(r).in(of)
	p.Title, p.Name, p.From = of.Name, of.Name, string(of.Stage)
	p.Posts = p.postsOf(callerOf(r.Context()), of.Zone)
	p.List, p.Post, p.Plan = p.URL("/zone?zone="+string(of.Zone)), p.URL("/zone/"+string(of.ID)+"/stage"), p.URL("/zone/"+string(of.ID)+"/plan")
	p.Figures = p.URL("/zone/" + string(of.ID) + "/figures")
	p.PlanVersion, p.People = p.T("progress.plan", "version", of.PlanVersion), p.N("zone.people", one.Members())
	p.May = callerOf(r.Context()).mayAlso(subscribers.ChangePartnerships, subscribers.Scope{Zone: of.Zone})
	if gaps := one.Missing(p.now); len(gaps) > 0 {
		p.Missing = p.T("forecast.nowhere", "why", subscribers.RoutingRefusal{Gaps: gaps}.Say(p.Lang))
	}
	chosen := p.Stage
	if chosen == "" {
		chosen = string(of.Stage)
	}
	p.Stage = p.T("stage." + string(of.Stage))
	for _, stage := range subscribers.Stages() {
		p.Stages = append(p.Stages, choice{string(stage), p.T("stage." + string(stage)), string(stage) == chosen})
	}
	if p.PostLines, err = s.postLines(r.Context(), p.view, of.Zone, of.ID); err != nil {
		s.failPage(w, r, "read the posts", err)
		return
	}
	for _, m := range moves {
		by := m.By
		if by == "" {
			by = p.T("zone.import")
		}
		p.Moves = append(p.Moves, moveLine{p.T("zone.moved", "stage", p.T("stage."+string(m.To)), "by", by, "when", p.When(m.At)), m.Why})
	}
	s.show(w, r, status, "partnership", p)
}
