package subscribers

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestExplainQuietHoursAndDigest(t *testing.T) {
	night := &QuietHours{ClockTime{22, 0}, ClockTime{7, 0}}
	daily := DigestPlan{Every: Daily, At: ClockTime{18, 0}}
	friday := DigestPlan{Every: Weekly, Weekday: time.Friday, At: ClockTime{17, 0}}
	for _, tc := range []struct {
		name, got, want string
	}{
		{"night fr", night.Explain(broker.French), "De 22:00 à 07:00, les messages attendent la fin des heures calmes, sauf si leur règle dit qu’ils partent même pendant celles-ci."},
		{"night nl", night.Explain(broker.Dutch), "Van 22:00 tot 07:00 uur wachten berichten op het einde van de rusturen, tenzij hun regel zegt dat ze ook tijdens de rusturen vertrekken."},
		{"night de", night.Explain(broker.German), "Von 22:00 bis 07:00 Uhr warten Nachrichten auf das Ende der Ruhezeiten, es sei denn, ihre Regel lässt sie auch während der Ruhezeiten zu."},
		{"night en", night.Explain(broker.English), "From 22:00 to 07:00 messages wait for the end of the quiet hours, unless their rule says that they go even then."},
		{"none fr", (*QuietHours)(nil).Explain(broker.French), "Il n’y a pas d’heures calmes : les messages partent à toute heure, de jour comme de nuit."},
		{"none unknown", (*QuietHours)(nil).Explain("pl"), "There are no quiet hours: messages go at any hour of the day or night."},
		{"daily fr", daily.Explain(broker.French), "L’infoflash part chaque jour à 18:00, s’il y a quelque chose à communiquer."},
		{"daily nl", daily.Explain(broker.Dutch), "De infoflash vertrekt elke dag om 18:00 uur, als er iets te melden is."},
		{"weekly fr", friday.Explain(broker.French), "L’infoflash part chaque vendredi à 17:00, s’il y a quelque chose à communiquer."},
		{"weekly nl", friday.Explain(broker.Dutch), "De infoflash vertrekt elke vrijdag om 17:00 uur, als er iets te melden is."},
		{"weekly de", friday.Explain(broker.German), "Der Infoflash wird jeden Freitag um 17:00 Uhr gesendet, wenn es etwas mitzuteilen gibt."},
		{"weekly en", friday.Explain(broker.English), "The infoflash goes every Friday at 17:00, if there is something to tell."},
		{"accents kept", Plan{}.ExplainPlainAccents(broker.French), ""},
		{"accents fr", Plan{PlainAccents: true}.ExplainPlainAccents(broker.French), "Un SMS est écrit sans accents (e au lieu de ê) là où cela le rend moins cher."},
		{"accents nl", Plan{PlainAccents: true}.ExplainPlainAccents(broker.Dutch), "Een sms wordt zonder accenten geschreven (e in plaats van ê) waar dat hem goedkoper maakt."},
		{"accents de", Plan{PlainAccents: true}.ExplainPlainAccents(broker.German), "Eine SMS wird ohne Akzente geschrieben (e statt ê), wo sie dadurch billiger wird."},
		{"accents unknown", Plan{PlainAccents: true}.ExplainPlainAccents("pl"), "An SMS is written without accents (e for ê) where that makes it cheaper."},
		{"no such weekday", DigestPlan{Every: Weekly, Weekday: 9}.Explain(broker.English), "The infoflash goes every day at 00:00, if there is something to tell."},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got  %s\nwant %s", tc.name, tc.got, tc.want)
		}
	}
	for _, lang := range append(broker.Langs(), "pl") {
		w := planWordsIn(lang)
		for day, name := range w.weekdays {
			if name == "" {
				t.Errorf("%s: no word for weekday %d", lang, day)
			}
		}
	}
}

// A faulty plan is explained as well, with the word that nobody knows.
func TestExplainNamesUnknownWords(t *testing.T) {
	r := Rule{Kinds: []broker.Kind{"gossip"}, Urgencies: []broker.Urgency{"soonish"}, Channels: ChannelRule{All: []channels.Name{"telegram"}}, When: Now}
	for _, word := range []string{"gossip", "soonish", "elegram"} {
		if got := r.Explain(broker.English); !strings.Contains(got, word) {
			t.Errorf("%q does not name %q", got, word)
		}
	}
}

func TestContradictions(t *testing.T) {
	for _, tc := range []struct {
		name, old, new, where, what string
	}{
		{"quiet hours without end", `to: "07:00"`, `to: "22:00"`, "quiet_hours", "never end"},
		{"weekday of a daily infoflash", "every: day", "every: day, weekday: 5", "digest.weekday", "no effect"},
		{"infoflash that ignores the night", "when: digest", "when: digest\n    ignore_quiet_hours: true", "rules[1].ignore_quiet_hours", "no effect"},
		{"ladder although the police send", "{by: coordinator, within: 72h}", "{by: police, within: 72h}", "rules[1].approval", "directly"},
		{"a channel twice", "[email, sms]", "[email, sms, email]", "rules[1].channels", `"email" twice`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := strings.Replace(goodPlan, tc.old, tc.new, 1)
			if text == goodPlan {
				t.Fatal("the case changes nothing")
			}
			p, err := ParsePlan([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			faults := p.Faults()
			if len(faults) != 1 || faults[0].Where != tc.where || !strings.Contains(faults[0].Problem, tc.what) || faults[0].Remedy == "" {
				t.Errorf("got %v, want one fault at %s about %q", faults, tc.where, tc.what)
			}
		})
	}
}
