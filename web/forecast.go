package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Forecast is what a partnership's plan makes of a message that is published
// now and approved at once.
type Forecast struct {
	Partnership subscribers.Partnership
	Gaps        []subscribers.Gap    // it would go nowhere; the rest is empty then
	Opened      subscribers.Approval // as it would be opened, or granted where the police send directly
	Asked       []string             // who is asked first, by name
	Leaving     []Leaving
	People      int     // who gets something; one who gets it on two channels counts once
	Euros       float64 // for members and approvers
}

// Leaving is what goes to members at one moment on one channel.
type Leaving struct {
	At      time.Time // zero: never
	Channel channels.Name
	Digest  bool // with the infoflash
	Held    bool // by quiet hours, until At
	Late    bool // the message has expired by then: not sent
	Reason  channels.Reason
	People  int
}

// forecast is one partnership's, in the reader's words.
type forecast struct {
	Name   string
	Lines  []string
	Refuse string // it would go nowhere: why
	Rule   string // what the plan says
	Asks   string // who is asked
	Then   string // what if nobody answers
}

// forecasts are all of them, and their sum.
type forecasts struct {
	Sum  string
	Hint string // what is missing for a forecast
	All  []forecast
	More string // how many partnerships are left out; empty: none

	Later string // that it is being worked out; empty: it is here
	Key   string // of what is being worked out: another one is asked for again
}

// shownForecasts is for how many partnerships it is told one by one; those that
// it does not go to are at the front. The sum is of all.
const shownForecasts = 20

// fillForecast asks the plans of the chosen partnerships.
func (s *server) fillForecast(ctx context.Context, p *composePage, partnerships []subscribers.Partnership) error {
	m, _ := p.Form.message(s.Now(), s.local)
	to, err := s.addressed(ctx, p.Form, &m, partnerships)
	if err != nil {
		return err
	}
	switch {
	case len(to) == 0 && p.Answers:
		p.Forecast.Hint = p.T("forecast.reference")
	case len(to) == 0:
		p.Forecast.Hint = p.T("forecast.whom")
	case !m.Expires.After(m.Sent):
		p.Forecast.Hint = p.T("fault.expires")
	}
	if p.Forecast.Hint != "" {
		return nil
	}
	if !p.Form.Wait {
		long, err := s.Forecaster.Long(ctx, to)
		if err != nil {
			return fmt.Errorf("forecast: %w", err)
		}
		if long {
			return p.forecastLater(to)
		}
	}
	told, err := s.Forecaster.Forecast(ctx, m, to)
	if err != nil {
		return fmt.Errorf("forecast: %w", err)
	}
	people, euros := 0, 0.0
	for _, one := range told {
		people, euros = people+one.People, euros+one.Euros
	}
	p.Forecast.Sum = p.N("forecast.sum", people, "euros", p.euros(euros))
	shown := refusedFirst(told)
	for _, one := range shown {
		p.Forecast.All = append(p.Forecast.All, p.in(one.Partnership).forecast(one, m))
	}
	if more := len(told) - len(shown); more > 0 {
		p.Forecast.More = p.N("forecast.more", more)
	}
	return nil
}

// refusedFirst are those that are told one by one.
func refusedFirst(all []Forecast) []Forecast {
	if len(all) <= shownForecasts {
		return all
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Forecast) int { return min(len(b.Gaps), 1) - min(len(a.Gaps), 1) })
	return sorted[:shownForecasts]
}

// forecastLater lets the page be shown without it, and fetch it then.
func (p *composePage) forecastLater(to []subscribers.Partnership) error {
	asked := sha256.New()
	if err := json.NewEncoder(asked).Encode(p.Form); err != nil {
		return fmt.Errorf("name a forecast: %w", err)
	}
	p.Forecast.Later = p.N("forecast.later", len(to), "button", p.T("preview.again"))
	p.Forecast.Key = hex.EncodeToString(asked.Sum(nil)[:8])
	return nil
}

// addressed are the partnerships that the form means; an answer goes where its
// original went (PLP.md, rule 7).
func (s *server) addressed(ctx context.Context, f form, m *broker.Message, all []subscribers.Partnership) ([]subscribers.Partnership, error) {
	if !f.answers() {
		return slices.DeleteFunc(slices.Clone(all), func(p subscribers.Partnership) bool { return !f.All && !f.has(p.ID) }), nil
	}
	earlier, err := s.referenced(ctx, f)
	if errors.Is(err, subscribers.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the message it is about: %w", err)
	}
	m.Partnerships = earlier.Partnerships
	return slices.DeleteFunc(slices.Clone(all), func(p subscribers.Partnership) bool {
		return len(earlier.Partnerships) > 0 && !slices.Contains(earlier.Partnerships, p.ID)
	}), nil
}

func (v view) forecast(f Forecast, m broker.Message) forecast {
	out := forecast{Name: f.Partnership.Name}
	if len(f.Gaps) > 0 {
		out.Refuse = v.T("forecast.nowhere", "why", subscribers.RoutingRefusal{Gaps: f.Gaps}.Say(v.Lang))
		return out
	}
	out.Rule = f.Opened.Rule.Explain(v.Lang)
	switch {
	case f.Opened.State.Granted():
		out.Asks = v.T("forecast.direct")
	case len(f.Asked) == 0:
		out.Asks = v.T("forecast.nobody")
	default:
		out.Asks = v.T("forecast.asks", "names", strings.Join(f.Asked, ", "))
	}
	if !f.Opened.State.Final() {
		out.Then = v.expected(f.Opened, m.Expires)
	}
	for _, l := range f.Leaving {
		out.Lines = append(out.Lines, v.leaving(l))
	}
	if len(f.Leaving) == 0 {
		out.Lines = []string{v.T("forecast.none")}
	}
	return out
}

// leaving says how many get it how and when, or why not.
func (v view) leaving(l Leaving) string {
	who := v.T("happens.by", "n", l.People, "by", v.By(l.Channel))
	switch {
	case l.Reason == channels.ReasonNoChannel:
		return v.N("forecast.unreached", l.People)
	case l.At.IsZero() && l.Reason != "":
		return v.N("forecast.not", l.People) + " " + v.T("reason."+string(l.Reason))
	case l.At.IsZero():
		return v.N("forecast.not", l.People) + " " + v.T("forecast.noDigest")
	case l.Late:
		return v.N("forecast.not", l.People) + " " + v.T("forecast.late")
	case l.Digest:
		return v.T("forecast.digest", "who", who, "when", v.When(l.At))
	case l.Held:
		return v.T("forecast.held", "who", who, "when", v.When(l.At))
	}
	return v.T("forecast.now", "who", who)
}
