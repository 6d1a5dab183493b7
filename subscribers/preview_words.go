package subscribers

import (
	"strconv"
	"strings"
	"time"

	"relais/broker"
)

// SayPreview tells a coordinator that an infoflash can be read before it leaves
// at an instant, which is read in the location that it is in.
func SayPreview(lang broker.Lang, leaves time.Time, messages, people int) broker.Text {
	w := previewWordsIn(lang)
	said := strings.NewReplacer(
		"{time}", leaves.Format(w.clock),
		"{messages}", count(messages, w.message),
		"{people}", count(people, w.person),
		"{max}", strconv.Itoa(MaxCover),
	)
	return broker.Text{Title: said.Replace(w.title), Body: said.Replace(w.body)}
}

type previewWords struct {
	clock, title, body string
	message, person    [2]string // one, several
}

func previewWordsIn(lang broker.Lang) previewWords {
	switch lang {
	case broker.French:
		return previewWords{
			clock: "02/01 à 15:04", title: "L’infoflash part le {time}",
			body:    "Il contient {messages} pour {people}. Vous pouvez le lire, y ajouter un mot ou le retenir. Si vous ne faites rien, il part.",
			message: [2]string{"message", "messages"}, person: [2]string{"personne", "personnes"},
		}
	case broker.Dutch:
		return previewWords{
			clock: "02/01 om 15:04", title: "De infoflash vertrekt op {time} uur",
			body:    "Hij bevat {messages} voor {people}. U kunt hem lezen, er een woordje aan toevoegen of hem tegenhouden. Als u niets doet, vertrekt hij.",
			message: [2]string{"bericht", "berichten"}, person: [2]string{"persoon", "personen"},
		}
	case broker.German:
		return previewWords{
			clock: "02.01. um 15:04", title: "Der Infoflash geht am {time} Uhr hinaus",
			body:    "Er enthält {messages} für {people}. Sie können ihn lesen, ein Wort hinzufügen oder ihn zurückhalten. Wenn Sie nichts tun, geht er hinaus.",
			message: [2]string{"Nachricht", "Nachrichten"}, person: [2]string{"Person", "Personen"},
		}
	}
	return previewWords{
		clock: "2 Jan at 15:04", title: "The infoflash leaves on {time}",
		body:    "It holds {messages} for {people}. You can read it, add a word or hold it. If you do nothing, it leaves.",
		message: [2]string{"message", "messages"}, person: [2]string{"person", "people"},
	}
}
