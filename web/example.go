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
func (c catalogue) noteBrackets(f form, wrong faults) { wrong.noteLeft(c.unfilled(f.Kind, f.Texts)) }

func (wrong faults) noteLeft(left []broker.Fault) {
	for _, one := range left {
		field, _ := formField(one.Field)
		if _, known := wrong[field]; !known {
			wrong[field] = "fault.brackets"
		}
	}
}

// Unfilled finds what an example of ours left to fill in and nobody did, for
// those who publish without the form; nil: nothing.
func Unfilled(m broker.Message) (*broker.Fault, error) {
	texts, err := loadTexts()
	if err != nil {
		return nil, err
	}
	return texts.firstUnfilled(m), nil
}

func (c catalogue) firstUnfilled(m broker.Message) *broker.Fault {
	if left := c.unfilled(m.Kind, m.Texts); len(left) > 0 {
		return &left[0]
	}
	return nil
}

func (c catalogue) unfilled(kind broker.Kind, texts map[broker.Lang]broker.Text) []broker.Fault {
	examples := make(map[broker.Lang]broker.Text)
	for _, lang := range broker.Langs() {
		examples[lang] = c.example(kind, lang)
	}
	return leftOf(examples, texts)
}

// leftOf finds the places of texts to begin with that still stand in those that
// were made of them.
func leftOf(begun, texts map[broker.Lang]broker.Text) []broker.Fault {
	var found []broker.Fault
	for _, lang := range broker.Langs() {
		places := append(brackets(begun[lang].Title), brackets(begun[lang].Body)...)
		for _, part := range []struct{ name, said string }{{"title", texts[lang].Title}, {"body", texts[lang].Body}} {
			i := slices.IndexFunc(places, func(place string) bool { return strings.Contains(part.said, place) })
			if i >= 0 {
				found = append(found, broker.Fault{Field: "texts." + string(lang) + "." + part.name,
					Problem: "still holds " + places[i] + " of the example", Remedy: "put in its place what it stands for"})
			}
		}
	}
	return found
}
