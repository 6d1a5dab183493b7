package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// shownOwed is how many cases the desk shows beside everything else.
const shownOwed = 5

// owedPage lists what the police of a zone still owe (PLP.md, rule 6).
type owedPage struct {
	view
	Owed  []owedLine
	All   int
	Pager pager
}

// owedLine is one case.
type owedLine struct {
	Title, Partnership, Owner, Opened, Due string
	Reminded                               string // empty: nobody has been
	Lang                                   broker.Lang
	Late                                   bool
	URL, Message, Feedback                 string
}

// casePage is one case, with a form to say that the inquiry allows no word.
type casePage struct {
	view
	Case           owedLine
	List           string // the page of all
	Ended, Why     string // how it ended; empty: it is open
	Post           string // where the form goes
	By, ByFault    string
	Words, TooLong string
	Fault          string // of no field
	MaxWords       int
	Others         string // in how many other partnerships the same word is owed; empty: in none
	All            bool   // those are closed too
}

func (s *server) getOwed(w http.ResponseWriter, r *http.Request) {
	p := owedPage{view: s.deskView(r)}
	p.Title = p.T("owed.title")
	zones, err := s.myZones(r.Context())
	if err == nil && len(zones) > 0 {
		zone := chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone")))
		err = s.fillOwedPage(r, &p, zone)
	}
	if err != nil {
		s.failPage(w, r, "show what is owed", err)
		return
	}
	s.show(w, r, http.StatusOK, "owed", p)
}

func (s *server) fillOwedPage(r *http.Request, p *owedPage, zone broker.ZoneID) error {
	open, err := s.Records.OpenCases(r.Context(), zone)
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	var from, to int
	from, to, p.Pager = p.pageOf(r, "/cases?zone="+string(zone)+"&page=", len(open))
	p.All = len(open)
	known := s.recall()
	if err := known.expect(r.Context(), casesAbout(open[from:to])); err != nil {
		return err
	}
	p.Owed, err = owedLines(r.Context(), known, p.view, open[from:to])
	return err
}

func casesAbout(all []subscribers.Case) []subject {
	about := make([]subject, len(all))
	for i, c := range all {
		about[i] = subject{c.Message, c.Partnership}
	}
	return about
}

func owedLines(ctx context.Context, known recall, v view, open []subscribers.Case) ([]owedLine, error) {
	lines := make([]owedLine, len(open))
	var err error
	for i, c := range open {
		if lines[i], err = owedLineOf(ctx, known, v, c); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (s *server) owedLine(ctx context.Context, v view, c subscribers.Case) (owedLine, error) {
	return owedLineOf(ctx, s.recall(), v, c)
}

func owedLineOf(ctx context.Context, known recall, v view, c subscribers.Case) (owedLine, error) {
	m, partnership, err := known.matter(ctx, c.Message, c.Revision, c.Partnership)
	if err != nil {
		return owedLine{}, err
	}
	t, lang := m.Text(v.Lang, partnership.Languages...)
	line := owedLine{
		Title: t.Title, Lang: lang, Partnership: partnership.Name, Owner: v.T("owed.owner", "by", c.Owner),
		Opened: v.T("owed.opened", "when", v.When(c.Opened)), Due: v.due(*c.Status()), Late: c.OverdueAt(v.now),
		URL: v.caseURL(c.ID), Message: v.URL("/messages/" + m.ID.String()),
		Feedback: v.URL(fmt.Sprintf("/messages/new?kind=%s&ref=%s&zone=%s", broker.Feedback, m.ID, m.Zone)),
	}
	if c.Step > 0 {
		line.Reminded = v.N("owed.reminded", int(c.Step))
	}
	return line, nil
}

func (v view) caseURL(id subscribers.CaseID) string { return v.URL("/cases/" + id.String()) }

// due says until when word is owed, or how that debt ended.
func (v view) due(c subscribers.CaseStatus) string {
	switch {
	case c.Ended != "":
		return v.T("owed.ended."+string(c.Ended), "by", c.By, "when", v.When(c.At))
	case c.Overdue(v.now):
		return v.T("owed.late", "when", v.When(c.Due))
	}
	return v.T("owed.due", "when", v.When(c.Due))
}

func (s *server) readCase(r *http.Request) (subscribers.Case, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return subscribers.Case{}, subscribers.ErrNotFound
	}
	c, err := s.Records.Case(r.Context(), subscribers.CaseID{UUID: id})
	if err != nil {
		return c, fmt.Errorf("read case: %w", err)
	}
	return c, nil
}

func (s *server) getCase(w http.ResponseWriter, r *http.Request) {
	s.showCase(w, r, http.StatusOK, casePage{})
}

// postCloseCase closes a case in the name that the form gives, because the
// inquiry allows no word.
func (s *server) postCloseCase(w http.ResponseWriter, r *http.Request) {
	c, err := s.readCase(r)
	if err != nil {
		s.failPage(w, r, "read the case", err)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	p, v := casePage{By: callerOf(r.Context()).called(oneLine(r.PostForm.Get("by"))), Words: oneLine(r.PostForm.Get("words")), All: r.PostForm.Has("all")}, s.deskView(r)
	if p.By == "" {
		p.ByFault = v.T("fault.author")
	}
	if utf8.RuneCountInString(p.Words) > maxReason {
		p.TooLong = v.T("approve.reason.long", "max", maxReason)
	}
	if p.ByFault+p.TooLong != "" {
		s.showCase(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	s.closeCase(w, r, c, p)
}

// closeCase closes it, in the other partnerships too where the form says so. Sent
// twice, it goes on with those that are left.
func (s *server) closeCase(w http.ResponseWriter, r *http.Request, c subscribers.Case, p casePage) {
	_, err := s.CaseCloser.Close(r.Context(), c.ID, p.By, p.Words)
	var closed *subscribers.CaseClosedError
	if errors.As(err, &closed) && sameEnd(closed.First, p) {
		err, closed = nil, nil
	}
	if err == nil && p.All {
		err = s.closeOthers(r.Context(), c, p)
	}
	switch {
	case err == nil:
		http.Redirect(w, r, s.deskView(r).caseURL(c.ID), http.StatusSeeOther)
	case closed != nil:
		p.Fault = s.deskView(r).T("decision.moved")
		s.showCase(w, r, http.StatusConflict, p)
	default:
		s.failPage(w, r, "close the case", err)
	}
}

// sameEnd says whether a case ended as this form says: it was sent twice.
func sameEnd(end subscribers.CaseEnd, p casePage) bool {
	return end.How == subscribers.NotAllowed && end.By == p.By && end.Why == p.Words
}

// showCase shows the case as it stands now, with what was typed.
func (s *server) showCase(w http.ResponseWriter, r *http.Request, status int, p casePage) {
	c, err := s.readCase(r)
	if err != nil {
		s.failPage(w, r, "show the case", err)
		return
	}
	p.view = s.deskView(r)
	if p.Case, err = s.owedLine(r.Context(), p.view, c); err != nil {
		s.failPage(w, r, "show the case", err)
		return
	}
	p.Title, p.MaxWords = p.Case.Title, maxReason
	p.List, p.Post = p.URL("/cases?zone="+string(c.Zone)), p.URL("/cases/"+c.ID.String()+"/close")
	if !c.Open() {
		p.Ended, p.Why = p.Case.Due, c.End.Why
	}
	if err := s.fillOtherCases(r.Context(), &p, c); err != nil {
		s.failPage(w, r, "show the case", err)
		return
	}
	s.show(w, r, status, "case", p)
}
