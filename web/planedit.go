package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"relais/broker"
	"relais/subscribers"
)

// planEditPage is a communication plan as it is written, and what it says.
type planEditPage struct {
	view
	Back, Post, Name    string
	Version             int    // that the form begins with
	Old                 string // that it is not the one in force; empty: it is
	May                 bool   // the reader may change it
	YAML                string
	Explained           explained
	By, ByFault         string
	Why, WhyFault, Moot string
	Versions            []planLine
}

// explained is a plan in plain words, and what is wrong with it.
type explained struct {
	Parts  []planPart
	Faults []string
}

type planPart struct{ Name, Said string }

type planLine struct {
	Name, URL, What, Why string
	Here                 bool
}

// PlanReader reads a communication plan as somebody wrote it.
type PlanReader interface {
	// ReadPlan returns the plan, also a faulty one, and what is wrong with it, as
	// far as it can be in a language; nil: it cannot be read, or is not one plan.
	ReadPlan(text string, lang broker.Lang) (*subscribers.Plan, []PlanFault, error)
}

// PlanFault is one thing that is wrong with a plan.
type PlanFault struct {
	Line                   int // 0: none in particular
	Field, Problem, Remedy string
}

// explain says what a plan means, as `relais plan check` does.
func (s *server) explain(v view, text string) (subscribers.Plan, explained, error) {
	plan, faults, err := s.PlanReader.ReadPlan(text, v.Lang)
	if err != nil {
		return subscribers.Plan{}, explained{}, fmt.Errorf("read a plan: %w", err)
	}
	var out explained
	for _, f := range faults {
		out.Faults = append(out.Faults, v.planFault(f))
	}
	if plan == nil {
		if len(out.Faults) == 0 {
			out.Faults = []string{v.T("planedit.one")}
		}
		return subscribers.Plan{}, out, nil
	}
	out.Parts = v.planParts(*plan)
	return *plan, out, nil
}

func (v view) planParts(plan subscribers.Plan) []planPart {
	var parts []planPart
	for i, rule := range plan.Rules {
		parts = append(parts, planPart{fmt.Sprintf("rules[%d]", i), rule.Explain(v.Lang)})
	}
	parts = append(parts, planPart{"quiet_hours", plan.QuietHours.Explain(v.Lang)}, planPart{"digest", plan.Digest.Explain(v.Lang)})
	for _, part := range []planPart{{"per_day", plan.ExplainPerDay(v.Lang)}, {"budget", plan.Budget.Explain(v.Lang)}, {"plain_accents", plan.ExplainPlainAccents(v.Lang)}} {
		if part.Said != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// planFault is one sentence, with the line that it is about.
func (v view) planFault(f PlanFault) string {
	said := strings.TrimSpace(f.Field + " " + f.Problem)
	if f.Remedy != "" {
		said += "; " + f.Remedy
	}
	if f.Line == 0 {
		return said
	}
	return v.T("planedit.line", "line", f.Line, "said", said)
}

func (s *server) getPlan(w http.ResponseWriter, r *http.Request) {
	s.showPlan(w, r, http.StatusOK, planEditPage{})
}

// postPlan explains what is typed, or makes it the next version of the plan.
func (s *server) postPlan(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	p, v := planEditPage{YAML: unixLines(r.PostForm.Get("plan")), By: callerOf(r.Context()).called(oneLine(r.PostForm.Get("by"))), Why: oneLine(r.PostForm.Get("why"))}, s.deskView(r)
	p.Version, _ = strconv.Atoi(r.PostForm.Get("version")) // one that is none is outdated
	plan, said, err := s.explain(v, p.YAML)
	if err != nil {
		s.failPage(w, r, "explain the plan", err)
		return
	}
	p.Explained = said
	if r.Header.Get("HX-Request") != "" {
		p.view = v
		s.showPart(w, r, http.StatusOK, "planedit", "explained", p)
		return
	}
	if r.PostForm.Get("action") != "save" {
		s.showPlan(w, r, http.StatusOK, p)
		return
	}
	if p.judge(v); len(p.Explained.Faults) > 0 || p.ByFault+p.WhyFault != "" {
		s.showPlan(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	s.changePlan(w, r, p, plan)
}

func (p *planEditPage) judge(v view) {
	if p.By == "" || utf8.RuneCountInString(p.By) > maxBy {
		p.ByFault = v.T("fault.author")
	}
	if p.Why == "" || utf8.RuneCountInString(p.Why) > subscribers.MaxWhy {
		p.WhyFault = v.T("decision.words", "max", subscribers.MaxWhy)
	}
}

func (s *server) changePlan(w http.ResponseWriter, r *http.Request, p planEditPage, plan subscribers.Plan) {
	v := s.deskView(r)
	id := broker.PartnershipID(r.PathValue("id"))
	err := s.Zone.ChangePlan(r.Context(), id, p.Version, plan, p.By, p.Why, s.Now())
	switch {
	case errors.Is(err, subscribers.ErrOutdated):
		p.Moot = v.T("zone.outdated")
		s.showPlan(w, r, http.StatusConflict, p)
	case err != nil:
		s.failPage(w, r, "change the plan", err)
	default:
		http.Redirect(w, r, v.URL("/zone/"+string(id)+"/plan"), http.StatusSeeOther)
	}
}

// showPlan shows what was typed, else the version that is asked for, else the
// one in force.
func (s *server) showPlan(w http.ResponseWriter, r *http.Request, status int, p planEditPage) {
	of, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("id")))
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return
	}
	versions, err := s.Zone.PlanVersions(r.Context(), of.ID)
	if err != nil {
		s.failPage(w, r, "read the plans", err)
		return
	}
	p.view = s.deskView(r).in(of)
	here := p.URL("/zone/" + string(of.ID))
	p.Title, p.Name, p.Back, p.Post = p.T("planedit.title", "partnership", of.Name), of.Name, here, p.URL("/zone/"+string(of.ID)+"/plan")
	p.May = callerOf(r.Context()).mayAlso(subscribers.ChangePartnerships, subscribers.Scope{Zone: of.Zone})
	if err := s.fillVersions(r, &p, of, versions); err != nil {
		s.failPage(w, r, "explain the plan", err)
		return
	}
	s.show(w, r, status, "planedit", p)
}

// fillVersions lists them, and shows the one that is asked for where nothing was typed.
func (s *server) fillVersions(r *http.Request, p *planEditPage, of subscribers.Partnership, versions []subscribers.PlanVersion) (err error) {
	asked, notANumber := strconv.Atoi(r.URL.Query().Get("version"))
	if notANumber != nil {
		asked = of.PlanVersion
	}
	for _, one := range versions {
		if one.Version == asked && r.Method != http.MethodPost {
			p.YAML = one.YAML
			if _, p.Explained, err = s.explain(p.view, one.YAML); err != nil {
				return err
			}
		}
		by := one.By
		if by == "" {
			by = p.T("zone.import")
		}
		p.Versions = append(p.Versions, planLine{p.T("planedit.version", "version", one.Version), p.URL("/zone/" + string(of.ID) + "/plan?version=" + strconv.Itoa(one.Version)),
			p.T("templates.changed", "by", by, "when", p.When(one.Created)), one.Why, one.Version == asked})
	}
	if asked != of.PlanVersion {
		p.Old = p.T("planedit.old", "version", asked, "now", of.PlanVersion)
	}
	if p.Version == 0 {
		p.Version = of.PlanVersion // what is kept replaces the one in force, whichever the form began with
	}
	return nil
}
