package voice

import (
	"encoding/xml"
	"errors"
	"fmt"
	"sort"
	"unicode/utf16"

	"relais/broker"
	"relais/channels"
)

// maxTwiML is the most that Twilio takes within a request, in characters
// (Call resource, Twiml); counted in UTF-16 units, which are never fewer.
const maxTwiML = 4000

// The verbs that a call needs (https://www.twilio.com/docs/voice/twiml).
type (
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
	say struct {
		XMLName xml.Name `xml:"Say"`
		Lang    string   `xml:"language,attr"`
		Voice   string   `xml:"voice,attr,omitempty"`
		Text    string   `xml:",chardata"`
	}
	pause struct {
		XMLName xml.Name `xml:"Pause"`
		Length  int      `xml:"length,attr"` // seconds
	}
	gather struct {
		XMLName xml.Name `xml:"Gather"`
		Input   string   `xml:"input,attr"`
		Digits  int      `xml:"numDigits,attr"`
		Timeout int      `xml:"timeout,attr"` // seconds after the last word
		Action  string   `xml:"action,attr"`
		Method  string   `xml:"method,attr"`
		Verbs   []any
	}
	hangup struct {
		XMLName xml.Name `xml:"Hangup"`
	}
)

const (
	keyPatience = 8 // seconds that somebody has to find the key
	breath      = 2 // seconds before the message is repeated
)

// call is the whole call in TwiML: the message, as often as asked and as fits,
// then whom to call when it is urgent. A body that is too long even once is
// cut, and the call says so. action takes the keys; without one there are none.
func (s speaker) call(c *channels.Content, action string) (string, error) {
	p := s.parts(c)
	for times := max(1, s.repeats); times > 0; times-- {
		text, err := encode(s.verbs(c.Lang, p, times, action))
		if err != nil || fits(text) {
			return text, err
		}
	}
	body := []rune(p.body)
	shortened := func(n int) (string, error) {
		p.body = cut(body, len(body)-n, s.spoken[c.Lang].More)
		return encode(s.verbs(c.Lang, p, 1, action))
	}
	drop := sort.Search(len(body), func(n int) bool {
		text, err := shortened(n)
		return err != nil || fits(text)
	})
	text, err := shortened(drop)
	if err == nil && !fits(text) {
		err = errors.New("the call is too long for the provider, even without the message's text")
	}
	return text, err
}

func fits(twiml string) bool { return len(utf16.Encode([]rune(twiml))) <= maxTwiML }

func (s speaker) verbs(lang broker.Lang, p part, times int, action string) []any {
	message := join(p.head, p.body, p.foot)
	if action != "" {
		message = join(message, s.spoken[lang].Keys)
	}
	said := []any{s.say(lang, join(p.hello, message))}
	for range times - 1 {
		said = append(said, pause{Length: breath}, s.say(lang, join(s.spoken[lang].Again, message)))
	}
	if action != "" {
		said = []any{gather{Input: "dtmf", Digits: 1, Timeout: keyPatience, Action: action, Method: "POST", Verbs: said}}
	}
	return append(said, s.end(lang)...)
}

// end is how every call ends (PLP.md, rule 1).
func (s speaker) end(lang broker.Lang) []any {
	return []any{s.say(lang, join(s.spoken[lang].Bye, s.words[lang].Emergency)), hangup{}}
}

// thanks answers the key that confirms.
func (s speaker) thanks(lang broker.Lang) (string, error) {
	return encode(append([]any{s.say(lang, s.spoken[lang].Thanks)}, s.end(lang)...))
}

func (s speaker) say(lang broker.Lang, text string) say {
	return say{Lang: locale(lang), Voice: s.voices[lang], Text: text}
}

// locale is a language as it is spoken in Belgium, where a voice speaks it so.
func locale(lang broker.Lang) string {
	switch lang {
	case broker.French:
		return "fr-FR"
	case broker.Dutch:
		return "nl-BE"
	case broker.German:
		return "de-DE"
	}
	return "en-GB"
}

func encode(verbs []any) (string, error) {
	text, err := xml.Marshal(response{Verbs: verbs})
	if err != nil {
		return "", fmt.Errorf("write TwiML: %w", err)
	}
	return xml.Header + string(text), nil
}
