package voice

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func testSpeaker(t testing.TB) speaker {
	t.Helper()
	s, err := newSpeaker(Default(), loadWords(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const testAction = testBase + "/callbacks/voice/id/1/fr/key"

// outline reads TwiML strictly and lists its elements in order, as Gather>Say.
func outline(t testing.TB, twiml string) (elements []string, attributes map[string]string) {
	t.Helper()
	var open []string
	attributes = make(map[string]string)
	for d := xml.NewDecoder(strings.NewReader(twiml)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, attributes
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, twiml)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			elements = append(elements, strings.Join(open[1:], ">"))
			for _, a := range token.Attr {
				attributes[token.Name.Local+"."+a.Name.Local] = a.Value
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1] != "Say" {
				t.Errorf("text outside of Say: %q", token)
			}
		case xml.Comment, xml.Directive:
			t.Errorf("got %T", token)
		}
	}
}

func TestCallInEveryLanguageAndPurpose(t *testing.T) {
	s := testSpeaker(t)
	locales := map[broker.Lang]string{broker.French: "fr-FR", broker.Dutch: "nl-BE", broker.German: "de-DE", broker.English: "en-GB"}
	for _, purpose := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
		for _, lang := range broker.Langs() {
			t.Run(fmt.Sprint(purpose, "/", lang), func(t *testing.T) {
				c := channeltest.Content(purpose, lang)
				twiml, err := s.call(c, testAction)
				if err != nil {
					t.Fatal(err)
				}
				elements, attributes := outline(t, twiml)
				if got, want := strings.Join(elements, " "), " Gather Gather>Say Gather>Pause Gather>Say Say Hangup"; got != want {
					t.Errorf("got%s, want%s", got, want)
				}
				if attributes["Say.language"] != locales[lang] || attributes["Say.voice"] != s.voices[lang] ||
					attributes["Gather.action"] != testAction || attributes["Gather.numDigits"] != "1" || attributes["Gather.method"] != "POST" {
					t.Errorf("got attributes %v", attributes)
				}
				said, err := heard(twiml)
				if err != nil {
					t.Fatal(err)
				}
				lines := strings.Split(said, "\n")
				emergency := s.words[lang].Emergency
				if !strings.HasSuffix(lines[len(lines)-1], emergency) || strings.Count(said, emergency) != 3 {
					t.Errorf("the call does not end with %q, or does not say it each time:\n%s", emergency, said)
				}
				for _, want := range []string{"Quartier des Tilleuls", s.spoken[lang].Keys} {
					if !strings.Contains(lines[0], want) {
						t.Errorf("the call does not begin with %q:\n%s", want, lines[0])
					}
				}
				if strings.Contains(said, "https://") {
					t.Errorf("the call reads a link aloud:\n%s", said)
				}
				if strings.Contains(said, "%!") || strings.Contains(said, "..") {
					t.Errorf("the call has a broken sentence:\n%s", said)
				}
			})
		}
	}
}

func TestCallSaysEverythingThatItsPurposeHas(t *testing.T) {
	s := testSpeaker(t)
	for purpose, words := range map[channels.Purpose][]string{
		channels.ForMember: {"titre-7f3a1c", "corps-2b9e44. N'intervenez", "note-c0ffee11", "Ajouté par votre coordinateur", "Alerte."},
		channels.Ask:       {"titre-7f3a1c", "ne peut pas être prise par téléphone"},
		channels.Notice:    {"titre-7f3a1c", "issue-90be77"},
		channels.Digest:    {"point-a83f02", "detail-d41d8c", "ajout-77aa31", "point-be12f9", "detail-e99a18"},
	} {
		said, _, err := Preview(Default(), loadWords(t), channeltest.Content(purpose, broker.French))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if strings.Count(said, word) != s.repeats {
				t.Errorf("%s: %q is said %d times, want %d:\n%s", purpose, word, strings.Count(said, word), s.repeats, said)
			}
		}
	}
}

// TestHostileTexts: what the police, a coordinator or a partnership's file
// brings is read aloud and never becomes a verb, and hides nothing.
func TestHostileTexts(t *testing.T) {
	s := testSpeaker(t)
	plain, err := s.call(channeltest.Content(channels.ForMember, broker.French), testAction)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := outline(t, plain)
	for name, text := range map[string]string{
		"closes the verb":    `</Say><Dial>+32900123456</Dial><Say>`,
		"closes the call":    `</Say></Gather></Response><Response><Redirect>https://evil.example</Redirect>`,
		"CDATA":              `<![CDATA[x]]> ]]></Say><Hangup/>`,
		"entity":             `<!DOCTYPE x [<!ENTITY e "y">]> &e; &lt;Dial&gt; &#60;Dial/>`,
		"comment":            `<!-- --><Play>https://evil.example/a.mp3</Play>`,
		"processing":         `<?xml version="1.0"?><Reject/>`,
		"SSML":               `<break time="3600s"/><audio src="https://evil.example"/>`,
		"quotes and amp":     `"A" & 'B' <C>`,
		"control characters": "a\x00b\x08c\x1bd\x7fe\u0085f",
		"not a character":    "a\ufffeb\uffffc\U0001fffed",
		"broken UTF-8":       "a\xff\xfeb",
		"right to left":      "Appelez le \u202e101\u202c et \u2067112\u2069",
		"zero width":         "mai\u200bson\u200d\ufeff\u2060\u00adA",
		"private use":        "a\ue000b",
		"line separators":    "un\u2028deux\u2029trois\r\nquatre",
	} {
		t.Run(name, func(t *testing.T) {
			c := channeltest.Content(channels.ForMember, broker.French)
			c.Title, c.Body, c.Note, c.Partnership = text, text, text, text
			twiml, err := s.call(c, testAction)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := outline(t, twiml); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("got %v, want %v", got, want)
			}
			said, err := heard(twiml)
			if err != nil {
				t.Fatal(err)
			}
			if hidden := regexp.MustCompile(`\p{C}|\x{fffd}`).FindString(strings.ReplaceAll(said, "\n", " ")); hidden != "" {
				t.Errorf("%+q is left in what is said: %q", hidden, said)
			}
		})
	}
}

// TestLongTexts: a call always fits; first it is said less often, then cut
// where a word ends, and says so.
func TestLongTexts(t *testing.T) {
	s := testSpeaker(t)
	for _, letter := range []string{"a", "é", "'", "&", "😀"} {
		for _, n := range []int{0, 100, 400, 800, 900, 1200, 2000, 4000, 20000} {
			c := channeltest.Content(channels.ForMember, broker.French)
			c.Body = strings.TrimSpace(strings.Repeat(strings.Repeat(letter, 9)+" ", n/10))
			twiml, err := s.call(c, testAction)
			if err != nil {
				t.Fatal(err)
			}
			outline(t, twiml)
			if got := len(utf16.Encode([]rune(twiml))); got > maxTwiML {
				t.Errorf("%d of %s: %d characters", n, letter, got)
			}
			said, _ := heard(twiml)
			whole, cut := strings.Count(said, sentence(c.Body)) > 0, strings.Contains(said, s.spoken[broker.French].More)
			if n > 0 && whole == cut {
				t.Errorf("%d of %s: whole %v, and says that it is cut %v", n, letter, whole, cut)
			}
			if strings.Count(said, s.words[broker.French].Emergency) < 2 {
				t.Errorf("%d of %s: the emergency line was cut", n, letter)
			}
			if cut && len(utf16.Encode([]rune(twiml))) < maxTwiML*3/4 {
				t.Errorf("%d of %s: cut to %d characters, more than needed", n, letter, len(twiml))
			}
		}
	}
	c := channeltest.Content(channels.ForMember, broker.French)
	c.Title, c.Note = strings.Repeat("très long ", 1000), strings.Repeat("& ", 3000)
	if twiml, err := s.call(c, testAction); err != nil || len(utf16.Encode([]rune(twiml))) > maxTwiML {
		t.Errorf("long title and note: %v, %d characters", err, len(twiml))
	}
}

func TestCallWithoutCallbacksOffersNoKeys(t *testing.T) {
	s := testSpeaker(t)
	twiml, err := s.call(channeltest.Content(channels.ForMember, broker.Dutch), "")
	if err != nil {
		t.Fatal(err)
	}
	if elements, _ := outline(t, twiml); strings.Join(elements, " ") != " Say Pause Say Say Hangup" || strings.Contains(twiml, s.spoken[broker.Dutch].Keys) {
		t.Errorf("got %v, want no Gather and no word of keys", elements)
	}
}

func TestWordsAreWholeInEveryLanguage(t *testing.T) {
	spoken, err := loadSpoken()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range broker.Langs() {
		w := spoken[lang]
		for _, text := range []string{w.Hello, w.HelloApprover, w.Decide, w.More, w.Keys, w.Again, w.Thanks, w.Bye} {
			if text == "" || sentence(text) != text {
				t.Errorf("%s: %q is empty or no whole sentence", lang, text)
			}
		}
		if strings.Count(w.Hello, "%s") != 1 || strings.Count(w.HelloApprover, "%s") != 1 || !strings.Contains(w.Keys, "1") || !strings.Contains(w.Keys, "9") {
			t.Errorf("%s: a greeting without the partnership, or a key missing", lang)
		}
	}
}

func TestPreviewLength(t *testing.T) {
	said, length, err := Preview(Default(), loadWords(t), channeltest.Content(channels.ForMember, broker.French))
	if err != nil {
		t.Fatal(err)
	}
	if seconds := length.Seconds(); seconds < 40 || seconds > 120 {
		t.Errorf("%.0f seconds for %d characters, said twice", seconds, len(said))
	}
}
