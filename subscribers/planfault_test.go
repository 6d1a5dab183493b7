package subscribers

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// What is wrong with a plan is said in every language, with the same names in it.
func TestPlanFaultsInEveryLanguage(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z]`)
	english := faultsEnglish()
	for _, lang := range broker.Langs() {
		words := faultWordsIn(lang)
		if len(words) != len(english) {
			t.Errorf("%s has %d sentences, English has %d", lang, len(words), len(english))
		}
		for code, want := range english {
			got := words[code]
			if got.problem == "" || got.remedy == "" {
				t.Errorf("%s: %s is not said", lang, code)
			}
			if lang != broker.English && got.problem == want.problem {
				t.Errorf("%s: %s is still English", lang, code)
			}
			count := func(s string) int { return len(verb.FindAllString(s, -1)) }
			if count(got.problem) != count(want.problem) {
				t.Errorf("%s: %s names %d things, English %d", lang, code, count(got.problem), count(want.problem))
			}
		}
	}
	fault := newFault("rules[1].channels", faultChannelTwice, "email").In(broker.French)
	if got, want := fault.Error(), "rules[1].channels cite « email » deux fois; citez chaque canal une seule fois"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFaultsOfTheWholeLadder(t *testing.T) {
	const m = time.Minute
	sms := ChannelRule{First: []channels.Name{channels.SMS}}
	both := []channels.Name{channels.SMS, channels.Voice}
	ladder := func(a ApprovalRule) Rule { return Rule{Approval: a, Channels: sms, When: Now} }
	for _, tc := range []struct {
		name string
		rule Rule
		want string // where, and a word of it; empty: no fault
	}{
		{"every rung in order", ladder(ApprovalRule{By: ByCoordinator, DeputiesAfter: 5 * m, CommitteeAfter: 8 * m, ReleaseAfter: 10 * m, Within: 15 * m}), ""},
		{"committee before the deputies", ladder(ApprovalRule{By: ByCoordinator, DeputiesAfter: 5 * m, CommitteeAfter: 4 * m}), "approval.deputies_after committee_after"},
		{"an urgent message that waits a day to go on", Rule{Approval: ApprovalRule{By: ByPolice}, Channels: ChannelRule{First: both, FallbackAfter: 24 * time.Hour}, When: Now}, "channels.fallback_after day"},
		{"release after the end", ladder(ApprovalRule{By: ByCoordinator, ReleaseAfter: 10 * m, Within: 10 * m}), "approval.release_after within"},
		{"negative", ladder(ApprovalRule{By: ByCoordinator, CommitteeAfter: -m}), "approval.committee_after negative"},
		{"ladder of the police", ladder(ApprovalRule{By: ByPolice, ReleaseAfter: m}), "approval directly"},
		{"fallback", Rule{Approval: ApprovalRule{By: ByPolice}, Channels: ChannelRule{First: both, FallbackAfter: m}, When: Now}, ""},
		{"fallback to nothing", Rule{Approval: ApprovalRule{By: ByPolice}, Channels: ChannelRule{First: both[:1], FallbackAfter: m}, When: Now}, "channels.fallback_after next"},
		{"fallback of what goes everywhere", Rule{Approval: ApprovalRule{By: ByPolice}, Channels: ChannelRule{All: both, FallbackAfter: m}, When: Now}, "channels.fallback_after next"},
		{"infoflash of what is urgent", Rule{Urgencies: urgencies(), Approval: ApprovalRule{By: ByPolice}, Channels: sms, When: WithDigest}, "when immediate"},
	} {
		p := Plan{Rules: []Rule{tc.rule}, Digest: DigestPlan{Every: Daily}}
		faults := p.Faults()
		where, word, _ := strings.Cut(tc.want, " ")
		found := slices.ContainsFunc(faults, func(f PlanFault) bool {
			return f.Where == "rules[0]."+where && strings.Contains(f.Problem, word)
		})
		if tc.want == "" && len(faults) > 0 || tc.want != "" && !found {
			t.Errorf("%s: got %v, want %q", tc.name, faults, tc.want)
		}
	}
	calm := Plan{Rules: []Rule{ladder(ApprovalRule{By: ByPolice})}, PerDay: -1, Budget: &Budget{}, Digest: DigestPlan{Every: Daily}}
	if got := len(calm.Faults()); got != 2 {
		t.Errorf("%d faults %v, want one at per_day and one at budget.month", got, calm.Faults())
	}
}

// A rule for the infoflash leaves what is urgent to the others.
func TestWhatIsUrgentNeverWaitsForTheInfoflash(t *testing.T) {
	p := Plan{Rules: []Rule{{When: WithDigest}, {When: Now}}}
	if rule, _ := p.RuleFor(broker.Prevention, broker.Immediate); rule.When != Now {
		t.Error("an urgent tip waits for the infoflash")
	}
	if rule, _ := p.RuleFor(broker.Prevention, broker.Future); rule.When != WithDigest {
		t.Error("a tip that is not urgent does not wait for the infoflash")
	}
}

func TestExplainTheWholeLadder(t *testing.T) {
	rule := Rule{
		Kinds: []broker.Kind{broker.Alert}, Urgencies: []broker.Urgency{broker.Immediate},
		Approval: ApprovalRule{By: ByCoordinator, DeputiesAfter: 5 * time.Minute, CommitteeAfter: 8 * time.Minute, ReleaseAfter: 10 * time.Minute, Within: time.Hour},
		Channels: ChannelRule{First: []channels.Name{channels.SMS, channels.Voice}, FallbackAfter: 3 * time.Minute},
		When:     Now, IgnoreQuietHours: true, Feedback: 24 * time.Hour,
	}
	for lang, want := range map[broker.Lang]string{
		broker.French:  "Pour une alerte (urgent) : le coordinateur décide (après 5 minutes, on demande aussi aux adjoints, après 8 minutes, au comité de pilotage) ; après 10 minutes, un policier peut envoyer le message lui-même, avec une raison ; si personne ne répond dans un délai de 1 heure, le message n’est pas envoyé. Par SMS, sinon par appel téléphonique, et si rien ne confirme l’arrivée dans un délai de 3 minutes, aussi par le moyen suivant, tout de suite, même pendant les heures calmes. La police dit dans un délai de 1 jour ce que cela a donné.",
		broker.Dutch:   "Bij een waarschuwing (dringend): de coördinator beslist (na 5 minuten wordt het ook aan de adjuncten gevraagd, na 8 minuten ook aan de stuurgroep); na 10 minuten mag een politieambtenaar het bericht zelf versturen, met een reden; antwoordt niemand binnen 1 uur, dan wordt het bericht niet verstuurd. Per sms, anders per telefoon, en bevestigt niets de aankomst binnen 3 minuten, dan ook op de volgende manier, meteen, ook tijdens de rusturen. De politie laat binnen 1 dag weten wat het heeft opgeleverd.",
		broker.German:  "Bei einer Warnung (dringend): der Koordinator entscheidet (nach 5 Minuten werden auch die Stellvertreter gefragt, nach 8 Minuten auch der Lenkungsausschuss); nach 10 Minuten darf ein Polizeibeamter die Nachricht selbst senden, mit einem Grund; antwortet niemand innerhalb von 1 Stunde, wird die Nachricht nicht gesendet. Per SMS, sonst per Telefonanruf, und wenn innerhalb von 3 Minuten nichts die Ankunft bestätigt, auch auf dem nächsten Weg, sofort, auch während der Ruhezeiten. Die Polizei sagt innerhalb von 1 Tag, was daraus geworden ist.",
		broker.English: "For an alert (urgent): the coordinator decides (after 5 minutes the deputies are asked too, after 8 minutes the steering committee); after 10 minutes an officer may send it, with a reason; if nobody answers within 1 hour, it is not sent. By SMS, otherwise by phone call, and if nothing confirms within 3 minutes that it arrived, also in the next way, at once, even during quiet hours. The police say within 1 day what came of it.",
	} {
		if got := rule.Explain(lang); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", lang, got, want)
		}
	}
}
