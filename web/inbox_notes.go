package web

import (
	"context"
	"fmt"

	"relais/subscribers"
)

// incidentFrom is what went wrong in a partnership. Who decides there may know
// it: it holds no address and no text. Seeing to it is the police's.
type incidentFrom struct {
	subscribers.Incident
	partnership subscribers.Partnership
}

// caseFrom is a message of a partnership on which the police owe word (PLP.md, rule 6).
type caseFrom struct {
	subscribers.Case
	partnership subscribers.Partnership
}

// addNotes reads them. What concerns the whole installation, or several
// partnerships, is not for those who decide in one.
func (s *server) addNotes(ctx context.Context, mine *inboxed, p subscribers.Partnership) error {
	incidents, err := s.Incidents.Incidents(ctx, p.Zone, false)
	if err != nil {
		return fmt.Errorf("list incidents: %w", err)
	}
	for _, i := range incidents {
		if i.Partnership == p.ID {
			mine.incidents = append(mine.incidents, incidentFrom{i, p})
		}
	}
	cases, err := s.Records.OpenCases(ctx, p.Zone)
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	for _, c := range cases {
		if c.Partnership == p.ID {
			mine.cases = append(mine.cases, caseFrom{c, p})
		}
	}
	return nil
}

func (s *server) fillNotes(ctx context.Context, p *inboxPage, mine inboxed) error {
	for _, i := range mine.incidents {
		line := p.in(i.partnership).incident(i.Incident)
		p.Wrong = append(p.Wrong, inboxNote{i.partnership.Name, line.Name, line.When, line.Lang})
	}
	for _, c := range mine.cases {
		m, err := s.Records.Message(ctx, c.Message, c.Revision)
		if err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		t, lang := m.Text(p.Lang, c.partnership.Languages...)
		v := p.in(c.partnership)
		line := inboxNote{c.partnership.Name, t.Title, v.T("inbox.owed.until", "when", v.When(c.Due)), lang}
		if !s.Now().Before(c.Due) {
			line.Text = v.T("inbox.owed.late", "when", v.When(c.Due))
		}
		p.Owed = append(p.Owed, line)
	}
	return nil
}
