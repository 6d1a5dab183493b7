package roster

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"relais/broker"
)

// read returns one line for each row, and the faults.
func read(t *testing.T, text string) (rows, faults []string) {
	t.Helper()
	r, err := ReadMembers(strings.NewReader(text), Options{DefaultLang: broker.French})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		line := fmt.Sprintf("%d %s %s %s", row.Line, row.Member.Name, row.Member.Lang, row.Role)
		for _, c := range row.Member.Contacts {
			line += " " + string(c.Channel) + ":" + c.Address.Reveal()
		}
		rows = append(rows, line)
	}
	for _, f := range r.Faults {
		faults = append(faults, f.Error())
	}
	return rows, faults
}

const french = "Nom;Prénom;GSM;Téléphone;E-mail;Langue;Rôle\r\n" +
	"Gérard;Zoé;0470/12.34.56;02 734 12 34;Zoe.Gerard@Example.BE;français;coordinatrice\r\n" +
	";;;;;;\r\n" +
	"Noël;Luc;+32 (0)470 12 34 57;;;;\r\n"

func frenchRows() []string {
	return []string{
		"2 Zoé Gérard fr coordinator sms:+32470123456 email:zoe.gerard@example.be voice:+3227341234",
		"4 Luc Noël fr member sms:+32470123457",
	}
}

func TestEncodings(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String(french)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(french)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"UTF-8":           french,
		"UTF-8 with BOM":  "\ufeff" + french,
		"Windows-1252":    latin,
		"UTF-16":          wide,
		"commas":          strings.ReplaceAll(french, ";", ","),
		"tabs":            strings.ReplaceAll(french, ";", "\t"),
		"old Mac lines":   strings.ReplaceAll(french, "\r\n", "\r"),
		"trailing blanks": strings.ReplaceAll(french, "\r\n", ";;;\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			rows, faults := read(t, text)
			if diff := cmp.Diff(frenchRows(), rows); diff != "" || len(faults) > 0 {
				t.Errorf("%s%v", diff, faults)
			}
		})
	}
}

func TestRows(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"Dutch titles", "Naam;gsm-nummer;Taal;Rol\nAn Peeters;0470123456;Nederlands;adjunct-coördinator", "2 An Peeters nl deputy sms:+32470123456"},
		{"German titles", "Name,Handy,Sprache\nUrsula Müller,+49 1512 3456789,Deutsch", "2 Ursula Müller de member sms:+4915123456789"},
		{"a mobile as phone", "name;phone\nAn;0470123456", "2 An fr member sms:+32470123456"},
		{"guarded number", "name;mobile\nAn;\"=\"\"0470123456\"\"\"", "2 An fr member sms:+32470123456"},
		{"apostrophe", "name;mobile\nAn;'0470123456", "2 An fr member sms:+32470123456"},
		{"quoted line break", "name;mobile\n\"An\nPeeters\";0470123456", "2 An Peeters fr member sms:+32470123456"},
		{"own order", "name;mobile;email;channels\nAn;0470123456;a@example.be;\"email, sms\"", "2 An fr member email:a@example.be sms:+32470123456"},
		{"foreign letters in the domain", "name;email\nAn;an@bücher.example", "2 An fr member email:an@xn--bcher-kva.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows, faults := read(t, tc.text)
			if len(rows) != 1 || rows[0] != tc.want || len(faults) > 0 {
				t.Errorf("got %q %v, want %q", rows, faults, tc.want)
			}
		})
	}
}

func TestBadRowsAreNamed(t *testing.T) {
	head := "name;mobile;phone;email;language;role;channels\n"
	for _, tc := range []struct{ name, row, want string }{
		{"no name", ";0470123456;;;;;", "line 2: name is missing"},
		{"no contact", "An;;;;;;", "line 2: the row has neither phone nor email"},
		{"too short", "An;12;;;;;", "line 2: mobile is not a phone number"},
		{"landline as mobile", "An;02 734 12 34;;;;;", "line 2: mobile is a landline"},
		{"letters as phone", "An;;call me;;;;", "line 2: phone is not a phone number"},
		{"no at sign", "An;;;an.example.be;;;", "line 2: email is not an email address"},
		{"named address", "An;;;An <an@example.be>;;;", "line 2: email is not an email address"},
		{"no such language", "An;0470123456;;;es;;", "line 2: language is not known"},
		{"no such role", "An;0470123456;;;;mayor;", "line 2: role is not known"},
		{"channel without address", "An;0470123456;;;;;email", "line 2: channels names a channel"},
		{"twice", "An;0470123456;;;;;\nAN;+32470123456;;;;;", "line 3: the same person stands on line 2 already"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, faults := read(t, head+tc.row)
			if len(faults) != 1 || !strings.HasPrefix(faults[0], tc.want) || !strings.Contains(faults[0], "; ") {
				t.Errorf("got %q, want one fault that begins with %q and has a remedy", faults, tc.want)
			}
		})
	}
}

func TestCouplesShareAnAddress(t *testing.T) {
	rows, faults := read(t, "name;email\nAn Maes;maes@example.be\nJan Maes;maes@example.be")
	if len(rows) != 2 || len(faults) != 0 {
		t.Errorf("got %q %q, want both people", rows, faults)
	}
}

func TestUnreadableLists(t *testing.T) {
	for name, text := range map[string]string{
		"empty":             "",
		"no titles":         "An;0470123456",
		"no address column": "name;role\nAn;member",
		"a column twice":    "name;gsm;mobile\nAn;0470123456;0470123457",
		"binary":            "\xff\xfe\x00\xd8",
	} {
		_, err := ReadMembers(strings.NewReader(text), Options{})
		var faults Faults
		if !errors.As(err, &faults) || faults[0].Remedy == "" {
			t.Errorf("%s: got %v, want a fault with a remedy", name, err)
		}
	}
}

func FuzzReadMembers(f *testing.F) {
	f.Add(french)
	f.Add("name;mobile\n\"An;0470123456")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadMembers(strings.NewReader(text), Options{DefaultLang: broker.Dutch})
		if err != nil {
			return
		}
		for _, row := range r.Rows {
			if row.Member.Name == "" || len(row.Member.Contacts) == 0 || !row.Member.Lang.Valid() {
				t.Errorf("line %d was taken without name, language or contact", row.Line)
			}
		}
	})
}

const onePartnership = `partnerships:
  - id: plp-tilleuls
    zone: demo
    name: PLP Les Tilleuls
    tag: PLP Tilleuls
    languages: [fr]
    stage: launched
    charter: {signed: 2026-01-15}
`

func TestReadPartnerships(t *testing.T) {
	entries, err := ReadPartnerships(strings.NewReader(onePartnership))
	if err != nil {
		t.Fatal(err)
	}
	p := entries[0].Partnership
	if p.ID != "plp-tilleuls" || p.Charter.Signed.String() != "2026-01-15" || len(entries[0].Plan.Rules) != 3 {
		t.Errorf("got %+v", entries[0])
	}
	if faults := DefaultPlan().Faults(); len(faults) > 0 {
		t.Errorf("the default plan has faults: %v", faults)
	}
	demo, err := os.ReadFile("../../cmd/relais/demo/partnerships.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPartnerships(strings.NewReader(string(demo))); err != nil {
		t.Errorf("the demonstration's file: %v", err)
	}
}

func TestBadPartnershipsAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"id", "id: plp-tilleuls", "id: PLP Tilleuls", "line 2: partnerships[0].id is missing or malformed"},
		{"tag", "tag: PLP Tilleuls", "tag: PLP Les Tilleuls de Namur", "line 2: partnerships[0].tag is missing or longer"},
		{"language", "[fr]", "[es]", "line 2: partnerships[0].languages has \"es\""},
		{"stage", "launched", "running", "line 2: partnerships[0].stage is \"running\""},
		{"time zone", "    stage", "    timezone: Europe/Namur\n    stage", "line 2: partnerships[0].timezone"},
		{"charter", "{signed: 2026-01-15}", "{signed: 2026-01-15, until: 2025-01-15}", "line 2: partnerships[0].charter.until is before"},
		{"date", "2026-01-15", "15/01/2026", "line 8: "},
		{"unknown key", "stage: launched", "stadium: launched", "line 7: "},
		{"plan", "stage: launched", "plan: {digest: {every: hour, at: \"18:00\"}}\n    stage: launched", "line 2: partnerships[0].plan.rules cover nothing"},
		{"not YAML", "partnerships:", "partnerships: [", "line "},
		{"empty list", onePartnership, "partnerships: []", "partnerships is empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadPartnerships(strings.NewReader(strings.Replace(onePartnership, tc.old, tc.new, 1)))
			var faults Faults
			if !errors.As(err, &faults) || !strings.HasPrefix(faults[0].Error(), tc.want) {
				t.Errorf("got %v, want a fault that begins with %q", err, tc.want)
			}
		})
	}
}
