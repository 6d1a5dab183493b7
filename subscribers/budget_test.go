package subscribers

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestWhatSavesMoneyAndWhatNeverDoes(t *testing.T) {
	both := []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Email, "a@example.be")}
	phone := both[:1]
	smsOnly := ChannelRule{First: []channels.Name{channels.SMS}}
	for _, tc := range []struct {
		name     string
		kind     broker.Kind
		urgency  broker.Urgency
		corrects bool
		spent    float64
		rule     ChannelRule
		contacts []Contact
		want     string
	}{
		{"enough left", broker.Info, broker.Expected, false, 7.99, smsOnly, both, "sms"},
		{"80 %", broker.Info, broker.Expected, false, 8, smsOnly, both, "email then sms"},
		{"all spent", broker.Prevention, broker.Future, false, 90, smsOnly, both, "email then sms"},
		{"nothing cheaper reaches them", broker.Info, broker.Expected, false, 90, smsOnly, phone, "sms"},
		{"on several channels", broker.Info, broker.Expected, false, 8, ChannelRule{All: []channels.Name{channels.SMS, channels.Email}}, both, "email then sms"},
		{"an alert", broker.Alert, broker.Immediate, false, 90, smsOnly, both, "sms"},
		{"an alert that is not urgent", broker.Alert, broker.Future, false, 90, smsOnly, both, "sms"},
		{"an urgent danger", broker.Hazard, broker.Immediate, false, 90, smsOnly, both, "sms"},
		{"a correction", broker.Info, broker.Expected, true, 90, smsOnly, both, "sms"},
	} {
		o := occasion(t, Rule{Channels: tc.rule, When: Now})
		o.Message.Kind, o.Message.Urgency, o.Message.MsgType = tc.kind, tc.urgency, broker.TypeAlert
		if tc.corrects {
			o.Message.MsgType, o.Message.References = broker.TypeUpdate, []broker.MessageID{broker.NewMessageID()}
		}
		o.Plan.Budget, o.Paid = &Budget{Month: 10}, map[channels.Name]bool{channels.SMS: true, channels.Voice: true}
		o.Tight = o.Plan.Budget.Tight(Euros(tc.spent))
		owed := o.Owed(Member{ID: NewMemberID(), Contacts: tc.contacts})
		got := string(owed[0].Channel)
		for _, rest := range owed[0].Rest {
			got += " then " + string(rest)
		}
		if got != tc.want || len(owed) != 1 || owed[0].State != channels.Pending {
			t.Errorf("%s: %d entries, the first %s, %s; want one by %s", tc.name, len(owed), got, owed[0].State, tc.want)
		}
	}
}

func TestNoBudgetIsNeverTight(t *testing.T) {
	if (*Budget)(nil).Tight(Euros(1e6)) {
		t.Error("a partnership without a budget saves")
	}
}

// A month begins at midnight in the partnership's zone, whatever the server's.
func TestMonthOf(t *testing.T) {
	p := Partnership{}
	for at, want := range map[string]string{
		"2026-10-31T22:59:59Z": "2026-10", "2026-10-31T23:00:00Z": "2026-11",
		"2027-03-31T21:59:59Z": "2027-03", "2027-03-31T22:00:00Z": "2027-04",
		"2026-12-31T23:00:00Z": "2027-01",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		m := p.MonthOf(instant)
		if m.Name != want || instant.Before(m.From) || !instant.Before(m.To) || p.MonthOf(m.To).Name == m.Name {
			t.Errorf("%s: %s from %s to %s, want %s", at, m.Name, m.From, m.To, want)
		}
		if same, err := p.ParseMonth(want); err != nil || same.Name != m.Name || !same.From.Equal(m.From) || !same.To.Equal(m.To) {
			t.Errorf("%s read as %v, %v", want, same, err)
		}
	}
	if _, err := p.ParseMonth("November"); err == nil || !strings.Contains(err.Error(), "write it as 2026-11") {
		t.Errorf("November: %v", err)
	}
}

func TestBudgetWarningInEveryLanguage(t *testing.T) {
	s := Spending{
		Partnership: Partnership{ID: "plp", Name: "PLP Tilleuls", Tag: "PLP"}, Month: Month{Name: "2026-11"},
		Budget: &Budget{Month: 60}, ByChannel: map[channels.Name]Money{channels.SMS: Euros(48.4)},
	}
	for lang, want := range map[broker.Lang]string{
		broker.French: "48,40 euros", broker.Dutch: "48,40 euro ", broker.German: "48,40 Euro", broker.English: "EUR 48.40",
	} {
		text := s.Warning().Text(lang)
		if !strings.HasPrefix(text.Body, "PLP Tilleuls ") || !strings.Contains(text.Body, want) || !strings.Contains(text.Body, "60") || strings.Contains(text.Body, "%!") {
			t.Errorf("%s: %s", lang, text.Body)
		}
	}
	next := s
	next.Month.Name = "2026-12"
	if next.Warning().ID == s.Warning().ID {
		t.Error("the next month's warning has the same id")
	}
}
