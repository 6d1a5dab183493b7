package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"relais/broker"
)

//go:embed texts/*.json
var textFiles embed.FS

// sentences are the texts of the pages in one language, by key. What stands
// between braces is replaced. A key that ends in ".one" is for a count that
// takes the singular, ".other" for the rest.
type sentences map[string]string

type catalogue map[broker.Lang]sentences

func loadTexts() (catalogue, error) {
	all := make(catalogue)
	for _, lang := range broker.Langs() {
		data, err := textFiles.ReadFile("texts/" + string(lang) + ".json")
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		var s sentences
		if err := json.Unmarshal(data, &s); err != nil {
			return nil, fmt.Errorf("read texts in %s: %w", lang, err)
		}
		all[lang] = s
	}
	return all, nil
}

// say returns the sentence of a key with "name", value pairs filled in. A key
// without sentence shows itself; texts_test.go sees to it that none does.
func (s sentences) say(key string, pairs ...any) string {
	text, ok := s[key]
	if !ok {
		return "[" + key + "]"
	}
	return fill(text, pairs)
}

// fill puts values where their names stand between braces; other braces stay.
// It is called a thousand times for some pages (a strings.Replacer of its own for
// each was a quarter of all that the desk allocated).
func fill(text string, pairs []any) string {
	var filled strings.Builder
	for {
		before, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		filled.WriteString(before)
		if !opened {
			return filled.String()
		}
		value, known := valueOf(name, pairs)
		if !closed || !known {
			filled.WriteString("{")
			text = rest
			continue
		}
		fmt.Fprint(&filled, value)
		text = after
	}
}

func valueOf(name string, pairs []any) (value any, known bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return nil, false
}

// plural is the ending of the key for a count: French says "0 membre", the
// others "0 Mitglieder" (CLDR, plural rules).
func plural(lang broker.Lang, n int) string {
	if n == 1 || n == 0 && lang == broker.French {
		return ".one"
	}
	return ".other"
}
