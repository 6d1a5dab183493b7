package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// fillPartnerships settles the form's zone, and returns the zone's partnerships.
func (s *server) fillPartnerships(ctx context.Context, p *composePage) ([]subscribers.Partnership, error) {
	zones, err := s.myZones(ctx)
	if err != nil {
		return nil, err
	}
	if len(zones) == 0 {
		return nil, subscribers.ErrNotFound
	}
	p.Form.Zone = chosenZone(zones, p.Form.Zone)
	partnerships, err := s.Records.Partnerships(ctx, p.Form.Zone)
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	p.findStreet(partnerships)
	return partnerships, nil
}

func (s *server) fillChoices(ctx context.Context, p *composePage, partnerships []subscribers.Partnership) error {
	if !p.Answers {
		p.Streets, p.Map = streets(partnerships), newAreaMap(partnerships, p.Form)
	}
	for _, one := range partnerships {
		p.Partnerships = append(p.Partnerships, partnershipChoice{string(one.ID), one.Name, languageNames(one.Languages), p.Form.has(one.ID)})
	}
	p.Urgencies = choices(p.view, "urgency.", p.Form.Urgency, string(broker.Immediate), string(broker.Expected), string(broker.Future))
	p.Severities = choices(p.view, "severity.", p.Form.Severity, string(broker.SeverityExtreme), string(broker.SeveritySevere),
		string(broker.SeverityModerate), string(broker.SeverityMinor), string(broker.SeverityUnknown))
	p.Certainties = choices(p.view, "certainty.", p.Form.Certainty, string(broker.CertaintyObserved), string(broker.CertaintyLikely),
		string(broker.CertaintyPossible), string(broker.CertaintyUnlikely), string(broker.CertaintyUnknown))
	return s.fillReferences(ctx, p)
}

// fillReferences offers the recent messages that this one can be about.
func (s *server) fillReferences(ctx context.Context, p *composePage) error {
	if !p.Answers {
		return nil
	}
	recent, err := s.Records.Recent(ctx, p.Form.Zone, usualRecent)
	if err != nil {
		return fmt.Errorf("list messages: %w", err)
	}
	if recent, err = s.withReferenced(ctx, p.Form, recent); err != nil {
		return err
	}
	for _, m := range recent {
		t, lang := m.Text(p.Lang)
		one := recentChoice{m.ID.String(), t.Title, p.When(m.Sent), p.Kind(m.Kind), lang, m.ID.String() == p.Form.Reference}
		if one.On {
			p.About = &one
		}
		p.Choices = append(p.Choices, one)
	}
	return nil
}

// withReferenced adds the message that the form is about where it is an older
// one, as with feedback that is long overdue.
func (s *server) withReferenced(ctx context.Context, f form, recent []broker.Message) ([]broker.Message, error) {
	if f.Reference == "" || slices.ContainsFunc(recent, func(m broker.Message) bool { return m.ID.String() == f.Reference }) {
		return recent, nil
	}
	m, err := s.referenced(ctx, f)
	switch {
	case errors.Is(err, subscribers.ErrNotFound):
		return recent, nil
	case err != nil:
		return nil, fmt.Errorf("read the message it is about: %w", err)
	}
	return append(recent, m), nil
}

func choices(v view, prefix, on string, values ...string) []choice {
	list := make([]choice, len(values))
	for i, value := range values {
		list[i] = choice{value, v.T(prefix + value), value == on}
	}
	return list
}

// explain turns faults into sentences, in the order of the form.
func (p *composePage) explain(wrong faults) {
	fields := []string{"form", "author", "reference", "street", "partnerships", "clearance", "texts"}
	for _, lang := range broker.Langs() {
		fields = append(fields, "title."+string(lang), "body."+string(lang), "alt."+string(lang))
	}
	for _, field := range append(fields, "picture", "override", "expires") {
		if key, ok := wrong[field]; ok {
			p.Faults = append(p.Faults, faultLine{field, p.T(key, "title", broker.MaxTitle, "body", broker.MaxBody, "alt", broker.MaxAlt)})
		}
	}
}

// fillExample offers an example while nothing has been written.
func (p *composePage) fillExample() {
	if len(p.Form.Texts) > 0 || p.Form.MsgType != broker.TypeAlert {
		return
	}
	q := url.Values{"example": {"1"}, "kind": {string(p.Form.Kind)}, "zone": {string(p.Form.Zone)}}
	if p.Form.Reference != "" {
		q.Set("ref", p.Form.Reference)
	}
	p.ExampleURL = p.URL("/messages/new?" + q.Encode())
}

// fillTexts shows a field for each language of the zone, and keeps the others at hand.
func (p *composePage) fillTexts(partnerships []subscribers.Partnership) {
	for _, lang := range broker.Langs() {
		t := p.Form.Texts[lang]
		field := textField{lang, languageName(lang), t.Title, t.Body, p.T("compose.texttitle"), p.T("compose.textbody"),
			p.FaultIn("title." + string(lang)), p.FaultIn("body." + string(lang)), "", "", p.Form.Alt[lang], p.FaultIn("alt." + string(lang))}
		if p.MayShow {
			field.AltLabel, field.AltHint = p.T("compose.alt"), p.T("compose.alt.hint")
		}
		spoken := slices.ContainsFunc(partnerships, func(one subscribers.Partnership) bool { return slices.Contains(one.Languages, lang) })
		if spoken || t != (broker.Text{}) {
			p.Written = append(p.Written, field)
		} else {
			p.Further = append(p.Further, field)
		}
	}
}

func languageNames(langs []broker.Lang) string {
	names := ""
	for i, lang := range langs {
		if i > 0 {
			names += ", "
		}
		names += languageName(lang)
	}
	return names
}
