package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// historyPage finds again what was sent.
type historyPage struct {
	view
	Zone         broker.ZoneID
	Zones        []zoneLink // more than one
	Words        string
	From, Until  string // dates, as typed
	FromFault    string
	UntilFault   string
	Kinds        []choice
	Partnerships []choice
	Found        []foundLine
	Next         string // the next page; empty: there is none
	Asked        bool   // something is looked for
}

// foundLine is one message that was found.
type foundLine struct {
	Title, URL, Sent, Author string
	Lang                     broker.Lang
	Head                     messageHead
}

// perPage is how many messages a page of the history lists.
const perPage = 25

// dateOnly is how HTML writes a date.
const dateOnly = "2006-01-02"

func (s *server) getHistory(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := historyPage{view: s.deskView(r), Words: oneLine(q.Get("q")), From: q.Get("from"), Until: q.Get("until")}
	p.Title = p.T("history.title")
	zones, err := s.myZones(r.Context())
	if err != nil || len(zones) == 0 {
		s.failPage(w, r, "list zones", orNotFound(err))
		return
	}
	p.Zone = chosenZone(zones, broker.ZoneID(q.Get("zone")))
	search := p.search(q)
	if err := s.fillHistoryChoices(r.Context(), &p, search); err != nil {
		s.failPage(w, r, "show the history", err)
		return
	}
	for _, zone := range zones {
		if len(zones) > 1 {
			p.Zones = append(p.Zones, zoneLink{zone, p.URL("/messages?zone=" + string(zone)), zone == p.Zone})
		}
	}
	if p.FromFault != "" || p.UntilFault != "" {
		s.show(w, r, http.StatusUnprocessableEntity, "history", p)
		return
	}
	if err := s.fillFound(r.Context(), &p, search, q); err != nil {
		s.failPage(w, r, "search messages", err)
		return
	}
	s.show(w, r, http.StatusOK, "history", p)
}

// search reads what is looked for. A date is a day of the desk: until the 3rd
// takes in the 3rd.
func (p *historyPage) search(q url.Values) subscribers.Search {
	search := subscribers.Search{Zone: p.Zone, Words: subscribers.NewWords(p.Words), Partnership: broker.PartnershipID(q.Get("partnership")), After: readMark(q.Get("after")), Limit: perPage}
	if kind := broker.Kind(q.Get("kind")); slices.Contains(broker.Kinds(), kind) {
		search.Kind = kind
	}
	search.From, p.FromFault = p.day(p.From)
	search.Until, p.UntilFault = p.day(p.Until)
	if !search.Until.IsZero() {
		search.Until = search.Until.AddDate(0, 0, 1)
	}
	if p.FromFault == "" && p.UntilFault == "" && !search.Until.IsZero() && !search.From.Before(search.Until) {
		p.UntilFault = p.T("fault.backwards")
	}
	p.Asked = p.Words != "" || p.From != "" || p.Until != "" || search.Kind != "" || search.Partnership != ""
	return search
}

func (p *historyPage) day(typed string) (time.Time, string) {
	if typed == "" {
		return time.Time{}, ""
	}
	day, err := time.ParseInLocation(dateOnly, typed, p.loc)
	if err != nil {
		return day, p.T("fault.date")
	}
	return day, ""
}

func (s *server) fillHistoryChoices(ctx context.Context, p *historyPage, search subscribers.Search) error {
	partnerships, err := s.Records.Partnerships(ctx, p.Zone)
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
	}
	for _, one := range partnerships {
		p.Partnerships = append(p.Partnerships, choice{string(one.ID), one.Name, one.ID == search.Partnership})
	}
	for _, kind := range broker.Kinds() {
		p.Kinds = append(p.Kinds, choice{string(kind), p.Kind(kind), kind == search.Kind})
	}
	return nil
}

func (s *server) fillFound(ctx context.Context, p *historyPage, search subscribers.Search, q url.Values) error {
	found, next, err := s.History.Search(ctx, search)
	if err != nil {
		return err
	}
	for _, m := range found {
		t, lang := m.Text(p.Lang)
		if t.Title == "" { // retention has purged it
			t.Title, lang = p.Kind(m.Kind), p.Lang
		}
		p.Found = append(p.Found, foundLine{Title: t.Title, Lang: lang, URL: p.URL("/messages/" + m.ID.String()), Sent: p.When(m.Sent), Author: p.byline(m), Head: p.head(m)})
	}
	if next != (subscribers.SearchMark{}) {
		q.Set("after", writeMark(next))
		p.Next = "/messages?" + q.Encode()
	}
	return nil
}

// writeMark and readMark carry the end of a page in a link. One that cannot be
// read is the first page.
func writeMark(m subscribers.SearchMark) string {
	data, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func readMark(s string) (m subscribers.SearchMark) {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(data, &m) != nil {
		return subscribers.SearchMark{}
	}
	return m
}
