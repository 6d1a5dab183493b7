package voice

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"relais/channels"
)

// perSecond is how many characters a voice reads in a second, at the pace of
// a newsreader.
const perSecond = 14

// Preview returns what a call to a delivery says, as often as it says it, and
// about how long that takes for somebody who listens to the end and presses no
// key. It calls nobody.
func Preview(cfg Config, words channels.WordsByLang, c *channels.Content) (said string, lasts time.Duration, err error) {
	s, err := newSpeaker(cfg, words)
	if err != nil {
		return "", 0, err
	}
	text, err := s.call(c, "https://relais.example"+callbackPath)
	if err != nil {
		return "", 0, err
	}
	if said, err = heard(text); err != nil {
		return "", 0, err
	}
	return said, length(text, said), nil
}

func length(twiml, said string) time.Duration {
	pauses := strings.Count(twiml, "<Pause ")*breath + keyPatience
	return time.Duration(utf8.RuneCountInString(said)/perSecond+pauses) * time.Second
}

// minutes is how many a call begins that says all of it, for that is how calls
// are paid. One that nobody answers costs nothing: a missed attempt takes it back.
func minutes(twiml string) int {
	said, err := heard(twiml)
	if err != nil {
		return 1 // it is ours, and well formed
	}
	return int((length(twiml, said) + time.Minute - 1) / time.Minute)
}

// heard is what is spoken of a TwiML document, without its verbs.
func heard(twiml string) (string, error) {
	var said []string
	for d := xml.NewDecoder(strings.NewReader(twiml)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(said, "\n"), nil
		}
		if err != nil {
			return "", err
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			said = append(said, strings.TrimSpace(string(text)))
		}
	}
}
