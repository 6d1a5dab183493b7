package subscribers

import (
	"fmt"
	"slices"

	"relais/broker"
)

// IncidentPasskey is a passkey whose counter ran backwards: two devices sign with
// it, so somebody may have copied it. It opens nothing any more.
const IncidentPasskey IncidentKind = "passkey"

// Doubts are the incidents of a passkey that may have been copied, one for each
// zone in which its owner has a post.
func (p Passkey) Doubts(owner Account) (all []Incident) {
	texts := inEach(func(lang broker.Lang) broker.Text {
		title, body := doubtWordsIn(lang)
		return broker.Text{Title: fmt.Sprintf(title, owner.Name), Body: fmt.Sprintf(body, owner.Name)}
	})
	for _, post := range owner.Posts {
		if post.Role != PostMember && !slices.ContainsFunc(all, func(i Incident) bool { return i.Zone == post.Zone }) {
			all = append(all, Incident{Kind: IncidentPasskey, Zone: post.Zone, Matter: p.ID.String(), Texts: texts})
		}
	}
	return all
}

func doubtWordsIn(lang broker.Lang) (title, body string) {
	switch lang {
	case broker.French:
		return "La clé d'accès de %s a peut-être été copiée", "Deux appareils se servent de la même clé d'accès pour se connecter au nom de %s. Elle n'ouvre plus rien. Demandez à cette personne si c'est elle ; sinon, elle se connecte par un code, supprime la clé sur sa page, et déconnecte ses autres appareils."
	case broker.Dutch:
		return "De toegangssleutel van %s is misschien gekopieerd", "Twee toestellen gebruiken dezelfde toegangssleutel om zich aan te melden als %s. Hij opent niets meer. Vraag die persoon of hij of zij het was; zo niet, dan meldt die zich aan met een code, verwijdert de sleutel op de eigen pagina, en meldt de andere toestellen af."
	case broker.German:
		return "Der Passkey von %s wurde vielleicht kopiert", "Zwei Geräte benutzen denselben Passkey, um sich als %s anzumelden. Er öffnet nichts mehr. Fragen Sie die Person, ob sie es war; sonst meldet sie sich mit einem Code an, entfernt den Passkey auf ihrer Seite und meldet ihre anderen Geräte ab."
	}
	return "The passkey of %s may have been copied", "Two devices use the same passkey to sign in as %s. It opens nothing any more. Ask this person whether it was they; if not, they sign in with a code, remove the passkey on their page, and sign their other devices out."
}
