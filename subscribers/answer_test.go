package subscribers_test

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sms"
	"relais/subscribers"
)

// Each answer fits into one SMS with the line that says whom to call
// (PLP.md, rule 1), but those that name a whole title or list several.
func TestAnswersFitIntoOneSMS(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range broker.Langs() {
		a := subscribers.AnswersIn(lang)
		for name, text := range map[string]string{
			"stopped": a.Stopped(), "started": a.Started(true), "already": a.Started(false), "stranger": a.Stranger(),
			"passed on": a.PassedOn(), "expired": a.Expired(), "own": a.OwnMessage(), "not possible": a.NotPossible(),
			"approved": a.Done(subscribers.ApprovalApproved, "Cambriolage rue Haute"), "refused": a.Done(subscribers.ApprovalRefused, "Rue Haute"),
			"no reason": a.NoReason("4821"), "too much": a.TooMuch("4821"), "nothing": a.Nothing(), "no such code": a.NoSuchCode("4821"),
			"twins": a.Twins("4821"), "guessing": a.Guessing(),
			"confirmed": a.Confirmed("PLP Quartier des Tilleuls"), "declined": a.Declined(), "only yes": a.OnlyYes(), "nobody asked": a.NobodyAsked(),
		} {
			whole := text + " " + words[lang].Emergency
			got := sms.Count(whole)
			if got.Encoding != sms.GSM7 || got.Parts > 1 && name != "too much" || got.Parts > 2 {
				t.Errorf("%s %s: %s, %d parts, %d units: %q", lang, name, got.Encoding, got.Parts, got.Units, whole)
			}
			if text == "" || strings.Contains(text, "%!") {
				t.Errorf("%s %s: got %q", lang, name, text)
			}
		}
		if got := a.Choice([]subscribers.Choice{{Code: "4821", Title: strings.Repeat("x", 80)}, {Code: "1177", Title: "B"}}); !strings.HasSuffix(got, "x...\n1177 B.") {
			t.Errorf("%s: got %q", lang, got)
		}
		late := a.TooLate(subscribers.Decision{To: subscribers.ApprovalApproved, By: "Marie", How: subscribers.HowLink}, "Vol")
		if !strings.Contains(late, "Vol") || !strings.Contains(late, "Marie") {
			t.Errorf("%s: got %q", lang, late)
		}
	}
}

func TestReadersAreNotTheSender(t *testing.T) {
	one, two, deputy := member("Anne"), member("Jean"), member("Luc")
	people := []subscribers.Approver{
		{Member: one, Role: subscribers.RoleCoordinator}, {Member: two, Role: subscribers.RoleCoordinator},
		{Member: deputy, Role: subscribers.RoleDeputy},
	}
	for name, tt := range map[string]struct {
		people []subscribers.Approver
		sender subscribers.MemberID
		want   string
	}{
		"a member writes":               {people, subscribers.NewMemberID(), "Anne Jean"},
		"a coordinator writes":          {people, one.ID, "Jean"},
		"the only coordinator writes":   {[]subscribers.Approver{people[0], people[2]}, one.ID, "Luc"},
		"nobody else is there to read":  {people[:1], one.ID, ""},
		"there is only a deputy at all": {people[2:], subscribers.NewMemberID(), "Luc"},
	} {
		var got []string
		for _, r := range subscribers.Readers(tt.people, tt.sender) {
			got = append(got, r.Name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", name, got, tt.want)
		}
	}
}

func TestTellReaders(t *testing.T) {
	in := channels.Inbound{Channel: channels.SMS, Ref: "SM1", Text: strings.Repeat("é", 1000), At: time.Now()}
	who := member("Lucie")
	texts := []subscribers.InboxMessage{subscribers.NewInboxMessage(in, who, "tilleuls")}
	p := subscribers.Partnership{ID: "tilleuls", Name: "PLP Tilleuls", Tag: "PLP T"}
	m := subscribers.TellReaders(p, who.Name, texts)
	if m.ID != subscribers.TellReaders(p, who.Name, texts).ID || m.From != "PLP Tilleuls" {
		t.Errorf("got %v from %s, want the same id twice", m.ID, m.From)
	}
	for _, lang := range broker.Langs() {
		text := m.Texts[lang]
		if !strings.Contains(text.Title, "Lucie") || !strings.Contains(text.Body, "101") || len([]rune(text.Body)) > 600 {
			t.Errorf("%s: got %q, %d characters", lang, text.Title, len([]rune(text.Body)))
		}
	}
}

func member(name string) subscribers.Member {
	return subscribers.Member{ID: subscribers.NewMemberID(), Name: name, Lang: broker.French}
}
