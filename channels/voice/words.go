package voice

import (
	"embed"
	"encoding/json"
	"fmt"

	"relais/broker"
)

//go:embed words/*.json
var wordFiles embed.FS

// spoken are the sentences that only a call needs, in one language.
type spoken struct {
	Hello         string `json:"hello"`         // who calls and why; %s is the partnership
	HelloApprover string `json:"helloApprover"` // the same, to an approver
	Decide        string `json:"decide"`        // how an approver answers, for a call takes no decision
	More          string `json:"more"`          // the text was cut
	Keys          string `json:"keys"`
	Again         string `json:"again"`
	Thanks        string `json:"thanks"`
	Bye           string `json:"bye"`
}

func loadSpoken() (map[broker.Lang]spoken, error) {
	all := make(map[broker.Lang]spoken)
	for _, lang := range broker.Langs() {
		data, err := wordFiles.ReadFile("words/" + string(lang) + ".json")
		if err != nil {
			return nil, fmt.Errorf("read what calls say: %w", err)
		}
		var words spoken
		if err := json.Unmarshal(data, &words); err != nil {
			return nil, fmt.Errorf("read what calls say in %s: %w", lang, err)
		}
		all[lang] = words
	}
	return all, nil
}
