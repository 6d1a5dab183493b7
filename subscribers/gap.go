package subscribers

import (
	"strings"

	"relais/broker"
)

// Gap is one reason why a message does not go to a partnership: what it lacks
// (PLP.md, rule 3), or that the message has no business there.
type Gap string

// The gaps, as they are kept.
const (
	GapNotLaunched Gap = "not-launched"
	GapCharter     Gap = "no-charter" // none that is signed and in force
	GapCoordinator Gap = "no-coordinator"
	GapDeputy      Gap = "no-deputy"
	GapRule        Gap = "no-rule"       // its plan has none for such a message
	GapNobodyGot   Gap = "nobody-got-it" // of what the message corrects, withdraws or closes
	GapNotSent     Gap = "not-sent-there"
)

// Gaps lists every gap.
func Gaps() []Gap {
	return []Gap{GapNotLaunched, GapCharter, GapCoordinator, GapDeputy, GapRule, GapNobodyGot, GapNotSent}
}

// RoutingRefusal says why a message was not routed to a partnership.
type RoutingRefusal struct {
	Partnership broker.PartnershipID `json:"partnership"`
	Gaps        []Gap                `json:"gaps"`
}

// Say puts it into a sentence for the police: what is missing, without a full stop.
func (r RoutingRefusal) Say(lang broker.Lang) string {
	words := gapWordsIn(lang)
	said := make([]string, len(r.Gaps))
	for i, g := range r.Gaps {
		said[i] = words[g]
	}
	return strings.Join(said, ", ")
}

func gapWordsIn(lang broker.Lang) map[Gap]string {
	switch lang {
	case broker.French:
		return map[Gap]string{
			GapNotLaunched: "le partenariat n’est pas lancé", GapCharter: "aucune charte signée n’est en vigueur",
			GapCoordinator: "il n’a pas de coordinateur", GapDeputy: "il n’a pas de coordinateur adjoint",
			GapRule:      "son plan de communication n’a pas de règle pour ce type de message",
			GapNobodyGot: "personne n’y a reçu le message dont il s’agit", GapNotSent: "le message dont il s’agit n’y a pas été envoyé",
		}
	case broker.Dutch:
		return map[Gap]string{
			GapNotLaunched: "het netwerk is niet gestart", GapCharter: "er is geen ondertekend charter van kracht",
			GapCoordinator: "het heeft geen coördinator", GapDeputy: "het heeft geen adjunct-coördinator",
			GapRule:      "zijn communicatieplan heeft geen regel voor zo’n bericht",
			GapNobodyGot: "niemand kreeg er het bericht waarover het gaat", GapNotSent: "het bericht waarover het gaat, werd daar niet verstuurd",
		}
	case broker.German:
		return map[Gap]string{
			GapNotLaunched: "die Partnerschaft ist nicht gestartet", GapCharter: "keine unterzeichnete Charta ist in Kraft",
			GapCoordinator: "sie hat keinen Koordinator", GapDeputy: "sie hat keinen stellvertretenden Koordinator",
			GapRule:      "ihr Kommunikationsplan hat keine Regel für solche Nachrichten",
			GapNobodyGot: "dort hat niemand die Nachricht erhalten, um die es geht", GapNotSent: "die Nachricht, um die es geht, wurde dort nicht gesendet",
		}
	}
	return map[Gap]string{
		GapNotLaunched: "the partnership is not launched", GapCharter: "no signed charter is in force",
		GapCoordinator: "it has no coordinator", GapDeputy: "it has no deputy",
		GapRule:      "its communication plan has no rule for such a message",
		GapNobodyGot: "nobody there has got the message that this one is about", GapNotSent: "the message that this one is about was not sent there",
	}
}
