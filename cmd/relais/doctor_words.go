package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"relais/broker"
)

//go:embed doctor/*.json
var doctorFiles embed.FS

// doctorWords are what the doctor says in one language. A key with .do at its
// end is the remedy for the one without.
type doctorWords map[string]string

func loadDoctorWords(lang broker.Lang) (doctorWords, error) {
	data, err := doctorFiles.ReadFile("doctor/" + string(lang) + ".json")
	if err != nil {
		return nil, fmt.Errorf("read the doctor's words: %w", err)
	}
	var words doctorWords
	if err := json.Unmarshal(data, &words); err != nil {
		return nil, fmt.Errorf("read the doctor's words in %s: %w", lang, err)
	}
	return words, nil
}

// tell says one thing; nothing for a key that has no words. A value that is a
// key itself, as a cause, is put into words too.
func (w doctorWords) tell(key string, with map[string]string) string {
	var places []string
	for name, value := range with {
		if said, known := w[value]; known {
			value = said
		}
		places = append(places, "{"+name+"}", value)
	}
	return strings.NewReplacer(places...).Replace(w[key])
}

func (w doctorWords) state(s findingState) string { return w["state."+string(s)] }

// width is that of the widest state, so that lines stand below each other.
func (w doctorWords) width() (n int) {
	for _, s := range []findingState{findingOK, findingWarning, findingBroken} {
		n = max(n, utf8.RuneCountInString(w.state(s)))
	}
	return n
}
