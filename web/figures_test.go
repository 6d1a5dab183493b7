package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Sendings of the world: forty of the zone, and two of lindendorp.
func (w *world) Sendings(_ context.Context, zone broker.ZoneID, p broker.PartnershipID, from, until time.Time) ([]subscribers.Sending, error) {
	w.asked = append(w.asked, strings.Join([]string{string(zone), string(p), from.UTC().Format(time.DateTime), until.UTC().Format(time.DateTime)}, " "))
	var all []subscribers.Sending
	for i := range 40 {
		s := subscribers.Sending{
			Kind: broker.Kinds()[i%4], Urgency: broker.Kinds()[i%4].UsualUrgency(), Outcome: subscribers.ApprovalApproved, Took: time.Duration(i*i) * 10 * time.Second,
			People: 1200, Reached: 1180, By: map[channels.Name]int{channels.SMS: 900, channels.Email: 230, channels.Push: 40, channels.Voice: 10},
			Half: time.Duration(i) * time.Second, Most: time.Duration(i) * time.Minute, Left: i % 3,
		}
		if i%10 == 9 {
			s = subscribers.Sending{Kind: s.Kind, Urgency: s.Urgency, Outcome: subscribers.ApprovalLapsed, Half: subscribers.Uncounted, Most: subscribers.Uncounted}
		}
		all = append(all, s)
	}
	if p == "lindendorp" {
		all = all[:2]
	}
	return all, nil
}

func (w *world) Debts(_ context.Context, _ broker.ZoneID, p broker.PartnershipID, _, _ time.Time) ([]subscribers.Debt, error) {
	if p == "lindendorp" {
		return nil, nil
	}
	ended := func(how subscribers.CaseHow, after time.Duration) subscribers.Debt {
		return subscribers.Debt{Due: w.now, How: how, Ended: w.now.Add(after)}
	}
	return []subscribers.Debt{ended(subscribers.EndedByFeedback, -time.Hour), ended(subscribers.EndedByFeedback, 0), ended(subscribers.NotAllowed, -time.Hour), ended(subscribers.EndedByClosing, time.Hour),
		{Due: w.now.Add(-time.Hour)}, {Due: w.now.Add(time.Hour)}}, nil
}

// The figures of a zone: each chart says what it comes to, and its table has
// the same numbers, written as the reader writes them.
func TestFiguresOfAZone(t *testing.T) {
	w := newWorld(t)
	body := w.get("/figures?zone=demo&period=2026&lang=de").Body.String()
	for _, want := range []string{
		"Die Hälfte wurde innerhalb von 54 min beantwortet, neun von zehn innerhalb von 3 Std. 24 min", ">32.400<", "98\u00a0% wurden erreicht", "3 von 5 kamen rechtzeitig",
		`<th scope="row">Nicht erreicht</th><td>720</td>`, `href="/figures?zone=demo&amp;period=2025&amp;lang=de"`, `href="/figures?zone=demo&amp;period=2026-Q4&amp;lang=de"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "period=2027") {
		t.Error("the page leads to a year that has not begun")
	}
	if got, want := w.asked[0], "demo  2025-12-31 23:00:00 2026-12-31 23:00:00"; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

// Of two messages nothing can be said, and nothing is drawn.
func TestFewMessagesSayNothing(t *testing.T) {
	w := newWorld(t)
	body := w.get("/zone/lindendorp/figures?lang=en").Body.String()
	if got := strings.Count(body, "Too few messages to say anything"); got != 5 {
		t.Errorf("%d of five charts say that there is too little", got)
	}
	if strings.Contains(body, "<rect class=\"\"") || strings.Contains(body, "were answered within") || strings.Contains(body, "were reached") {
		t.Error("something is drawn or said all the same")
	}
	if got, want := w.asked[0], "demo lindendorp 2026-10-31 23:00:00 2026-11-30 23:00:00"; got != want {
		t.Errorf("asked for %q, want %q: the present month", got, want)
	}
}

// A term that cannot be read is the present month.
func TestFiguresTakeAnyTerm(t *testing.T) {
	w := newWorld(t)
	for _, term := range []string{"", "2026-13", "<b>", "99999"} {
		if got := w.get("/figures?zone=demo&lang=en&period=" + term).Body.String(); !strings.Contains(got, "<h2>November 2026</h2>") {
			t.Errorf("%q: not November", term)
		}
	}
}

func TestFiguresAsATable(t *testing.T) {
	w := newWorld(t)
	answer := w.get("/zone/tilleuls/figures.csv?period=2026-11&lang=nl")
	if got, want := answer.Header().Get("Content-Disposition"), `attachment; filename="relais-tilleuls-2026-11.csv"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	lines := strings.Split(strings.TrimSpace(answer.Body.String()), "\r\n")
	for _, want := range []string{
		"\ufeffVan;Periode;Cijfer;Wat;Geteld;Getal", ";2026-11;Via welk kanaal?;E-mail;Mensen;8280", ";2026-11;Hoe snel bereiken berichten de mensen?;Dringend;De helft na;0.3", ";2026-11;Komt de terugkoppeling op tijd?;te laat;Aantal;1",
	} {
		if !strings.Contains(strings.Join(lines, "\n"), want) {
			t.Errorf("the table lacks %q:\n%s", want, answer.Body)
		}
	}
}

func TestLasting(t *testing.T) {
	v := newWorld(t).server.viewFor(httptest.NewRequest(http.MethodGet, "/?lang=en", nil), "")
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 1400 * time.Millisecond: "1 s", 59 * time.Second: "59 s", 90 * time.Second: "2 min", time.Hour: "1 h",
		80 * time.Minute: "1 h 20 min", 24 * time.Hour: "1 day", 51 * time.Hour: "2 d 3 h",
	} {
		if got := v.lasting(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
