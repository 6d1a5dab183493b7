package web

import (
	"regexp"
	"slices"
	"strings"

	"relais/broker"
	"relais/subscribers"
)

// example is a neutral text for a kind, in a language of members. What stands
// in brackets is for the officer to replace. It holds no character that makes
// an SMS cost more.
func (c catalogue) example(kind broker.Kind, lang broker.Lang) broker.Text {
	said := c[lang]
	return broker.Text{Title: said.say("example." + string(kind) + ".title"), Body: said.say("example." + string(kind) + ".body")}
}

// exampled puts examples into the languages of a zone.
func (c catalogue) exampled(f form, partnerships []subscribers.Partnership) form {
	f.Texts = make(map[broker.Lang]broker.Text)
	for _, lang := range broker.Langs() {
		if slices.ContainsFunc(partnerships, func(p subscribers.Partnership) bool { return slices.Contains(p.Languages, lang) }) {
			f.Texts[lang] = c.example(f.Kind, lang)
		}
	}
	return f
}

// brackets finds the places of an example that an officer fills in.
func brackets(text string) []string {
	return regexp.MustCompile(`\[[^\[\]]+\]`).FindAllString(text, -1)
}

// Bracketed says whether something in brackets is left in a text.
func (p composePage) Bracketed() bool {
	for _, text := range p.Form.Texts {
		if len(brackets(text.Title+text.Body)) > 0 {
			return true
		}
	}
	return false
}

// noteBrackets finds fault with what an example left to fill in and nobody did.
// Brackets of the officer's own are none.
func (c catalogue) noteBrackets(f form, wrong faults) {
	for lang, text := range f.Texts {
		example := c.example(f.Kind, lang)
		places := append(brackets(example.Title), brackets(example.Body)...)
		for field, said := range map[string]string{"title.": text.Title, "body.": text.Body} {
			open := slices.ContainsFunc(places, func(place string) bool { return strings.Contains(said, place) })
			if _, known := wrong[field+string(lang)]; open && !known {
				wrong[field+string(lang)] = "fault.brackets"
			}
		}
	}
}
