package subscribers

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"relais/broker"
)

// Warning tells a partnership's coordinator, and the mandated officers, that
// the month's budget is nearly spent and what follows from that.
func (s Spending) Warning() ServiceMessage {
	p := s.Partnership
	return ServiceMessage{
		ID: broker.DeriveID(uuid.NameSpaceURL, "relais:budget", string(p.ID), s.Month.Name), From: p.Name, Tag: p.Tag,
		Texts: inEach(func(lang broker.Lang) broker.Text {
			w := budgetWordsIn(lang)
			return broker.Text{Title: w.title, Body: fmt.Sprintf(w.body, p.Name, w.amount(s.Total()), w.amount(Euros(s.Budget.Month)))}
		}),
	}
}

// budgetWords are what people read about a budget, in one language.
type budgetWords struct {
	title, body string // partnership, spent, budget
	comma       string
}

// amount is 48.40 as the language writes it.
func (w budgetWords) amount(m Money) string {
	return strings.Replace(fmt.Sprintf("%.2f", m.InEuros()), ".", w.comma, 1)
}

func budgetWordsIn(lang broker.Lang) budgetWords {
	switch lang {
	case broker.French:
		return budgetWords{
			title: "Le budget du mois est presque épuisé",
			body:  "%s a dépensé ce mois-ci %s euros pour l’envoi de ses messages, sur les %s euros prévus par son plan de communication. Jusqu’à la fin du mois, ce qui n’est pas urgent part par email ou par notification chez ceux qui en ont ; les autres reçoivent toujours un SMS ou un appel. Les alertes partent comme d’habitude. Si c’est trop peu, changez le budget dans le plan.",
			comma: ",",
		}
	case broker.Dutch:
		return budgetWords{
			title: "Het budget van deze maand is bijna op",
			body:  "%s heeft deze maand %s euro uitgegeven aan het versturen van berichten, van de %s euro in het communicatieplan. Tot het einde van de maand vertrekt wat niet dringend is per e-mail of als melding naar wie die heeft; de anderen krijgen nog altijd een sms of een oproep. Waarschuwingen vertrekken zoals altijd. Is dat te weinig, pas dan het budget in het plan aan.",
			comma: ",",
		}
	case broker.German:
		return budgetWords{
			title: "Das Budget dieses Monats ist fast verbraucht",
			body:  "%s hat in diesem Monat %s Euro für den Versand von Nachrichten ausgegeben, von den %s Euro im Kommunikationsplan. Bis zum Monatsende geht, was nicht dringend ist, per E-Mail oder als Mitteilung an alle, die das haben; die anderen bekommen weiterhin eine SMS oder einen Anruf. Warnungen werden gesendet wie immer. Wenn das zu wenig ist, ändern Sie das Budget im Plan.",
			comma: ",",
		}
	}
	return budgetWords{
		title: "This month's budget is nearly spent",
		body:  "%s has spent EUR %s on sending messages this month, of the EUR %s in its communication plan. Until the end of the month, what is not urgent goes by email or notification to those who have one; the others still get an SMS or a call. Alerts go as always. If that is too little, change the budget in the plan.",
		comma: ".",
	}
}
