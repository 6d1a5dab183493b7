package subscribers

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestRuleExplain(t *testing.T) {
	urgent := Rule{
		Kinds:            []broker.Kind{broker.Alert, broker.Missing, broker.Hazard},
		Urgencies:        []broker.Urgency{broker.Immediate},
		Approval:         ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 10 * time.Minute},
		Channels:         ChannelRule{First: []channels.Name{channels.SMS, channels.Push, channels.Email}},
		When:             Now,
		IgnoreQuietHours: true,
	}
	tip := Rule{
		Kinds:    []broker.Kind{broker.Prevention},
		Approval: ApprovalRule{By: ByCoordinator, Within: 36 * time.Hour},
		Channels: ChannelRule{All: []channels.Name{channels.Email}},
		When:     WithDigest,
	}
	direct := Rule{
		Approval: ApprovalRule{By: ByPolice},
		Channels: ChannelRule{All: []channels.Name{channels.SMS, channels.Push, channels.Email}},
		When:     Now,
	}
	patient := Rule{
		Kinds:     []broker.Kind{broker.Feedback, broker.Closing},
		Urgencies: []broker.Urgency{broker.Expected, broker.Future},
		Approval:  ApprovalRule{By: ByCoordinator, DeputiesAfter: 48 * time.Hour},
		Channels:  ChannelRule{First: []channels.Name{channels.Voice}},
		When:      Now,
	}
	for _, test := range []struct {
		name string
		rule Rule
		lang broker.Lang
		want string
	}{
		{"urgent", urgent, broker.French, "Pour une alerte, une disparition ou un danger (urgent) : le coordinateur décide (après 5 minutes, on demande aussi aux adjoints) ; si personne ne répond dans un délai de 10 minutes, la police envoie le message elle-même. Par SMS, sinon par notification push, sinon par e-mail, tout de suite, même pendant les heures calmes."},
		{"urgent", urgent, broker.Dutch, "Bij een waarschuwing, een verdwijning of een gevaar (dringend): de coördinator beslist (na 5 minuten wordt het ook aan de adjuncten gevraagd); antwoordt niemand binnen 10 minuten, dan stuurt de politie het bericht zelf. Per sms, anders per pushmelding, anders per e-mail, meteen, ook tijdens de rusturen."},
		{"urgent", urgent, broker.German, "Bei einer Warnung, einer Vermisstenmeldung oder einer Gefahr (dringend): der Koordinator entscheidet (nach 5 Minuten werden auch die Stellvertreter gefragt); antwortet niemand innerhalb von 10 Minuten, sendet die Polizei die Nachricht selbst. Per SMS, sonst per Push-Nachricht, sonst per E-Mail, sofort, auch während der Ruhezeiten."},
		{"urgent", urgent, broker.English, "For an alert, a missing person or a danger (urgent): the coordinator decides (after 5 minutes the deputies are asked too); if nobody answers within 10 minutes, the police send it themselves. By SMS, otherwise by push notification, otherwise by email, at once, even during quiet hours."},
		{"tip", tip, broker.French, "Pour un conseil de prévention : le coordinateur ou un adjoint décide ; si personne ne répond dans un délai de 1 jour et 12 heures, le message n’est pas envoyé. Par e-mail, avec le prochain infoflash."},
		{"tip", tip, broker.Dutch, "Bij een preventietip: de coördinator of een adjunct beslist; antwoordt niemand binnen 1 dag en 12 uur, dan wordt het bericht niet verstuurd. Per e-mail, met de volgende infoflash."},
		{"tip", tip, broker.German, "Bei einem Vorbeugungstipp: der Koordinator oder ein Stellvertreter entscheidet; antwortet niemand innerhalb von 1 Tag und 12 Stunden, wird die Nachricht nicht gesendet. Per E-Mail, mit dem nächsten Infoflash."},
		{"tip", tip, broker.English, "For a prevention tip: the coordinator or a deputy decides; if nobody answers within 1 day and 12 hours, it is not sent. By email, with the next infoflash."},
		{"direct", direct, broker.French, "Pour tout message : la police envoie le message directement, le coordinateur en est informé. Par SMS, par notification push et par e-mail, tout de suite."},
		{"direct", direct, broker.Dutch, "Bij elk bericht: de politie stuurt het bericht rechtstreeks, de coördinator wordt op de hoogte gebracht. Per sms, per pushmelding en per e-mail, meteen."},
		{"direct", direct, broker.German, "Bei jeder Nachricht: die Polizei sendet die Nachricht direkt, der Koordinator wird informiert. Per SMS, per Push-Nachricht und per E-Mail, sofort."},
		{"direct", direct, broker.English, "For every message: the police send the message directly, and the coordinator is told. By SMS, by push notification and by email, at once."},
		{"patient", patient, broker.French, "Pour les suites d’une alerte ou une clôture (bientôt ou sans urgence) : le coordinateur décide (après 2 jours, on demande aussi aux adjoints) ; si personne ne répond tant que le message est valable, le message n’est pas envoyé. Par appel téléphonique, tout de suite."},
		{"patient", patient, broker.Dutch, "Bij nieuws over een eerdere waarschuwing of een afsluiting (binnenkort of niet dringend): de coördinator beslist (na 2 dagen wordt het ook aan de adjuncten gevraagd); antwoordt niemand zolang het bericht geldig is, dan wordt het bericht niet verstuurd. Per telefoon, meteen."},
		{"patient", patient, broker.German, "Bei einer Rückmeldung zu einer Warnung oder einer Abschlussmeldung (demnächst oder nicht dringend): der Koordinator entscheidet (nach 2 Tagen werden auch die Stellvertreter gefragt); antwortet niemand, solange die Nachricht gültig ist, wird die Nachricht nicht gesendet. Per Telefonanruf, sofort."},
		{"patient", patient, broker.English, "For news about an earlier alert or a closing message (soon or not urgent): the coordinator decides (after 2 days the deputies are asked too); if nobody answers while the message is valid, it is not sent. By phone call, at once."},
		{"unknown language", direct, "pl", "For every message: the police send the message directly, and the coordinator is told. By SMS, by push notification and by email, at once."},
	} {
		t.Run(test.name+"/"+string(test.lang), func(t *testing.T) {
			if got := test.rule.Explain(test.lang); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Every kind, urgency and channel has its word in every language.
func TestExplainWordsAreComplete(t *testing.T) {
	for _, lang := range broker.Langs() {
		w := explainWordsIn(lang)
		for _, kind := range broker.Kinds() {
			if w.kinds[kind] == "" {
				t.Errorf("%s: no word for kind %s", lang, kind)
			}
		}
		for _, name := range []channels.Name{channels.SMS, channels.Email, channels.Push, channels.Voice} {
			if w.by[name] == "" {
				t.Errorf("%s: no word for channel %s", lang, name)
			}
		}
		for _, urgency := range []broker.Urgency{broker.Immediate, broker.Expected, broker.Future} {
			if w.urgencies[urgency] == "" {
				t.Errorf("%s: no word for urgency %s", lang, urgency)
			}
		}
	}
}

func TestExplainWithoutChannelsDoesNotPanic(t *testing.T) {
	got := Rule{When: Now}.Explain(broker.English)
	if !strings.Contains(got, "At once.") {
		t.Errorf("got %q, want a sentence", got)
	}
}
