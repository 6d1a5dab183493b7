package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// mostReceived is how many messages a member is shown, the newest.
const mostReceived = 100

// receivedPage lists what a member got.
type receivedPage struct {
	view
	Keep  subscribers.Retention
	Back  string
	Items []receivedItem
	Texts []ownLine // what they wrote to us, the newest first
}

// ownLine is a text that a member sent, as they read it again.
type ownLine struct{ When, Partnership, Text string }

type receivedItem struct {
	Title       string
	TitleLang   broker.Lang
	When        string
	Partnership string
	By          string // "by SMS", "with the infoflash, by email"
	Arrived     string // that it came to the telephone; empty: nobody can say
}

func (s *server) getReceived(w http.ResponseWriter, r *http.Request, h holder) {
	p := receivedPage{view: s.viewFor(r, h.Lang), Keep: s.options.Keep}
	p.Title, p.Back = p.T("received.title"), p.URL(h.path)
	var err error
	if p.Items, err = s.receivedItems(r.Context(), p.view, h); err != nil {
		s.failPage(w, r, "read what was received", err)
		return
	}
	if p.Texts, err = s.ownLines(r.Context(), p.view, h); err != nil {
		s.failPage(w, r, "read what was written", err)
		return
	}
	s.show(w, r, http.StatusOK, "received", p)
}

// ownLines are the texts that a member wrote and a coordinator reads.
func (s *server) ownLines(ctx context.Context, v view, h holder) (lines []ownLine, err error) {
	for _, t := range slices.Backward(h.Written) {
		home, err := s.Records.Partnership(ctx, t.Partnership)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
			return nil, fmt.Errorf("read partnership: %w", err)
		}
		lines = append(lines, ownLine{v.in(home).When(t.At), home.Name, t.Text})
	}
	return lines, nil
}

// receivedItems are the messages in words. One that is kept no more is left out.
func (s *server) receivedItems(ctx context.Context, v view, h holder) (items []receivedItem, err error) {
	all, err := s.Holders.Received(ctx, h.ID, s.Now().Add(-s.options.Keep.Deliveries), mostReceived)
	if err != nil {
		return nil, fmt.Errorf("read what was received: %w", err)
	}
	names := make(map[broker.PartnershipID]subscribers.Partnership)
	for _, got := range all {
		m, err := s.Records.Message(ctx, got.Message, got.Revision)
		if errors.Is(err, subscribers.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		home, known := names[got.Partnership]
		if !known {
			if home, err = s.Records.Partnership(ctx, got.Partnership); err != nil {
				return nil, fmt.Errorf("read partnership: %w", err)
			}
			names[got.Partnership] = home
		}
		text, lang := m.Text(h.Lang, home.Languages...)
		by := v.T("by." + string(got.Channel))
		if got.Digest {
			by = v.words.Infoflash + ", " + by
		}
		item := receivedItem{Title: text.Title, TitleLang: lang, When: v.in(home).When(got.At), Partnership: home.Name, By: by}
		if got.Arrived {
			item.Arrived = v.T("received.arrived." + string(got.Channel))
		}
		items = append(items, item)
	}
	return items, nil
}

// dataPage is what is kept about a member, to be read.
type dataPage struct {
	view
	Keep        subscribers.Retention
	Back        string
	File        string
	Erase       string
	Name        string
	Language    string
	Quiet       string
	Memberships []string
	Contacts    []string
	Written     []string
	Messages    int
}

func (s *server) getData(w http.ResponseWriter, r *http.Request, h holder) {
	v := s.viewFor(r, h.Lang)
	p := dataPage{view: v, Keep: s.options.Keep, Back: v.URL(h.path), File: h.path + "/data.json", Erase: v.URL(h.path + "/erase"), Name: h.Name, Language: languageName(h.Lang)}
	p.Title = v.T("data.title")
	if q := h.Rest.Quiet; q != nil {
		p.Quiet = q.From.String() + " – " + q.To.String()
	}
	for _, m := range h.Memberships {
		home, err := s.Records.Partnership(r.Context(), m.Partnership)
		if err != nil {
			s.failPage(w, r, "read the partnership", err)
			return
		}
		said := v.T("data.since", "name", home.Name, "when", v.When(m.Joined))
		if !m.Left.IsZero() {
			said += ", " + v.T("data.left", "when", v.When(m.Left))
		}
		p.Memberships = append(p.Memberships, said)
	}
	for _, c := range h.Contacts {
		p.Contacts = append(p.Contacts, v.T("data.contact", "way", v.T("channel."+string(c.Channel)), "address", s.addressOf(c), "state", v.T("data.state."+string(c.State)), "when", v.When(c.Consent.At)))
	}
	for _, t := range h.Written {
		p.Written = append(p.Written, v.When(t.At)+" · "+t.Text)
	}
	items, err := s.receivedItems(r.Context(), v, h)
	if err != nil {
		s.failPage(w, r, "read what was received", err)
		return
	}
	p.Messages = len(items)
	s.show(w, r, http.StatusOK, "data", p)
}

// addressOf is an address as its owner reads it; a browser has none.
func (s *server) addressOf(c subscribers.Contact) string {
	if c.Channel == channels.Push {
		return "–"
	}
	return s.AddressBook.Show(c.Channel, c.Address)
}

// ownData is the file that a member takes with them (GDPR, article 20).
type ownData struct {
	Name        string          `json:"name"`
	Language    broker.Lang     `json:"language"`
	QuietFrom   string          `json:"quietFrom,omitempty"`
	QuietTo     string          `json:"quietTo,omitempty"`
	PauseFrom   string          `json:"pauseFrom,omitempty"`
	PauseUntil  string          `json:"pauseUntil,omitempty"`
	EvenUrgent  bool            `json:"urgentMessagesWait"`
	Memberships []ownMembership `json:"partnerships"`
	Contacts    []ownContact    `json:"addresses"`
	Written     []ownText       `json:"written"`
	Received    []ownMessage    `json:"received"`
}

type ownMembership struct {
	Partnership broker.PartnershipID `json:"partnership"`
	Role        subscribers.Role     `json:"role"`
	Joined      time.Time            `json:"joined"`
	Left        time.Time            `json:"left,omitzero"`
}

type ownContact struct {
	Channel   channels.Name            `json:"channel"`
	Address   string                   `json:"address"`
	State     subscribers.ContactState `json:"state"`
	ConsentAt time.Time                `json:"consentAt"`
	Consent   string                   `json:"consent"`
}

type ownText struct {
	Partnership broker.PartnershipID `json:"partnership"`
	Text        string               `json:"text"`
	At          time.Time            `json:"at"`
}

type ownMessage struct {
	Message     broker.MessageID     `json:"message"`
	Partnership broker.PartnershipID `json:"partnership"`
	Channel     channels.Name        `json:"channel"`
	At          time.Time            `json:"at"`
}

func (s *server) getDataJSON(w http.ResponseWriter, r *http.Request, h holder) {
	got, err := s.Holders.Received(r.Context(), h.ID, s.Now().Add(-s.options.Keep.Deliveries), mostReceived)
	if err != nil {
		s.failPage(w, r, "read what was received", err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="relais.json"`)
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	_ = out.Encode(ownDataOf(h, got)) // the reader is gone: nothing to do
}

func ownDataOf(h holder, got []subscribers.Received) ownData {
	d := ownData{
		Name: h.Name, Language: h.Lang, EvenUrgent: h.Rest.EvenUrgent,
		Memberships: []ownMembership{}, Contacts: []ownContact{}, Written: []ownText{}, Received: []ownMessage{},
	}
	if q := h.Rest.Quiet; q != nil {
		d.QuietFrom, d.QuietTo = q.From.String(), q.To.String()
	}
	if pause := h.Rest.Pause; !pause.From.IsZero() {
		d.PauseFrom = pause.From.String()
		if !pause.Until.IsZero() {
			d.PauseUntil = pause.Until.String()
		}
	}
	for _, m := range h.Memberships {
		d.Memberships = append(d.Memberships, ownMembership{m.Partnership, m.Role, m.Joined, m.Left})
	}
	for _, c := range h.Contacts {
		d.Contacts = append(d.Contacts, ownContact{c.Channel, c.Address.Reveal(), c.State, c.Consent.At, c.Consent.How})
	}
	for _, t := range h.Written {
		d.Written = append(d.Written, ownText{t.Partnership, t.Text, t.At})
	}
	for _, m := range got {
		d.Received = append(d.Received, ownMessage{m.Message, m.Partnership, m.Channel, m.At})
	}
	return d
}
