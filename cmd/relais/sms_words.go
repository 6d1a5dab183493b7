package main

import (
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels/sms"
)

// smsWords are what a preview says, in one language.
type smsWords struct {
	asIs, plain   string
	sent          string // marks the form that goes
	encoding      string
	length, parts string
	cost          string // %d members
	decimal       string
	none          string
	costly        string // %s characters, each with its plain form
	hopeless      string // %s characters that have none
}

func smsWordsIn(lang broker.Lang) smsWords {
	switch lang {
	case broker.French:
		return smsWords{
			asIs: "tel quel", plain: "sans accents coûteux", sent: "envoyé", encoding: "codage", length: "longueur", parts: "parties",
			cost: "prix (membres : %d)", decimal: ",", none: "Tous les caractères sont bon marché.",
			costly:   "Ces caractères rendent tout le SMS plus cher : %s",
			hopeless: "Ceux-ci n’ont pas de forme bon marché, enlevez-les : %s",
		}
	case broker.Dutch:
		return smsWords{
			asIs: "zoals geschreven", plain: "zonder dure accenten", sent: "verzonden", encoding: "codering", length: "lengte", parts: "delen",
			cost: "prijs (leden: %d)", decimal: ",", none: "Alle tekens zijn goedkoop.",
			costly:   "Deze tekens maken de hele sms duurder: %s",
			hopeless: "Deze hebben geen goedkope vorm, laat ze weg: %s",
		}
	case broker.German:
		return smsWords{
			asIs: "wie geschrieben", plain: "ohne teure Akzente", sent: "gesendet", encoding: "Kodierung", length: "Länge", parts: "Teile",
			cost: "Preis (Mitglieder: %d)", decimal: ",", none: "Alle Zeichen sind günstig.",
			costly:   "Diese Zeichen machen die ganze SMS teurer: %s",
			hopeless: "Diese haben keine günstige Form, lassen Sie sie weg: %s",
		}
	}
	return smsWords{
		asIs: "as written", plain: "without costly accents", sent: "sent", encoding: "encoding", length: "length", parts: "parts",
		cost: "price (members: %d)", decimal: ".", none: "Every character is cheap.",
		costly:   "These characters make the whole SMS cost more: %s",
		hopeless: "These have no cheap form, leave them out: %s",
	}
}

// head names a form, and says which of the two goes.
func (w smsWords) head(form string, sent bool) string {
	if sent {
		return form + " (" + w.sent + ")"
	}
	return form
}

func (w smsWords) price(euros float64) string {
	return "EUR " + strings.Replace(fmt.Sprintf("%.3f", euros), ".", w.decimal, 1)
}

// sayCostly names the characters that GSM-7 lacks, each with what it becomes.
func (w smsWords) sayCostly(text string) string {
	var costly, hopeless []string
	for _, r := range sms.Costly(text) {
		if plain := sms.Transliterate(string(r)); plain != string(r) {
			costly = append(costly, fmt.Sprintf("%c → %s", r, plain))
		} else {
			hopeless = append(hopeless, string(r))
		}
	}
	var said []string
	if len(costly) > 0 {
		said = append(said, fmt.Sprintf(w.costly, strings.Join(costly, ", ")))
	}
	if len(hopeless) > 0 {
		said = append(said, fmt.Sprintf(w.hopeless, strings.Join(hopeless, " ")))
	}
	if len(said) == 0 {
		return w.none
	}
	return strings.Join(said, "\n")
}
