package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"relais/subscribers"
)

// absencePage is when the approvers of a partnership are away, and who stands in.
type absencePage struct {
	view
	Partnership string
	Month       string
	Prev, Next  string
	Weekdays    []weekday
	Weeks       [][]calendarDay
	Day         string // the one that was tapped, else today: who is there
	DayText     string
	Gaps        []string // days of this month on which nobody stands in
	Known       []absenceLine
	Form        absenceForm
	Today       string
	Tapped      string // what to do next after a first tap
}

// absenceLine is one absence of somebody; Mine: the reader may take it back.
type absenceLine struct {
	Text, Member, From string
	Mine               bool
}

// absenceForm is what was typed, or tapped in the calendar.
type absenceForm struct {
	Who         string
	People      []absencePerson // whom it may be for; one: oneself
	From, Until string
	Fault       string
}

type absencePerson struct {
	ID, Name string
	Chosen   bool
}

// absenceMatter is what the page is about.
type absenceMatter struct {
	partnership subscribers.Partnership
	plan        subscribers.Plan
	approvers   []subscribers.Approver
	me          subscribers.MemberID
	others      bool // the reader may also write down when others are away
}

func (s *server) absenceMatter(r *http.Request, p subscribers.Partnership) (m absenceMatter, err error) {
	who := callerOf(r.Context())
	m = absenceMatter{partnership: p, me: who.account.ID}
	m.others = who.mayAlso(subscribers.SetOthersAway, subscribers.Scope{Zone: p.Zone, Partnership: p.ID})
	if m.approvers, err = s.Absences.Approvers(r.Context(), p.ID); err != nil {
		return m, fmt.Errorf("list approvers: %w", err)
	}
	if m.plan, err = s.Records.Plan(r.Context(), p.ID, p.PlanVersion); err != nil {
		return m, fmt.Errorf("read plan: %w", err)
	}
	return m, nil
}

func (s *server) getInboxAbsences(w http.ResponseWriter, r *http.Request, p subscribers.Partnership) {
	m, err := s.absenceMatter(r, p)
	if err != nil {
		s.failPage(w, r, "show the absences", err)
		return
	}
	asked := r.URL.Query()
	s.showAbsences(w, r, http.StatusOK, m, absenceForm{From: asked.Get("from"), Until: asked.Get("until"), Who: asked.Get("who")})
}

// postInboxAbsences writes down that somebody is away, or will be there after all.
func (s *server) postInboxAbsences(w http.ResponseWriter, r *http.Request, p subscribers.Partnership) {
	m, err := s.absenceMatter(r, p)
	if err != nil {
		s.failPage(w, r, "read the absences", err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	typed := absenceForm{Who: r.PostForm.Get("member"), From: r.PostForm.Get("from"), Until: r.PostForm.Get("until")}
	at := slices.IndexFunc(m.approvers, func(a subscribers.Approver) bool { return a.ID.String() == typed.Who })
	if at < 0 || m.approvers[at].ID != m.me && !m.others {
		s.refuseRight(w, r, doorPage)
		return
	}
	today := p.Today(s.Now())
	known, err := changedAbsences(m.approvers[at].Absences, r.PostForm.Get("action"), typed, today)
	if err != nil {
		typed.Fault = s.inboxView(r).T("away.fault")
		s.showAbsences(w, r, http.StatusUnprocessableEntity, m, typed)
		return
	}
	if err := s.Absences.SetAbsences(r.Context(), p.ID, m.approvers[at].ID, known); err != nil {
		s.failPage(w, r, "write the absences", err)
		return
	}
	v := s.inboxView(r)
	http.Redirect(w, r, v.URL(absencesURL(p)+"?"+url.Values{"month": {monthText(monthOf("", dayOr(typed.From, today)))}}.Encode()), http.StatusSeeOther)
}

// changedAbsences adds the span that was typed, or takes away the one that begins there.
func changedAbsences(known []subscribers.Span, action string, typed absenceForm, today subscribers.Date) ([]subscribers.Span, error) {
	var span subscribers.Span
	err := parseDays(away{From: typed.From, Until: typed.Until}, &span)
	if action == "back" {
		known, _ = subscribers.Back(known, span.From, today)
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	return subscribers.Away(known, span, today)
}

func absencesURL(p subscribers.Partnership) string {
	return "/inbox/partnerships/" + string(p.ID) + "/absences"
}

// dayOr reads a day, or returns the other one.
func dayOr(typed string, otherwise subscribers.Date) subscribers.Date {
	var day subscribers.Date
	if day.UnmarshalText([]byte(typed)) != nil || day.IsZero() {
		return otherwise
	}
	return day
}

func (s *server) showAbsences(w http.ResponseWriter, r *http.Request, status int, m absenceMatter, form absenceForm) {
	v := s.partnershipView(r, m.partnership, "absences")
	today := m.partnership.Today(s.Now())
	first := monthOf(r.URL.Query().Get("month"), dayOr(form.From, today))
	p := absencePage{view: v, Partnership: m.partnership.Name, Form: m.fill(form), Today: today.String()}
	p.Title, p.Month, p.Weekdays = v.T("absences.title"), v.monthName(first), v.weekdays()
	p.Prev, p.Next = v.monthURL(m.partnership, monthAfter(first, -1), form), v.monthURL(m.partnership, monthAfter(first, 1), form)
	p.Weeks = weeks(first, func(day subscribers.Date) calendarDay { return v.absenceDay(m, day, today, form) })
	day := dayOr(form.From, today)
	p.Day, p.DayText = v.Day(day), v.covered(m.plan.CoverOn(m.approvers, day))
	if form.From != "" && form.Until == "" && form.Fault == "" {
		p.Tapped = v.T("absences.tapped", "day", p.Day)
	}
	for day := first; day.Month == first.Month; day = day.AddDays(1) {
		if !day.Before(today) && m.plan.CoverOn(m.approvers, day).Gap {
			p.Gaps = append(p.Gaps, v.Day(day))
		}
	}
	p.Known = v.absenceLines(m, today)
	s.show(w, r, status, "absences", p)
}

// fill says for whom the form may be.
func (m absenceMatter) fill(form absenceForm) absenceForm {
	if form.Who == "" {
		form.Who = m.me.String()
	}
	for _, a := range m.approvers {
		if m.others || a.ID == m.me {
			form.People = append(form.People, absencePerson{a.ID.String(), a.Name, a.ID.String() == form.Who})
		}
	}
	return form
}

func (v view) monthURL(p subscribers.Partnership, first subscribers.Date, form absenceForm) string {
	asked := url.Values{"month": {monthText(first)}}
	if form.From != "" && form.Until == "" {
		asked.Set("from", form.From) // the last day may lie in the next month
	}
	return v.URL(absencesURL(p) + "?" + asked.Encode())
}

// absenceDay is one day of the calendar. The first tap chooses the first day of
// an absence, the next one the last.
func (v view) absenceDay(m absenceMatter, day, today subscribers.Date, form absenceForm) calendarDay {
	cover := m.plan.CoverOn(m.approvers, day)
	d := calendarDay{Number: day.Day, Says: fmt.Sprint(day.Day) + ", " + v.Day(day) + ": " + v.covered(cover)}
	mine := slices.ContainsFunc(cover.Away, func(a subscribers.Approver) bool { return a.ID == m.me })
	switch {
	case day.Before(today):
		d.Class = "past"
		return d
	case cover.Gap:
		d.Class, d.Mark = "gap", "!"
	case mine:
		d.Class, d.Mark = "mine", "●"
	case len(cover.Away) > 0:
		d.Class, d.Mark = "some", "○"
	}
	asked := url.Values{"month": {monthText(monthOf("", day))}, "from": {day.String()}}
	if from := dayOr(form.From, subscribers.Date{}); !from.IsZero() && form.Until == "" && !day.Before(from) {
		asked.Set("from", from.String())
		asked.Set("until", day.String())
	}
	d.URL = v.URL(absencesURL(m.partnership) + "?" + asked.Encode())
	from, until := dayOr(form.From, subscribers.Date{}), dayOr(form.Until, dayOr(form.From, subscribers.Date{}))
	d.Here = !from.IsZero() && subscribers.Span{From: from, Until: until}.Holds(day)
	return d
}

// covered says in a sentence who is away on a day, and who stands in.
func (v view) covered(c subscribers.Cover) string {
	names := func(all []subscribers.Approver) string {
		var list []string
		for _, a := range all {
			list = append(list, a.Name)
		}
		return strings.Join(list, ", ")
	}
	switch {
	case len(c.Here) == 0 && c.Gap:
		return v.T("absences.nobody", "away", names(c.Away))
	case c.Gap:
		return v.T("absences.partly", "here", names(c.Here), "away", names(c.Away))
	case len(c.Away) == 0:
		return v.T("absences.all", "here", names(c.Here))
	}
	return v.T("absences.standin", "here", names(c.Here), "away", names(c.Away))
}

// absenceLines lists what is to come, of everybody.
func (v view) absenceLines(m absenceMatter, today subscribers.Date) []absenceLine {
	var lines []absenceLine
	for _, a := range m.approvers {
		for _, span := range a.Absences {
			if span.Over(today) {
				continue
			}
			text := v.T("absences.open", "name", a.Name, "from", v.Day(span.From))
			if !span.Until.IsZero() {
				text = v.T("absences.known", "name", a.Name, "from", v.Day(span.From), "until", v.Day(span.Until))
			}
			lines = append(lines, absenceLine{text, a.ID.String(), span.From.String(), a.ID == m.me || m.others})
		}
	}
	return lines
}
