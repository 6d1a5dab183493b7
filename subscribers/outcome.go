package subscribers

import (
	"fmt"

	"relais/broker"
)

// Say puts a decision into a sentence for the approvers who did not take it.
func (d Decision) Say(lang broker.Lang) string {
	s := outcomeSentences(lang)
	switch {
	case d.To == ApprovalApproved && d.How == HowPlan:
		return s.direct
	case d.To == ApprovalApproved:
		return fmt.Sprintf(s.approved, d.By)
	case d.To == ApprovalRefused:
		return fmt.Sprintf(s.refused, d.By, d.Why)
	case d.To == ApprovalOverruled:
		return s.overruled
	case d.How == HowRevision:
		return s.replaced
	case d.How == HowCancel:
		return s.withdrawn
	}
	return s.lapsed
}

type outcomes struct{ direct, approved, refused, overruled, replaced, withdrawn, lapsed string }

func outcomeSentences(lang broker.Lang) outcomes {
	switch lang {
	case broker.French:
		return outcomes{
			direct:    "La police a envoyé ce message directement aux membres, comme le prévoit le plan de communication. Vous n'avez rien à faire.",
			approved:  "%s a approuvé ce message. Il part aux membres.",
			refused:   "%s a refusé ce message. Il n'est pas envoyé. Raison : %s",
			overruled: "Personne n'a répondu à temps : la police envoie ce message aux membres, comme le prévoit le plan de communication.",
			replaced:  "La police a modifié ce message. Vous recevrez la nouvelle version.",
			withdrawn: "La police a retiré ce message. Il n'est pas envoyé. Vous n'avez rien à faire.",
			lapsed:    "Personne n'a répondu à temps. Ce message n'est pas envoyé.",
		}
	case broker.Dutch:
		return outcomes{
			direct:    "De politie heeft dit bericht rechtstreeks naar de leden gestuurd, zoals het communicatieplan bepaalt. U hoeft niets te doen.",
			approved:  "%s heeft dit bericht goedgekeurd. Het gaat naar de leden.",
			refused:   "%s heeft dit bericht geweigerd. Het wordt niet verstuurd. Reden: %s",
			overruled: "Niemand antwoordde op tijd: de politie stuurt dit bericht naar de leden, zoals het communicatieplan bepaalt.",
			replaced:  "De politie heeft dit bericht gewijzigd. U krijgt de nieuwe versie.",
			withdrawn: "De politie heeft dit bericht ingetrokken. Het wordt niet verstuurd. U hoeft niets te doen.",
			lapsed:    "Niemand antwoordde op tijd. Dit bericht wordt niet verstuurd.",
		}
	case broker.German:
		return outcomes{
			direct:    "Die Polizei hat diese Nachricht direkt an die Mitglieder gesendet, wie es der Kommunikationsplan vorsieht. Sie müssen nichts tun.",
			approved:  "%s hat diese Nachricht genehmigt. Sie geht an die Mitglieder.",
			refused:   "%s hat diese Nachricht abgelehnt. Sie wird nicht gesendet. Grund: %s",
			overruled: "Niemand hat rechtzeitig geantwortet: Die Polizei sendet diese Nachricht an die Mitglieder, wie es der Kommunikationsplan vorsieht.",
			replaced:  "Die Polizei hat diese Nachricht geändert. Sie erhalten die neue Fassung.",
			withdrawn: "Die Polizei hat diese Nachricht zurückgezogen. Sie wird nicht gesendet. Sie müssen nichts tun.",
			lapsed:    "Niemand hat rechtzeitig geantwortet. Diese Nachricht wird nicht gesendet.",
		}
	}
	return outcomes{
		direct:    "The police sent this message straight to the members, as the communication plan says. You need not do anything.",
		approved:  "%s approved this message. It goes to the members.",
		refused:   "%s refused this message. It is not sent. Reason: %s",
		overruled: "Nobody answered in time: the police send this message to the members, as the communication plan says.",
		replaced:  "The police changed this message. You will get the new version.",
		withdrawn: "The police withdrew this message. It is not sent. You need not do anything.",
		lapsed:    "Nobody answered in time. This message is not sent.",
	}
}
