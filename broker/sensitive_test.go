package broker

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// What is found is marked by brackets.
func TestFindings(t *testing.T) {
	for _, tc := range []struct {
		text string
		what Sensitive // empty: nothing
	}{
		{"Golf grise, plaque [1-ABC-123], partie vers la gare.", NumberPlate},
		{"Golf grise [1ABC123]", NumberPlate},
		{"Golf grise [1 ABC 123]", NumberPlate},
		{"Entre 2 bus 112", ""},
		{"Réunion du PLP-I 12 décembre", ""},
		{"Grijze Golf [2-xyz-987] richting station", NumberPlate},
		{"Ancienne plaque [ABC-123].", NumberPlate},
		{"Oldtimer [123-ABC]", NumberPlate},
		{"Camionnette française [AB-123-CD]", NumberPlate},
		{"Busje met nummerplaat [12-ABC-3]", NumberPlate},
		{"Lieferwagen [AC-XY 1234] aus Aachen", NumberPlate},
		{"Entre 14.00 et 15.30, le 12-11-2026.", ""},
		{"Réunion à 19 h, salle B-12, rue du Moulin 12.", ""},
		{"Appelez le 101 ou le 112.", ""},
		{"E40, sortie 36, direction Liège.", ""},
		{"Trois hommes, 2 sacs, 150 mètres de la gare.", ""},
		{"Le tarif est de 1 EUR 250", ""},
		{"Il rappelle du [0470 12 34 56].", PhoneNumber},
		{"Hij belt met [+32 470 12 34 56] en zegt dat hij van de bank is", PhoneNumber},
		{"Anrufe von [+49 151 12345678]", PhoneNumber},
		{"SMS du [0470/12.34.56]", PhoneNumber},
		{"Votre zone de police : 04 340 90 00.", ""},
		{"Appelez Card Stop au 078 170 170.", ""},
		{"Bel gratis 0800 123 23", ""},
		{"Compte BE68 5390 0754 7034", ""},
		{"[Mme Lambert, rue du Moulin 12], a été volée.", NameAddress},
		{"[Monsieur de Smet habite au 12, rue H]aute.", NameAddress},
		{"Er is ingebroken bij [de heer Peeters, Kerkstraat 5].", NameAddress},
		{"Einbruch bei [Frau Müller, Klosterstraße 7].", NameAddress},
		{"Le [suspect Jean Dupont, avenue Rogier 14], est en fuite.", NameAddress},
		{"Cambriolage rue du Moulin 12, deux hommes en fuite.", ""},
		{"Inbraak in de Kerkstraat 5, bel 101.", ""},
		{"Mme Lambert, coordinatrice, vous remercie.", ""},
		{"Réunion avec Mme Lambert. Rendez-vous rue du Moulin 12.", ""},
		{"Commissariat, rue Natalis 60, Liège.", ""},
	} {
		plain := strings.NewReplacer("[", "", "]", "").Replace(tc.text)
		m := Message{Texts: map[Lang]Text{French: {Title: "Titre", Body: plain}}}
		found := m.Findings()
		if tc.what == "" {
			if len(found) != 0 {
				t.Errorf("%q: found %v, want nothing", plain, found)
			}
			continue
		}
		if len(found) != 1 || found[0].What != tc.what || found[0].Field != "texts.fr.body" {
			t.Errorf("%q: found %v, want one %s in the body", plain, found, tc.what)
			continue
		}
		if got := plain[:found[0].From] + "[" + plain[found[0].From:found[0].To] + "]" + plain[found[0].To:]; got != tc.text {
			t.Errorf("marked %q, want %q", got, tc.text)
		}
	}
}

// The examples and the demonstration's messages hold nothing of the kind.
func TestUsualMessagesPass(t *testing.T) {
	for _, text := range []string{
		"Deux personnes sont parties vers la gare.",
		"Ein weißer Lieferwagen fährt langsam durch die Klosterstraße, zwei Männer sitzen darin.",
		"Fermez portes et fenêtres. Restez à l'intérieur jusqu'au prochain message.",
		"Een echte politieagent toont zijn kaart. Bel bij twijfel 101.",
	} {
		if found := (Message{Texts: map[Lang]Text{French: {Title: "Titre", Body: text}}}).Findings(); len(found) != 0 {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// Without a reason it is refused, with one it goes.
func TestOverrideNeedsAReason(t *testing.T) {
	sent := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	m := Message{ID: NewMessageID(), Zone: "demo", Author: "Insp. Delvaux", Sent: sent, Expires: sent.Add(time.Hour), Kind: Alert,
		Texts: map[Lang]Text{French: {Title: "Enlèvement", Body: "Golf grise 1-ABC-123."}}}.WithUsual()
	var fault *Fault
	if err := m.Validate(); !errors.As(err, &fault) || fault.Field != "texts.fr.body" || strings.Contains(err.Error(), "ABC") {
		t.Errorf("got %v, want a fault of the body that does not repeat the plate", err)
	}
	m.Override = "Enlèvement en cours, demandé par le magistrat 2026/117"
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{" ", "a\nb", strings.Repeat("é", MaxOverride+1)} {
		m.Override = bad
		if err := m.Validate(); !errors.As(err, &fault) || fault.Field != "override" {
			t.Errorf("got %v for the reason %.10q, want a fault of override", err, bad)
		}
	}
}

func TestAPictureOfATipNeedsAReason(t *testing.T) {
	m := pictured(jpegOf(t, halves(60, 40)))
	m.Override = ""
	var fault *Fault
	if err := m.Validate(); !errors.As(err, &fault) || fault.Field != "picture" {
		t.Errorf("got %v, want a fault of the picture", err)
	}
	m.Kind, m.Clearance = Missing, "2026/117"
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}
