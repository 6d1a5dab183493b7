package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// shownRecent is how many messages the desk lists.
const shownRecent = 10

// deskPage is where the police of a zone write, and see what became of it. It
// is the whole desk until people sign in by name.
type deskPage struct {
	view
	Zone      broker.ZoneID
	Zones     []zoneLink // more than one
	Kinds     []kindLink
	Waiting   []waiting
	WaitingN  int
	Recent    []recent
	Owed      []owedLine
	Incidents []incidentLine
	OwedAll   string   // where all of them stand
	Admin     []action // what the reader may change of the zone itself
	History   string   // where all messages stand
	OwedN     int
	Dead      []deadLine
	DeadAll   string // where all of them stand, and can be replayed together
	DeadN     int
	Money     []string // of partnerships whose budget is nearly spent
	Empty     bool     // no zone has a partnership yet
}

type zoneLink struct {
	ID   broker.ZoneID
	URL  string
	Here bool
}

type kindLink struct {
	Kind, Name, Example, Class, URL string
}

// recent is a message and how far it has come, in a sentence.
type recent struct {
	Title, URL, Sent, State string
	Lang                    broker.Lang
	Head                    messageHead
	Bar                     bar
}

func (s *server) getDesk(w http.ResponseWriter, r *http.Request) {
	s.showDesk(w, r, http.StatusOK, incidentLine{})
}

// showDesk shows it with what was typed about an incident.
func (s *server) showDesk(w http.ResponseWriter, r *http.Request, status int, typed incidentLine) {
	p := deskPage{view: s.deskView(r)}
	p.Title = p.T("desk.title")
	err := s.fillDesk(r.Context(), &p, broker.ZoneID(r.URL.Query().Get("zone")))
	if err == nil && !p.Empty {
		err = errors.Join(s.fillIncidents(r, &p, typed), s.fillMoney(r.Context(), &p))
	}
	if err != nil {
		s.failPage(w, r, "show the desk", err)
		return
	}
	s.show(w, r, status, "desk", p)
}

func (s *server) deskView(r *http.Request) view {
	v := s.viewFor(r, "")
	v.Police, v.Outbox, v.Me = true, s.options.OutboxURL, callerOf(r.Context()).account.Name
	return v
}

func (s *server) fillDesk(ctx context.Context, p *deskPage, asked broker.ZoneID) error {
	zones, err := s.myZones(ctx)
	if err != nil {
		return err
	}
	if len(zones) == 0 {
		p.Empty = true
		return nil
	}
	p.Zone = chosenZone(zones, asked)
	p.fillAdmin(callerOf(ctx))
	p.History = p.URL("/messages?zone=" + string(p.Zone))
	if len(zones) > 1 {
		for _, zone := range zones {
			p.Zones = append(p.Zones, zoneLink{zone, p.URL("/?zone=" + string(zone)), zone == p.Zone})
		}
	}
	for _, kind := range broker.Kinds() {
		p.Kinds = append(p.Kinds, kindLink{string(kind), p.Kind(kind), p.T("kind." + string(kind)),
			string(kind.UsualUrgency()), p.URL(fmt.Sprintf("/messages/new?kind=%s&zone=%s", kind, p.Zone))})
	}
	if err := s.fillWork(ctx, p); err != nil {
		return err
	}
	if err := s.fillRecent(ctx, p); err != nil {
		return err
	}
	return s.fillDead(ctx, p)
}

// fillAdmin leads to what the caller may change of the zone itself.
func (p *deskPage) fillAdmin(who caller) {
	there := subscribers.Scope{Zone: p.Zone}
	if who.mayAlso(subscribers.ReadPartnerships, there) {
		p.Admin = append(p.Admin, action{p.T("zone.title"), p.URL("/zone?zone=" + string(p.Zone))})
	}
	if posts := p.postsOf(who, p.Zone); posts != "" {
		p.Admin = append(p.Admin, action{p.T("people.title"), posts})
	}
	if who.mayAlso(subscribers.KeepTexts, there) {
		p.Admin = append(p.Admin, action{p.T("templates.title"), p.URL("/templates?zone=" + string(p.Zone))})
	}
	if who.mayAlso(subscribers.KeepTokens, there) {
		p.Admin = append(p.Admin, action{p.T("tokens.title"), p.URL("/tokens?zone=" + string(p.Zone))})
	}
}

// fillWork shows what somebody has to do: questions to answer, word to send.
func (s *server) fillWork(ctx context.Context, p *deskPage) error {
	open, err := s.Records.OpenApprovals(ctx, p.Zone)
	if err != nil {
		return fmt.Errorf("list approvals: %w", err)
	}
	owed, all, err := s.Records.FirstCases(ctx, p.Zone, shownOwed)
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	p.OwedAll, p.OwedN = p.URL("/cases?zone="+string(p.Zone)), all
	p.WaitingN, p.Live = len(open), len(open) > 0
	waiting, about := p.byMessage(open), casesAbout(owed)
	for _, same := range waiting {
		for _, a := range same.shown {
			about = append(about, subject{a.Message, a.Partnership})
		}
	}
	known := s.recall()
	if err := known.expect(ctx, about); err != nil {
		return err
	}
	if err := p.fillWaiting(ctx, known, waiting); err != nil {
		return err
	}
	p.Owed, err = owedLines(ctx, known, p.view, owed)
	return err
}

// chosenZone is the asked one if it exists, else the first.
func chosenZone(zones []broker.ZoneID, asked broker.ZoneID) broker.ZoneID {
	if slices.Contains(zones, asked) {
		return asked
	}
	return zones[0]
}

func (s *server) fillRecent(ctx context.Context, p *deskPage) error {
	messages, err := s.Records.Recent(ctx, p.Zone, shownRecent)
	if err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	ids := make([]broker.MessageID, len(messages))
	for i, m := range messages {
		ids[i] = m.ID
	}
	standings, err := s.standings(ctx, ids)
	if err != nil {
		return err
	}
	for i, m := range messages {
		standing := standings[i]
		t, lang := m.Text(p.Lang)
		line := recent{Title: t.Title, Lang: lang, URL: p.URL("/messages/" + m.ID.String()), Sent: p.When(m.Sent),
			Head: p.head(m), State: p.inShort(standing), Bar: barOf(standing.Counts)}
		p.Recent = append(p.Recent, line)
		p.Live = p.Live || !standing.Done
	}
	return nil
}

// inShort says how far a message has come, as far as that has been counted.
func (v view) inShort(st subscribers.Standing) string {
	reached, all := tally(st.Counts).reached()
	switch {
	case !st.Counted && st.Open > 0:
		return v.N("short.waiting", st.Open) + " · " + v.T("short.counting")
	case !st.Counted:
		return v.T("short.counting")
	case st.Open > 0 && all > 0:
		return v.N("short.waiting", st.Open) + " · " + v.T("short.sending", "reached", reached, "all", all)
	case st.Open > 0:
		return v.N("short.waiting", st.Open)
	case st.Granted == 0:
		return v.T("short.notSent")
	case st.Done:
		return v.T("short.done", "reached", reached, "all", all)
	}
	return v.T("short.sending", "reached", reached, "all", all)
}

// fillDead shows what failed to whom the whole installation is entrusted: it
// belongs to no zone.
func (s *server) fillDead(ctx context.Context, p *deskPage) error {
	if may, err := s.mayEverywhere(ctx, subscribers.ReadDead); err != nil || !may {
		return err
	}
	letters, err := s.DeadLetters.Find(ctx, broker.DeadFilter{Waiting: true})
	if err != nil {
		return fmt.Errorf("list dead letters: %w", err)
	}
	p.Dead, p.DeadN, p.DeadAll = p.deadLines(letters[:min(len(letters), deadOnDesk)], p.Zone), len(letters), p.URL("/dead")
	return nil
}
