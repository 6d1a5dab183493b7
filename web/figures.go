package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Figures knows what became of messages, counted once a day and a week after.
type Figures interface {
	// Sendings returns what became of a zone's messages, or with a partnership of
	// that one's, that were asked for from a time until another, excluded.
	Sendings(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, from, until time.Time) ([]subscribers.Sending, error)
	// Debts returns the cases opened from a time until another, excluded.
	Debts(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, from, until time.Time) ([]subscribers.Debt, error)
}

// figuresPage shows how a zone, or one partnership, fares.
type figuresPage struct {
	view
	Back, BackName string
	Of             string // whose figures they are
	Zones          []zoneLink
	Lengths        []tab // month, quarter, year
	Term           string
	Before, Next   string // URLs; empty: it has not begun
	Charts         []chart
	Export         string
}

// figured is whose figures are asked for, and of when.
type figured struct {
	zone        broker.ZoneID
	partnership broker.PartnershipID // empty: the whole zone
	path, name  string               // of the page
	term        subscribers.Term
}

func (s *server) getZoneFigures(w http.ResponseWriter, r *http.Request) {
	s.zoneFigures(w, r, s.showFigures)
}

func (s *server) getZoneFiguresExport(w http.ResponseWriter, r *http.Request) {
	s.zoneFigures(w, r, s.exportFigures)
}

func (s *server) zoneFigures(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request, figuresPage, figured)) {
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return
	}
	p := figuresPage{view: s.deskView(r)}
	f := figured{zone: chosenZone(zones, broker.ZoneID(r.URL.Query().Get("zone"))), term: s.term(r, s.local)}
	f.path, f.name = "/figures?zone="+string(f.zone)+"&period=", p.T("desk.zone", "zone", f.zone)
	p.Back, p.BackName = p.URL("/zone?zone="+string(f.zone)), p.T("zone.title")
	p.Export = p.URL("/figures.csv?zone=" + string(f.zone) + "&period=" + f.term.String())
	p.Zones = p.zoneLinks("/figures", zones, f.zone)
	do(w, r, p, f)
}

func (s *server) getPartnershipFigures(w http.ResponseWriter, r *http.Request) {
	s.partnershipFigures(w, r, s.showFigures)
}

func (s *server) getPartnershipFiguresExport(w http.ResponseWriter, r *http.Request) {
	s.partnershipFigures(w, r, s.exportFigures)
}

func (s *server) partnershipFigures(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request, figuresPage, figured)) {
	of, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("id")))
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return
	}
	p := figuresPage{view: s.deskView(r).in(of)}
	here := "/zone/" + string(of.ID)
	f := figured{zone: of.Zone, partnership: of.ID, path: here + "/figures?period=", name: of.Name, term: s.term(r, of.Location())}
	p.Back, p.BackName = p.URL(here), of.Name
	p.Export = p.URL(here + "/figures.csv?period=" + f.term.String())
	do(w, r, p, f)
}

// term is the one that the address names, else the present month.
func (s *server) term(r *http.Request, loc *time.Location) subscribers.Term {
	if term, ok := subscribers.ParseTerm(r.URL.Query().Get("period")); ok {
		return term
	}
	return subscribers.TermOf(subscribers.DateOf(s.Now().In(loc)), 1)
}

func (s *server) showFigures(w http.ResponseWriter, r *http.Request, p figuresPage, f figured) {
	var err error
	if p.Charts, err = s.charts(r.Context(), p.view, f); err != nil {
		s.failPage(w, r, "show figures", err)
		return
	}
	p.Title, p.Of, p.Term = p.T("figures.title"), f.name, p.termName(f.term)
	p.fillTerms(f)
	s.show(w, r, http.StatusOK, "figures", p)
}

// fillTerms leads to the terms around this one, and to the longer and shorter
// ones that begin with it.
func (p *figuresPage) fillTerms(f figured) {
	day := subscribers.Date{Year: f.term.Year, Month: f.term.Month, Day: 1}
	today := subscribers.DateOf(p.now.In(p.loc))
	if now := subscribers.TermOf(today, f.term.Months); now == f.term {
		day = today
	}
	for _, months := range []int{1, 3, 12} {
		p.Lengths = append(p.Lengths, tab{p.T(fmt.Sprintf("figures.length.%d", months)), p.URL(f.path + subscribers.TermOf(day, months).String()), months == f.term.Months})
	}
	p.Before = p.URL(f.path + f.term.Before().String())
	if from, _ := f.term.Next().Bounds(p.loc); from.Before(p.now) {
		p.Next = p.URL(f.path + f.term.Next().String())
	}
}

// termName is "November 2026", "4th quarter of 2026" or "2026".
func (v view) termName(t subscribers.Term) string {
	switch t.Months {
	case 12:
		return fmt.Sprint(t.Year)
	case 3:
		return v.T("figures.quarter", "n", t.Quarter(), "year", t.Year)
	}
	return fmt.Sprintf("%s %d", v.nth("date.months", int(t.Month)-1), t.Year)
}

func (s *server) charts(ctx context.Context, v view, f figured) ([]chart, error) {
	from, until := f.term.Bounds(v.loc)
	sent, err := s.Figures.Sendings(ctx, f.zone, f.partnership, from, until)
	if err != nil {
		return nil, fmt.Errorf("read what became of messages: %w", err)
	}
	owed, err := s.Figures.Debts(ctx, f.zone, f.partnership, from, until)
	if err != nil {
		return nil, fmt.Errorf("read what was owed: %w", err)
	}
	return []chart{
		v.answerChart(subscribers.AnsweringOf(sent)), v.paceChart(subscribers.ReachingOf(sent)), v.reachChart(sent),
		v.leavingChart(subscribers.LeavingOf(sent)), v.owingChart(subscribers.OwingOf(owed, v.now)),
	}, nil
}

// exportFigures writes the tables of the charts as one, a line for each number:
// durations in minutes, shares in percent.
func (s *server) exportFigures(w http.ResponseWriter, r *http.Request, p figuresPage, f figured) {
	all, err := s.charts(r.Context(), p.view, f)
	if err != nil {
		s.failPage(w, r, "export figures", err)
		return
	}
	rows := [][]string{p.columns("figures.columns")}
	for _, c := range all {
		for _, row := range c.Rows {
			for i, cell := range row.Cells {
				rows = append(rows, []string{f.name, f.term.String(), c.Title, row.Name, c.Columns[i+1], cell.Raw})
			}
		}
	}
	of := string(f.partnership)
	if of == "" {
		of = string(f.zone)
	}
	writeTable(w, "relais-"+of+"-"+f.term.String()+".csv", rows)
}
