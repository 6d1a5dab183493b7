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
	"relais/channels"
)

// read reads a list and returns one line for each row, and the faults.
func read(t *testing.T, text string) (rows, faults []string) {
	t.Helper()
	r, err := ReadMembers(strings.NewReader(text), Options{DefaultLang: broker.French})
	if err != nil {
		t.Fatal(err)
	}
	return lines(r)
}

func lines(r Roster) (rows, faults []string) {
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
		{"a mobile that is to be called", "name;mobile;email;channels\nAn;0470123456;a@example.be;appel", "2 An fr member voice:+32470123456 sms:+32470123456 email:a@example.be"},
		{"a mobile and a landline", "name;mobile;phone;channels\nAn;0470123456;02 734 12 34;\"telefoon, sms\"", "2 An fr member voice:+3227341234 sms:+32470123456"},
		{"guarded without quotes", "name;mobile\nAn;=\"0470123456\"", "2 An fr member sms:+32470123456"},
		{"lost zero", "name;mobile\nAn;470123456", "2 An fr member sms:+32470123456"},
		{"prefix without plus", "name;mobile\nAn;0032 470 12 34 56", "2 An fr member sms:+32470123456"},
		{"same number twice", "name;mobile;phone\nAn;0470123456;0470 12 34 56", "2 An fr member sms:+32470123456"},
		{"named separator", "sep=,\nname,mobile\nAn,0470123456", "3 An fr member sms:+32470123456"},
		{"brackets in titles", "Voornaam;Naam;Telefoon (vast)\nAn;Maes;02 734 12 34", "2 An Maes fr member voice:+3227341234"},
		{"one column for both names", "\"Nom, prénom\";N° GSM\nDupont Anne;0470123456", "2 Dupont Anne fr member sms:+32470123456"},
		{"regional language", "nom;gsm;langue\nAn;0470123456;NL-be", "2 An nl member sms:+32470123456"},
		{"women lead", "nom;gsm;rôle\nAn;0470123456;Coordinatrice adjointe", "2 An fr deputy sms:+32470123456"},
		{"who stands in", "nom;gsm;rôle\nAn;0470123456;Suppléante", "2 An fr deputy sms:+32470123456"},
		{"who stands in, in Dutch", "naam;gsm;rol\nAn;0470123456;Plaatsvervangend coördinator", "2 An fr deputy sms:+32470123456"},
		{"order in other words", "name;mobile;email;channels\nAn;0470123456;a@example.be;courriel + gsm", "2 An fr member email:a@example.be sms:+32470123456"},
		{"subscription", "name;push\nAn;\"{\"\"keys\"\":{\"\"auth\"\":\"\"A\"\",\"\"p256dh\"\":\"\"B\"\"},\"\"expirationTime\"\":null,\"\"endpoint\"\":\"\"https://push.example/1\"\"}\"",
			`2 An fr member push:{"endpoint":"https://push.example/1","keys":{"p256dh":"B","auth":"A"}}`},
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
		{"number in notation", "An;4,70123E+08;;;;;", "line 2: mobile is not a phone number"},
		{"letters of a keypad", "An;0470-CALLME;;;;;", "line 2: mobile is not a phone number"},
		{"costs the caller", "An;;0900 12345;;;;", "line 2: phone is not a phone number"},
		{"accent before the at", "An;;;andré@example.be;;;", "line 2: email is not an email address"},
		{"letters we do not read", "An;0470123456;;;русский;;", "line 2: language is not known"},
		{"name that turns round", "An\u202eseaM;0470123456;;;;;", "line 2: name is longer than 120 characters or has invisible"},
		{"stray quotation mark", "An \"Annie\" Maes;0470123456;;;;;", "line 2: a quotation mark stands in the wrong place"},
		{"open quotation mark", "An;0470123456;;;;;\"sms\nJan;0470123457;;;;;\nMia;0470123458;;;;;", "line 2: a quotation mark is not closed, so that lines 2 to 4"},
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

// The files are as three spreadsheets wrote them; the people are invented.
func TestExportedFiles(t *testing.T) {
	for _, tc := range []struct {
		file         string
		rows, faults []string
		ignored      []string
	}{
		{"tilleuls-windows1252.csv", []string{
			"2 Zoé Lefèvre fr coordinator sms:+32470123456 email:zoe.lefevre@example.be voice:+3281223344",
			"4 François Noël fr deputy sms:+32471234567",
			"6 Œdipe d’Août nl member voice:+3281223355",
		}, []string{
			"line 7: mobile is a landline, which takes no SMS; move it to the phone column",
			"line 8: email is not an email address; write it as name@example.be",
		}, []string{"Adresse", "Remarques"}},
		{"langeveld-utf8-bom.csv", []string{
			"2 An Peeters nl coordinator email:an.peeters@example.be sms:+32472345678",
			"3 Çiğdem Yılmaz fr member sms:+32473456789",
			"6 Jan de Smet nl member sms:+32474567890",
		}, []string{
			"line 7: the same person stands on line 6 already; take one of the two rows out",
		}, []string{"Straat"}},
		{"eupen-utf16.txt", []string{
			"2 Jürgen Groß de deputy sms:+32475678901 voice:+3287654321",
			"3 Käthe Müller de member email:kaethe@xn--mller-kva.example",
		}, nil, nil},
	} {
		t.Run(tc.file, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + tc.file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ReadMembers(strings.NewReader(string(text)), Options{DefaultLang: broker.Dutch})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.ignored, r.Ignored); diff != "" {
				t.Errorf("ignored columns (-want +got):\n%s", diff)
			}
			rows, faults := lines(r)
			if diff := cmp.Diff(tc.rows, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.faults, faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRowsAfterAStrayMarkAreRead(t *testing.T) {
	rows, faults := read(t, "name;email\nAn \"Annie\" Maes;an@example.be\nJan Maes;jan@example.be")
	if len(rows) != 1 || !strings.HasPrefix(rows[0], "3 Jan Maes") || len(faults) != 1 {
		t.Errorf("got %q %q, want Jan, and a fault for An", rows, faults)
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
		"UTF-16, no mark":   "n\x00a\x00m\x00e\x00",
		"workbook":          "PK\x03\x04\x14\x00",
		"open mark":         "\"name;mobile\nAn;0470123456",
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

func TestNumbersOfOtherCountries(t *testing.T) {
	const allowed = "; give a number of one of BE, FR, NL, DE, LU"
	for line, want := range map[string]string{
		"Eva;+33 6 12 34 56 78;": "",
		"Eva;+49 1511 2345678;":  "",
		"Eva;+44 7400 123456;":   "line 2: mobile is a number of a country that is not written to (GB)" + allowed + ", or add GB to channels.sms.countries",
		"Eva;;+44 20 7946 0018;": "line 2: phone is a number of a country that is not written to (GB)" + allowed + ", or add GB to channels.voice.countries",
		"Eva;;+44 7400 123456;":  "line 2: phone is a number of a country that is not written to (GB)" + allowed + ", or add GB to channels.sms.countries",
		"Eva;+371 21 234 567;":   "line 2: mobile is a number of a country that is not written to (LV)" + allowed + ", or add LV to channels.sms.countries",
		"Eva;+881 6 1234 5678;":  "line 2: mobile is a number of no country, as those of satellites" + allowed,
	} {
		rows, faults := read(t, "name;mobile;phone;email\n"+line+"\n")
		if got := strings.Join(faults, "\n"); got != want || (want == "") != (len(rows) == 1) {
			t.Errorf("%s\n got %q and %d rows\nwant %q", line, got, len(rows), want)
		}
	}
	r, err := ReadMembers(strings.NewReader("name;mobile\nEva;+44 7400 123456\n"), Options{DefaultLang: broker.French, Texted: channels.Countries{"GB"}})
	if err != nil || len(r.Rows) != 1 {
		t.Errorf("a country of the list: got %v, %v", r.Faults, err)
	}
}
