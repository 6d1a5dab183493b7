package subscribers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"relais/broker"
)

func inBrussels(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(DefaultTimezone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestInOfficeHours(t *testing.T) {
	loc := inBrussels(t)
	for _, c := range []struct{ at, want string }{
		{"2026-11-24 14:00", "2026-11-24 14:00"}, // Tuesday
		{"2026-11-24 08:00", "2026-11-24 08:00"},
		{"2026-11-24 07:59", "2026-11-24 08:00"},
		{"2026-11-24 19:59", "2026-11-24 19:59"},
		{"2026-11-24 20:00", "2026-11-25 08:00"},
		{"2026-11-27 23:40", "2026-11-30 08:00"}, // Friday night
		{"2026-11-28 11:00", "2026-11-30 08:00"},
		{"2026-11-29 03:00", "2026-11-30 08:00"},
		{"2027-03-26 22:00", "2027-03-29 08:00"}, // over the change of clocks
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := InOfficeHours(at, loc).In(loc).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
	}
}

func TestSummaryWeek(t *testing.T) {
	loc := inBrussels(t)
	for _, c := range []struct{ now, monday, due string }{
		{"2026-11-23 00:00", "2026-11-23", "2026-11-23T07:00:00Z"},
		{"2026-11-23 23:59", "2026-11-23", "2026-11-23T07:00:00Z"},
		{"2026-11-29 23:59", "2026-11-23", "2026-11-23T07:00:00Z"},
		{"2026-10-25 12:00", "2026-10-19", "2026-10-19T06:00:00Z"}, // the day the clocks go back
		{"2026-10-26 08:00", "2026-10-26", "2026-10-26T07:00:00Z"},
		{"2027-03-29 08:00", "2027-03-29", "2027-03-29T06:00:00Z"},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, loc)
		if err != nil {
			t.Fatal(err)
		}
		monday, due := SummaryWeek(now, loc)
		if monday.String() != c.monday || due.UTC().Format(time.RFC3339) != c.due {
			t.Errorf("%s: %s at %s, want %s at %s", c.now, monday, due.UTC().Format(time.RFC3339), c.monday, c.due)
		}
	}
}

func TestWhatOpensAndEndsACase(t *testing.T) {
	loc := inBrussels(t)
	at := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	other := []broker.MessageID{broker.NewMessageID()}
	for _, c := range []struct {
		name  string
		m     broker.Message
		owed  time.Duration
		opens bool
		ends  CaseHow
	}{
		{"alert", broker.Message{Kind: broker.Alert, MsgType: broker.TypeAlert}, 24 * time.Hour, true, ""},
		{"alert whose rule owes nothing", broker.Message{Kind: broker.Alert, MsgType: broker.TypeAlert}, 0, false, ""},
		{"correction", broker.Message{Kind: broker.Alert, MsgType: broker.TypeUpdate, References: other}, 24 * time.Hour, true, ""},
		{"cancel", broker.Message{Kind: broker.Alert, MsgType: broker.TypeCancel, References: other}, 24 * time.Hour, false, EndedByCancel},
		{"feedback", broker.Message{Kind: broker.Feedback, MsgType: broker.TypeAlert, References: other}, 24 * time.Hour, false, EndedByFeedback},
		{"closing", broker.Message{Kind: broker.Closing, MsgType: broker.TypeAlert, References: other}, 24 * time.Hour, false, EndedByClosing},
		{"correction of a feedback", broker.Message{Kind: broker.Feedback, MsgType: broker.TypeUpdate, References: other}, 24 * time.Hour, false, ""},
		{"second alert about the same", broker.Message{Kind: broker.Alert, MsgType: broker.TypeAlert, References: other}, 24 * time.Hour, true, ""},
	} {
		a := Approval{Rule: Rule{Feedback: c.owed}, Decision: Decision{At: at}}
		opened, opens := CaseFor(c.m, c.m.ID, a, loc)
		if opens != c.opens || opens && !opened.Due.Equal(at.Add(24*time.Hour)) {
			t.Errorf("%s: opens %t, due %s", c.name, opens, opened.Due)
		}
		if end, _ := EndFor(c.m, at); end.How != c.ends {
			t.Errorf("%s: ends by %q, want %q", c.name, end.How, c.ends)
		}
	}
}

func TestRemindersOfACase(t *testing.T) {
	loc := inBrussels(t)
	friday := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	c := Case{Due: friday, NextAt: friday}
	c = c.Reminded(friday, 24*time.Hour, loc)
	if want := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC); c.Step != AuthorReminded || !c.NextAt.Equal(want) {
		t.Errorf("after the first reminder: step %d, next %s, want %s", c.Step, c.NextAt, want)
	}
	if c = c.Reminded(c.NextAt, 24*time.Hour, loc); c.Step != MandatedReminded || !c.NextAt.IsZero() {
		t.Errorf("after the second: step %d, next %s, want none", c.Step, c.NextAt)
	}
	closed, err := c.Closed(CaseEnd{How: NotAllowed, By: "CP Maes"})
	if err != nil || closed.OverdueAt(friday.AddDate(1, 0, 0)) {
		t.Errorf("closed: %v", err)
	}
	var first *CaseClosedError
	if _, err = closed.Closed(CaseEnd{How: NotAllowed, By: "Insp. Delvaux"}); !errors.As(err, &first) || first.First.By != "CP Maes" {
		t.Errorf("closed twice: %v, want to learn who was first", err)
	}
}

// Every text names what it is about, in each language.
func TestCaseLetters(t *testing.T) {
	p := Partnership{Name: "PLP Tilleuls", Tag: "PLP", Languages: []broker.Lang{broker.French}}
	m := broker.Message{Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Rue du Moulin"}}}
	c := Case{Owner: "Insp. Delvaux", Opened: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), Step: MandatedReminded, End: CaseEnd{By: "CP Maes", Why: "le juge"}}
	for name, letter := range map[string]ServiceMessage{
		"reminder":    c.Remind(m, p, c.Opened, 0),
		"of many":     c.Remind(m, p, c.Opened, 9),
		"not allowed": c.TellNotAllowed(m, p),
		"summary":     Summary("demo", Date{2026, 11, 23}, []Overdue{{c, m, p}}),
	} {
		for _, lang := range broker.Langs() {
			text := letter.Text(lang)
			if !strings.Contains(text.Body, "Rue du Moulin") || strings.Contains(text.Title+text.Body, "%!") {
				t.Errorf("%s in %s: %q %q", name, lang, text.Title, text.Body)
			}
		}
	}
}

func TestWhoIsWrittenTo(t *testing.T) {
	officer := func(name string, role OfficerRole) Officer { return Officer{Member: Member{Name: name}, Role: role} }
	all := []Officer{officer("Maes", RoleMandated), officer("Delvaux", RoleOfficer), officer("ICT", RoleAdmin)}
	names := func(found []Officer) string {
		var words []string
		for _, o := range found {
			words = append(words, o.Name)
		}
		return strings.Join(words, " ")
	}
	for _, c := range []struct{ what, got, want string }{
		{"the author", names(Authors(all, "delvaux")), "Delvaux"},
		{"an author who is not on file", names(Authors(all, "Rose")), "Maes"},
		{"without a mandated officer", names(Mandated(all[1:])), "Delvaux"},
		{"responsible", names(Responsible(all, "Delvaux")), "Maes Delvaux"},
		{"an incident", names(Alarmed(all)), "Maes ICT"},
		{"nobody", names(Authors(nil, "Delvaux")), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}
