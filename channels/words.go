package channels

import (
	"embed"
	"encoding/json"
	"fmt"

	"relais/broker"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words are the sentences that every channel says alike, in one language.
type Words struct {
	Emergency string                 `json:"emergency"` // PLP.md, rule 1
	Note      string                 `json:"note"`      // marks the coordinator's own words
	AskTitle  string                 `json:"askTitle"`
	AskLink   string                 `json:"askLink"`
	AskReply  string                 `json:"askReply"`    // how to answer by SMS; %[1]s is the code
	ToPreview string                 `json:"previewLink"` // of an infoflash that has not left
	Update    string                 `json:"update"`
	Cancel    string                 `json:"cancel"`
	Infoflash string                 `json:"infoflash"`
	Leave     string                 `json:"leave"`
	Why       string                 `json:"why"` // why somebody receives this; %s is the partnership
	Kinds     map[broker.Kind]string `json:"kinds"`

	// Where there is more room than in an SMS.
	Pair        string `json:"pair"`        // a label and what it labels, each %s
	OpenPage    string `json:"openPage"`    // the message as a page
	Enter       string `json:"enter"`       // to the desk or the coordinator's pages
	Read        string `json:"read"`        // the same on a small button
	Call        string `json:"call"`        // on a button that leads to the emergency numbers
	PoliceWrote string `json:"policeWrote"` // marks the police's text in a question to an approver
	Picture     string `json:"picture"`     // before what a picture shows, where it cannot be seen
	Notice      string `json:"notice"`      // heads word of what became of a message
	WhyApprover string `json:"whyApprover"` // why an approver receives this; %s is the partnership
}

// WordsByLang is the catalogue that a channel's constructor loads once.
type WordsByLang map[broker.Lang]Words

// LoadWords reads the catalogue that is built into the program.
func LoadWords() (WordsByLang, error) {
	all := make(WordsByLang)
	for _, lang := range broker.Langs() {
		data, err := wordFiles.ReadFile("words/" + string(lang) + ".json")
		if err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		var words Words
		if err := json.Unmarshal(data, &words); err != nil {
			return nil, fmt.Errorf("read words in %s: %w", lang, err)
		}
		all[lang] = words
	}
	return all, nil
}
