package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// duplicates lists recent messages that probably say the same as a new one. The
// author decides whether it goes all the same.
func (s *server) duplicates(ctx context.Context, m broker.Message) ([]broker.Message, error) {
	if s.options.DuplicateWindow == 0 || !subscribers.MayRepeat(m) {
		return nil, nil
	}
	recent, err := s.Records.Recent(ctx, m.Zone, maxRecent)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return subscribers.LikelyDuplicates(m, recent, s.options.DuplicateWindow), nil
}

// alikeChoices shows them to the author, the newest first.
func (p *composePage) alikeChoices(alike []broker.Message) {
	for _, m := range alike {
		t, lang := m.Text(p.Lang)
		p.Alike = append(p.Alike, alikeMessage{m.ID.String(), t.Title, t.Body, m.Author, p.When(m.Sent), lang})
	}
}

// alikeMessage is one as the form shows it.
type alikeMessage struct {
	ID, Title, Body, Author, Sent string
	Lang                          broker.Lang
}

// likeness is one as programs see it.
type likeness struct {
	ID     broker.MessageID            `json:"id"`
	Author string                      `json:"author"`
	Sent   time.Time                   `json:"sent"`
	Texts  map[broker.Lang]broker.Text `json:"texts"`
}

// refuseAlike tells a program what was published already. It may publish all
// the same with ?anyway=true.
func refuseAlike(w http.ResponseWriter, alike []broker.Message) {
	first := alike[0]
	said := struct {
		problem
		Alike []likeness `json:"alike"`
	}{problem: problem{Error: fmt.Sprintf("%s published nearly the same at %s; look at it, and publish yours with ?anyway=true if it is another matter.",
		first.Author, first.Sent.Format(time.RFC3339))}}
	for _, m := range alike {
		said.Alike = append(said.Alike, likeness{m.ID, m.Author, m.Sent, m.Texts})
	}
	writeJSON(w, http.StatusConflict, said)
}

// apiAlike says what a message that is not published yet would repeat.
func (s *server) apiAlike(w http.ResponseWriter, r *http.Request) {
	m, ok := s.readMessage(w, r)
	if !ok {
		return
	}
	alike, err := s.duplicates(r.Context(), m)
	if err != nil {
		s.failJSON(w, r, "look for like messages", err)
		return
	}
	if len(alike) > 0 {
		refuseAlike(w, alike)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"alike": []likeness{}})
}
