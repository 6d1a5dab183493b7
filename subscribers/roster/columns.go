package roster

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// column is what a column of the list holds.
type column string

// The columns that are read; others are passed over.
const (
	colName     column = "name"
	colFirst    column = "first name"
	colLanguage column = "language"
	colMobile   column = "mobile"
	colPhone    column = "phone"
	colEmail    column = "email"
	colRole     column = "role"
	colChannels column = "channels"
	colPush     column = "push"
)

// headings are the names that people give to columns, in four languages.
func headings() map[string]column {
	names := map[column]string{
		colName: "name nom naam nachname achternaam familienaam familienname nomdefamille famille surname lastname " +
			"membre lid mitglied nomprenom nometprenom prenomnom naamvoornaam naamenvoornaam vornamename vornameundname namevorname fullname volledigenaam",
		colFirst:    "firstname prenom voornaam vorname",
		colLanguage: "language langue taal sprache lang",
		colMobile: "mobile gsm portable handy mobiel mobiltelefon sms cellphone mobilephone gsmnummer gsmnr numerogsm ngsm nogsm " +
			"numeroportable numerodegsm handynummer handynr mobilnummer telefoongsm telephonegsm telephoneportable telephonemobile telefonmobil",
		colPhone:    "phone landline telephone telefoon telefon fixe vast festnetz tel vastelijn lignefixe telefoonnummer telefonnummer numerodetelephone telephonefixe telefoonvast telefonfestnetz rufnummer",
		colEmail:    "email mail courriel adressemail adresseemail emailadres emailadresse mailadresse mailadres adressecourriel emailaddress",
		colRole:     "role rol rolle fonction functie funktion",
		colChannels: "channels canaux kanalen kanale channel preference preferences voorkeur voorkeuren bevorzugt",
		colPush:     "push",
	}
	all := make(map[string]column)
	for col, words := range names {
		for word := range strings.FieldsSeq(words) {
			all[word] = col
		}
	}
	return all
}

// heading reduces a title or a word to its letters, without accents.
func heading(title string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1 // the marks that NFD parts from their letters too
	}, norm.NFD.String(strings.ToLower(title)))
}

// columnOf finds what a title means, with or without what stands in brackets.
func columnOf(title string, known map[string]column) (column, bool) {
	if col, ok := known[heading(title)]; ok {
		return col, true
	}
	before, _, _ := strings.Cut(title, "(")
	col, ok := known[heading(before)]
	return col, ok
}

// columns says where each known column stands.
type columns map[column]int

// readColumns finds the columns by their titles; ignored are titles that mean
// nothing to us.
func readColumns(head record) (found columns, ignored []string, err error) {
	known := headings()
	found = make(columns)
	for i, title := range head.fields {
		col, ok := columnOf(title, known)
		if !ok {
			if title = strings.TrimSpace(title); title != "" {
				ignored = append(ignored, title)
			}
			continue
		}
		if _, twice := found[col]; twice {
			return nil, nil, Faults{{Line: head.line, Field: "column " + title, Problem: fmt.Sprintf("is a second %s", col), Remedy: "keep one of the two"}}
		}
		found[col] = i
	}
	_, mobile := found[colMobile]
	_, phone := found[colPhone]
	_, email := found[colEmail]
	_, push := found[colPush]
	if _, named := found[colName]; !named || !mobile && !phone && !email && !push {
		return nil, nil, Faults{{Line: head.line, Problem: "the first row does not name the columns", Remedy: "title them name (nom, naam, Name) and mobile, phone or email"}}
	}
	return found, ignored, nil
}

// of returns a row's text in a column, empty if it has none. Spreadsheets
// guard numbers as ="0470…" or with an apostrophe; that is taken off.
func (c columns) of(r record, col column) string {
	i, ok := c[col]
	if !ok || i >= len(r.fields) {
		return ""
	}
	text := strings.TrimSpace(r.fields[i])
	if strings.HasPrefix(text, "=") {
		text = strings.Trim(text[1:], `"`)
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "'"))
}
