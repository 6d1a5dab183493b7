package sandbox

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"

	"golang.org/x/text/language"

	"relais/broker"
)

//go:embed words/*.json words/faults/*.json words/write/*.json
var wordFiles embed.FS

// labels are the outbox page's own words, in one language.
type labels struct {
	Title         string            `json:"title"`
	Tagline       string            `json:"tagline"`
	All           string            `json:"all"`
	SMS           string            `json:"sms"`
	Email         string            `json:"email"`
	Push          string            `json:"push"`
	Voice         string            `json:"voice"`
	Heard         map[string]string `json:"heard"` // who answered a call
	Recipient     string            `json:"recipient"`
	RecipientHint string            `json:"recipientHint"`
	Write         string            `json:"write"` // leads to the page that writes to Relais
	Show          string            `json:"show"`
	Everyone      string            `json:"everyone"`
	None          string            `json:"none"`
	Connecting    string            `json:"connecting"`
	Live          string            `json:"live"`
	Lost          string            `json:"lost"`
	To            string            `json:"to"`
	Phone         string            `json:"phone"`
	Parts         string            `json:"parts"` // %d
	Replaced      string            `json:"replaced"`
	NoSubject     string            `json:"noSubject"`
	MailBody      string            `json:"mailBody"`
	Whole         string            `json:"whole"`
	Details       string            `json:"details"`
	Language      string            `json:"language"`
	Shown         string            `json:"shown"` // %d
}

// texts are the labels in every language, and the choice among them.
type texts struct {
	by      map[broker.Lang]labels
	faults  map[broker.Lang]map[string]string // the sentences of the page that sets faults
	write   map[broker.Lang]map[string]string // and of the one that writes to Relais
	matcher language.Matcher
}

func loadTexts() (*texts, error) {
	t := &texts{by: make(map[broker.Lang]labels), faults: make(map[broker.Lang]map[string]string), write: make(map[broker.Lang]map[string]string)}
	var tags []language.Tag
	for _, lang := range broker.Langs() {
		var words labels
		if err := readWords("words/"+string(lang)+".json", &words); err != nil {
			return nil, err
		}
		var faults map[string]string
		if err := readWords("words/faults/"+string(lang)+".json", &faults); err != nil {
			return nil, err
		}
		var write map[string]string
		if err := readWords("words/write/"+string(lang)+".json", &write); err != nil {
			return nil, err
		}
		t.by[lang], t.faults[lang], t.write[lang] = words, faults, write
		tags = append(tags, language.Make(string(lang)))
	}
	t.matcher = language.NewMatcher(tags)
	return t, nil
}

func readWords(file string, into any) error {
	data, err := wordFiles.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the pages' words: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the pages' words in %s: %w", file, err)
	}
	return nil
}

// choose returns the language that the reader chose, else the first of the
// browser's that we have, else otherwise.
func (t *texts) choose(r *http.Request, otherwise broker.Lang) broker.Lang {
	if chosen := broker.Lang(r.URL.Query().Get("lang")); chosen.Valid() {
		return chosen
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return otherwise
	}
	_, index, confidence := t.matcher.Match(wanted...)
	if confidence == language.No {
		return otherwise
	}
	return broker.Langs()[index]
}
