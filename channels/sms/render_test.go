package sms

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

func TestRender(t *testing.T) {
	words := loadWords(t)
	links := channels.Links{Decide: "https://relais.be/a/1", Open: "https://relais.be/m/1", Unsubscribe: "https://relais.be/u/1"}
	alert := channels.Content{
		Purpose: channels.ForMember, Lang: broker.French, Partnership: "Quartier des Tilleuls", Tag: "PLP Tilleuls",
		Kind: broker.Alert, Urgency: broker.Immediate, MsgType: broker.TypeAlert,
		Title: "Véhicule suspect", Body: "Une camionnette blanche tourne rue des Érables.\nN'intervenez pas.",
	}
	for name, tt := range map[string]struct {
		change func(c *channels.Content)
		links  channels.Links
		want   string
	}{
		"alert": {func(*channels.Content) {}, channels.Links{},
			"PLP Tilleuls ALERTE : Véhicule suspect\nUne camionnette blanche tourne rue des Érables.\nN'intervenez pas.\nUrgent ? Appelez le 101 (police) ou le 112."},
		"alert with note; no link, for the text is whole": {func(c *channels.Content) { c.Note = "Le parc est\nfermé." }, links,
			"PLP Tilleuls ALERTE : Véhicule suspect\nUne camionnette blanche tourne rue des Érables.\nN'intervenez pas.\nAjouté par votre coordinateur : Le parc est fermé.\nUrgent ? Appelez le 101 (police) ou le 112."},
		"our words give way to keep GSM-7": {func(c *channels.Content) {
			c.Kind, c.Urgency, c.Body = broker.Closing, broker.Expected, "Tout va bien."
		}, channels.Links{}, "PLP Tilleuls Cloture : Véhicule suspect\nTout va bien.\nUrgent ? Appelez le 101 (police) ou le 112."},
		"our words stay where nothing is won": {func(c *channels.Content) {
			c.Kind, c.Urgency, c.Body = broker.Closing, broker.Expected, "Être prudent."
		}, channels.Links{}, "PLP Tilleuls Clôture : Véhicule suspect\nÊtre prudent.\nUrgent ? Appelez le 101 (police) ou le 112."},
		"no capitals that cost more": {func(c *channels.Content) { c.Kind, c.Body = broker.Appeal, "Vu ?" }, channels.Links{},
			"PLP Tilleuls Appel à témoins : Véhicule suspect\nVu ?\nUrgent ? Appelez le 101 (police) ou le 112."},
		"correction": {func(c *channels.Content) { c.MsgType, c.Body = broker.TypeUpdate, "Camionnette grise." }, channels.Links{},
			"PLP Tilleuls ALERTE - Correction : Véhicule suspect\nCamionnette grise.\nUrgent ? Appelez le 101 (police) ou le 112."},
		"withdrawn, in Dutch": {func(c *channels.Content) {
			c.Lang, c.Tag, c.MsgType, c.Title, c.Body = broker.Dutch, "BIN Linde", broker.TypeCancel, "Verdacht voertuig", "Vals alarm."
		}, channels.Links{}, "BIN Linde WAARSCHUWING - Ingetrokken: Verdacht voertuig\nVals alarm.\nDringend? Bel 101 (politie) of 112."},
		"question": {func(c *channels.Content) { c.Purpose, c.Rule = channels.Ask, "Le coordinateur décide." }, links,
			"PLP Tilleuls : La police vous demande de transmettre ceci\nVéhicule suspect\nUrgent ? Appelez le 101 (police) ou le 112.\nLire et décider : https://relais.be/a/1"},
		"question without link": {func(c *channels.Content) { c.Purpose = channels.Ask }, channels.Links{Open: links.Open},
			"PLP Tilleuls : La police vous demande de transmettre ceci\nVéhicule suspect\nUrgent ? Appelez le 101 (police) ou le 112."},
		"notice": {func(c *channels.Content) { c.Purpose, c.Outcome = channels.Notice, "Envoyé à 58 membres." }, channels.Links{},
			"PLP Tilleuls : Envoyé à 58 membres.\nVéhicule suspect\nUrgent ? Appelez le 101 (police) ou le 112."},
		"digest, in German": {func(c *channels.Content) {
			c.Purpose, c.Lang, c.Tag, c.Body = channels.Digest, broker.German, "LPP Linden", ""
			c.Items = []channels.Item{{Title: "Einbruchzeit"}, {Title: "Treffen am 3. Dezember"}}
		}, links, "LPP Linden Infoflash\n- Einbruchzeit\n- Treffen am 3. Dezember\nDringend? Rufen Sie 101 (Polizei) oder 112 an.\nhttps://relais.be/m/1"},
		"several partnerships have no one tag": {func(c *channels.Content) {
			c.Purpose, c.Lang, c.Tag, c.Partnership, c.Body = channels.Digest, broker.English, "", "Linden, Centre", ""
			c.Items = []channels.Item{{Title: "Beware of scams"}}
		}, channels.Links{}, "Linden, Centre Infoflash\n- Beware of scams\nUrgent? Call 101 (police) or 112."},
		"nothing hidden": {func(c *channels.Content) {
			c.Tag, c.Title = "PLP\nTilleuls\x00", "Véhicule\r\nsus\u200bpect\u202e\x1b[31m"
			c.Body, c.Note = "19\u00a0h\t30\r\ne\u0301te\u0301\x07\x0c", "a\nUrgent ? 0900"
		}, channels.Links{}, "PLP Tilleuls ALERTE : Véhicule suspect[31m\n19 h 30\nété\nAjouté par votre coordinateur : a Urgent ? 0900\nUrgent ? Appelez le 101 (police) ou le 112."},
	} {
		t.Run(name, func(t *testing.T) {
			c := alert
			tt.change(&c)
			got := renderer{words: words}.render(&c).splice(tt.links)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// An accent goes where the plan lets it and a part is saved: not in what
// GSM-7 writes, not where it fits all the same, not beside an emoji that makes
// the text dear anyhow.
func TestAccentsGoWhereThatSavesAPart(t *testing.T) {
	const urgent = "\nUrgent ? Appelez le 101 (police) ou le 112." // with what is before the title 58 of an SMS
	for name, tt := range map[string]struct {
		title  string
		asIs   bool // the plan says nothing of accents
		want   string
		number int
	}{
		"one part of 70":              {title: strings.Repeat("ê", 12), want: "PLP Clôture : " + strings.Repeat("ê", 12), number: 1},
		"71, the plan keeps them":     {title: strings.Repeat("ê", 13), asIs: true, want: "PLP Clôture : " + strings.Repeat("ê", 13), number: 2},
		"71":                          {title: strings.Repeat("ê", 13), want: "PLP Cloture : " + strings.Repeat("e", 13), number: 1},
		"one part of 160":             {title: strings.Repeat("ê", 102), want: "PLP Cloture : " + strings.Repeat("e", 102), number: 1},
		"161":                         {title: strings.Repeat("ê", 103), want: "PLP Cloture : " + strings.Repeat("e", 103), number: 2},
		"an emoji":                    {title: "🚨" + strings.Repeat("ê", 13), want: "PLP Clôture : 🚨" + strings.Repeat("ê", 13), number: 2},
		"é is GSM-7, our word is not": {title: strings.Repeat("é", 102), want: "PLP Cloture : " + strings.Repeat("é", 102), number: 1},
		"signs that GSM-7 spells":     {title: "L’enquête est clôturée…", want: "PLP Cloture : L'enquete est cloturée...", number: 1},
	} {
		c := channels.Content{Purpose: channels.ForMember, Lang: broker.French, Tag: "PLP", Kind: broker.Closing, Title: tt.title, Cheaply: !tt.asIs}
		got := renderer{words: loadWords(t)}.render(&c).text
		if diff := cmp.Diff(tt.want+urgent, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if n := Count(got).Parts; n != tt.number {
			t.Errorf("%s: %d parts, want %d", name, n, tt.number)
		}
	}
}

// TestLongTextKeepsWhatMatters: Twilio takes 1600 characters, the police may
// write 2000; the number to call and the link are never what is cut.
func TestLongTextKeepsWhatMatters(t *testing.T) {
	link := "https://relais.be/m/" + strings.Repeat("k", 35)
	for name, body := range map[string]string{
		"words":    strings.Repeat("abcdefghi ", 200),
		"one word": strings.Repeat("é", 2000),
		"emoji":    strings.Repeat("🚨", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			c := channels.Content{Purpose: channels.ForMember, Lang: broker.Dutch, Tag: "BIN", Kind: broker.Alert,
				Title: strings.Repeat("t", broker.MaxTitle), Body: body, Note: strings.Repeat("n ", 400)}
			got := renderer{words: loadWords(t)}.render(&c).splice(channels.Links{Open: link})
			most := maxText - linkRoom + length("\n"+link)
			if n := length(got); n > most || n < most-20 {
				t.Errorf("got %d units, want at most %d and not much less", n, most)
			}
			if want := " ...\nDringend? Bel 101 (politie) of 112.\n" + link; !strings.HasSuffix(got, want) {
				t.Errorf("got end %q, want %q", got[len(got)-80:], want)
			}
		})
	}
}

func TestEveryWordIsThere(t *testing.T) {
	words := loadWords(t)
	for _, lang := range broker.Langs() {
		for _, kind := range broker.Kinds() {
			c := channels.Content{Lang: lang, Tag: "T", Kind: kind, Title: "t", Body: "b"}
			got := renderer{words: words}.render(&c).text
			if !strings.Contains(got, words[lang].Emergency) || strings.HasPrefix(got, "T :") || strings.HasPrefix(got, "T:") {
				t.Errorf("%s %s: got %q", lang, kind, got)
			}
			if !isGSM(got) {
				t.Errorf("%s %s: our words alone make %q cost double", lang, kind, got)
			}
		}
	}
}

func TestTextsAreNotTakenForOneAnother(t *testing.T) {
	c := newCache(renderer{words: loadWords(t)})
	var working sync.WaitGroup
	for worker := range 8 {
		working.Go(func() {
			for i := range 2 * keptTexts {
				content := &channels.Content{Key: fmt.Sprint(i), Lang: broker.English, Tag: "T", Kind: broker.Info, Title: fmt.Sprint("title ", i), Body: "b"}
				if got := c.text(channels.Delivery{Content: content}); !strings.Contains(got, fmt.Sprintf("title %d\n", i)) {
					t.Errorf("worker %d: content %d got the text of another", worker, i)
				}
			}
		})
	}
	working.Wait()
}

func loadWords(t testing.TB) channels.WordsByLang {
	t.Helper()
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	return words
}
