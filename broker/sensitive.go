package broker

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Sensitive is what could point at a person (PLP.md, rule 2).
type Sensitive string

// What a message may not hold unless the police say why.
const (
	NumberPlate Sensitive = "plate"
	PhoneNumber Sensitive = "phone"   // somebody's own: a mobile, or one abroad
	NameAddress Sensitive = "person"  // a name with an address
	Face        Sensitive = "picture" // a picture that may show somebody, but for who is missing
)

// Finding is something sensitive, and where it stands.
type Finding struct {
	What     Sensitive
	Field    string // the JSON path, "texts.nl.body"
	From, To int    // in bytes of the field; 0 and 0: all of it
}

// Findings lists what could point at a person, in the order of the languages.
// It knows forms, not meaning: what it finds may be harmless, which the police
// say in Override, and what it does not find may not be.
func (m Message) Findings() []Finding {
	var found []Finding
	forms := newForms()
	for _, lang := range Langs() {
		text, ok := m.Texts[lang]
		if !ok {
			continue
		}
		field := "texts." + string(lang)
		found = append(found, forms.in(field+".title", text.Title)...)
		found = append(found, forms.in(field+".body", text.Body)...)
	}
	if m.Picture != nil && m.Kind != Missing {
		found = append(found, Finding{What: Face, Field: "picture"})
	}
	return found
}

// MaxOverride is the longest reason in Override, in characters.
const MaxOverride = 200

// checkSensitive refuses what could point at a person, unless the police say
// why it must (PLP.md, rule 2). The reason is kept with the message.
func checkSensitive(m Message) *Fault {
	if m.Override != "" {
		if strings.TrimSpace(m.Override) == "" || !plainLine(m.Override, MaxOverride) {
			return &Fault{"override", fmt.Sprintf("is blank, longer than %d characters or not one plain line", MaxOverride), "give the reason in a sentence, or leave it out"}
		}
		return nil
	}
	found := m.Findings()
	if len(found) == 0 {
		return nil
	}
	problem := map[Sensitive]string{
		NumberPlate: "holds a number plate", PhoneNumber: "holds somebody's telephone number", NameAddress: "names a person with an address",
		Face: "may show somebody",
	}[found[0].What]
	return &Fault{found[0].Field, problem, "take it out, or give the reason for which it must be there in override"}
}

// forms are what sensitive things look like.
type forms struct{ plate, phone, named *regexp.Regexp }

func newForms() forms {
	return forms{
		plate: regexp.MustCompile(plateForm()),
		phone: regexp.MustCompile(`(?:\+|\b0)\d(?:[ ./()-]{0,2}\d){6,13}\b`),
		named: regexp.MustCompile(namedForm()),
	}
}

func (f forms) in(field, text string) []Finding {
	var found []Finding
	add := func(what Sensitive, spans [][]int) {
		for _, span := range spans {
			found = append(found, Finding{what, field, span[0], span[1]})
		}
	}
	add(NumberPlate, f.plates(text))
	add(PhoneNumber, f.ownPhones(text))
	add(NameAddress, f.named.FindAllStringIndex(text, -1))
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.From, b.From) })
	return found
}

// plateForm has the plates of Belgium since 2010, 1-ABC-123, however they are
// separated, those before it, and those of its neighbours with hyphens.
func plateForm() string {
	return `\b(?:` +
		`(?i:[1-9][-.]?[a-z]{3}[-.]?\d{3})|[1-9] ?[A-Z]{3} ?\d{3}` + // Belgium
		`|[A-Z]{3}-\d{3}|\d{3}-[A-Z]{3}` + // Belgium before 2010
		`|[A-Z]{2}-\d{3}-[A-Z]{2}` + // France
		`|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{2}-[A-Z]{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-\d{2}-\d{2}` + // Netherlands
		`|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}` + // Germany
		`)\b`
}

func (f forms) plates(text string) [][]int {
	return slices.DeleteFunc(f.plate.FindAllStringIndex(text, -1), func(span []int) bool {
		form := text[span[0]:span[1]] // a sum, or a kind of partnership before a day
		return strings.Contains(form, " EUR ") || strings.HasPrefix(form, "PLP-I ") || strings.HasPrefix(form, "BIN-Z ")
	})
}

// ownPhones finds telephone numbers that are likely somebody's own. The land
// lines and free numbers of Belgium are let through: a police station, a help
// line or a town hall has one.
func (f forms) ownPhones(text string) [][]int {
	var own [][]int
	for _, span := range f.phone.FindAllStringIndex(text, -1) {
		number, err := phonenumbers.Parse(text[span[0]:span[1]], "BE")
		if err != nil || !phonenumbers.IsValidNumber(number) {
			continue
		}
		if number.GetCountryCode() != 32 || phonenumbers.GetNumberType(number) == phonenumbers.MOBILE {
			own = append(own, span)
		}
	}
	return own
}

// namedForm is a name and a street with a house number in one sentence. A street alone says where something happened, and may stand there.
func namedForm() string {
	const (
		capital = `\p{Lu}[\p{Ll}\x{2019}'-]+`
		// a title and a name: Mme Lambert, de heer Peeters
		titled = `(?:\b(?:M\.|Mr\.?|Mme|Mlle|Mrs\.?|Ms\.?|(?i:monsieur|madame|mademoiselle|meneer|mevrouw|mevr\.|dhr\.|de heer|herrn?|frau))\s+(?:(?:de|van|von|der|den|le|la)\s+)*` + capital + `)`
		// a given name and a surname after what introduces somebody
		introduced = `(?:(?i:\b(?:nommée?|appelée?|suspecte?|auteure?|victime|voisine?|genaamd|verdachte|dader|slachtoffer|buur(?:man|vrouw)|namens|verdächtige[rn]?|täter(?:in)?|opfer|nachbar(?:in)?|named|called|suspect|victim|neighbour))[\s:,]+` + capital + `(?:\s+(?:(?:de|van|von|der|den|le|la)\s+)*` + capital + `)+)`
		// rue du Moulin 12, Kerkstraat 5, 12 rue Haute
		street = `(?:(?i:\b(?:rue|avenue|av\.|chaussée|place|boulevard|bd\.?|clos|quai|chemin|allée|impasse|route|square|drève|sentier)\s+[^\n.;!?]{1,40}?\d{1,4}[a-z]?\b)` +
			`|(?i:\d{1,4}[a-z]?,?\s+(?:rue|avenue|chaussée|place|boulevard|clos|quai|chemin|allée|impasse)\s+\p{L})` +
			`|\p{L}*(?i:straat|laan|steenweg|plein|dreef|lei|kaai|baan|weg|straße|strasse|platz|gasse|allee)\s+\d{1,4}[a-z]?\b` +
			`|\d{1,4}\s+` + capital + `\s+(?:Street|Road|Avenue|Lane))`
		between = `[^\n.!?]{0,80}?`
	)
	who := `(?:` + titled + `|` + introduced + `)`
	return who + between + street + `|` + street + between + who
}
