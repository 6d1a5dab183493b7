package email

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// offline opens a channel that only composes.
func offline(t testing.TB) *Channel {
	t.Helper()
	cfg := Default()
	cfg.Host, cfg.From, cfg.FromName, cfg.ReplyTo = "localhost", "relais@zone.example", "Zone de police", "bin@zone.example"
	c := start(t, cfg, nil)
	c.clock = func() time.Time { return time.Date(2026, 11, 23, 21, 30, 0, 0, time.FixedZone("", 3600)) }
	return c
}

func delivery(purpose channels.Purpose, lang broker.Lang) channels.Delivery {
	d := channeltest.Delivery(7, channels.NewAddress("marie@quartier.example"))
	d.Content = channeltest.Content(purpose, lang)
	return d
}

// RFC 5322, 3.6.4: a correction stands below what it corrects.
func TestACorrectionJoinsItsThread(t *testing.T) {
	first, d := delivery(channels.ForMember, broker.French), delivery(channels.ForMember, broker.French)
	first.ID.UUID[0]++
	c := offline(t)
	original := parse(t, wireOf(t, c, first)).header
	if original["In-Reply-To"] != nil || original["References"] != nil {
		t.Errorf("a first mail replies to %v, %v", original["In-Reply-To"], original["References"])
	}
	d.Corrects = first.ID
	header := parse(t, wireOf(t, c, d)).header
	for _, field := range []string{"In-Reply-To", "References"} {
		if diff := cmp.Diff(original["Message-Id"], header[field]); diff != "" {
			t.Errorf("%s (-the original's Message-ID +got):\n%s", field, diff)
		}
	}
}

func TestHeadersOfAMessage(t *testing.T) {
	d := delivery(channels.ForMember, broker.French)
	m := parse(t, wireOf(t, offline(t), d))
	want := map[string]string{
		"To":                       "<marie@quartier.example>",
		"From":                     `"Quartier des Tilleuls" <relais@zone.example>`,
		"Reply-To":                 "<bin@zone.example>",
		"Date":                     "Mon, 23 Nov 2026 21:30:00 +0100",
		"Message-Id":               "<" + d.ID.String() + "@relais.example>",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "OOF",
		"Content-Language":         "fr",
		"List-Id":                  "<plp-tilleuls.relais.example>",
		"List-Unsubscribe":         "<" + d.Links.Unsubscribe + ">",
		"List-Unsubscribe-Post":    "List-Unsubscribe=One-Click",
		"Mime-Version":             "1.0",
	}
	got := make(map[string]string)
	for field, values := range m.header {
		if field != "Subject" && field != "Content-Type" {
			got[field] = values[0]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if want := "[PLP Tilleuls] Alerte : Véhicule suspect titre-7f3a1c"; m.subject != want {
		t.Errorf("got subject %q, want %q", m.subject, want)
	}
}

func TestHeadersThatOnlySomeHave(t *testing.T) {
	c := offline(t)
	for _, tc := range []struct {
		name    string
		purpose channels.Purpose
		change  func(d *channels.Delivery)
		want    map[string]bool
	}{
		{"message", channels.ForMember, nil, map[string]bool{"List-Unsubscribe": true, "List-Unsubscribe-Post": true, "List-Id": true}},
		{"message without link", channels.ForMember, func(d *channels.Delivery) { d.Links.Unsubscribe = "" }, map[string]bool{"List-Id": true}},
		{"question", channels.Ask, nil, nil},
		{"notice", channels.Notice, nil, nil},
		{"digest", channels.Digest, nil, map[string]bool{"List-Unsubscribe": true, "List-Unsubscribe-Post": true, "List-Id": true, "Precedence": true}},
	} {
		d := delivery(tc.purpose, broker.Dutch)
		if tc.change != nil {
			tc.change(&d)
		}
		m := parse(t, wireOf(t, c, d))
		for _, field := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence"} {
			if got := m.header.Get(field) != ""; got != tc.want[field] {
				t.Errorf("%s: has %s: %v, want %v", tc.name, field, got, tc.want[field])
			}
		}
		if leave := strings.Contains(m.text+m.html, "/u/leave"); leave != tc.want["List-Unsubscribe"] {
			t.Errorf("%s: has a link for leaving: %v", tc.name, leave)
		}
	}
}

// TestKeySentences checks what must be there in each language, in both parts.
func TestKeySentences(t *testing.T) {
	for _, tc := range []struct {
		purpose channels.Purpose
		lang    broker.Lang
		subject string
		want    []string // in this order
	}{
		{channels.ForMember, broker.French, "[PLP Tilleuls] Alerte : Véhicule suspect titre-7f3a1c", []string{
			"Urgent ? Appelez le 101 (police) ou le 112.", "Quartier des Tilleuls", "Alerte", "corps-2b9e44", "Ajouté par votre coordinateur :", "note-c0ffee11",
			"Lire ce message sur une page", "parce que vous êtes membre de Quartier des Tilleuls.", "Ne plus recevoir ces messages"}},
		{channels.ForMember, broker.Dutch, "[PLP Tilleuls] Waarschuwing: Véhicule suspect titre-7f3a1c", []string{
			"Dringend? Bel 101 (politie) of 112.", "Waarschuwing", "Toegevoegd door uw coördinator:", "note-c0ffee11",
			"Dit bericht op een webpagina lezen", "omdat u lid bent van Quartier des Tilleuls.", "Deze berichten niet meer ontvangen"}},
		{channels.ForMember, broker.German, "[PLP Tilleuls] Warnung: Véhicule suspect titre-7f3a1c", []string{
			"Dringend? Rufen Sie 101 (Polizei) oder 112 an.", "Warnung", "Ergänzt von Ihrem Koordinator:", "note-c0ffee11",
			"Diese Nachricht als Webseite lesen", "weil Sie Mitglied von Quartier des Tilleuls sind.", "Diese Nachrichten nicht mehr erhalten"}},
		{channels.ForMember, broker.English, "[PLP Tilleuls] Alert: Véhicule suspect titre-7f3a1c", []string{
			"Urgent? Call 101 (police) or 112.", "Alert", "Added by your coordinator:", "note-c0ffee11",
			"Read this message as a web page", "because you are a member of Quartier des Tilleuls.", "Stop receiving these messages"}},
		{channels.Ask, broker.French, "[PLP Tilleuls] La police vous demande de transmettre ceci : Véhicule suspect titre-7f3a1c", []string{
			"Urgent ? Appelez", "La police vous demande de transmettre ceci", "Ce que la police a écrit :", "corps-2b9e44", "regle-51d0aa", "Lire et décider",
			"parce que vous pouvez décider pour Quartier des Tilleuls."}},
		{channels.Ask, broker.Dutch, "[PLP Tilleuls] De politie vraagt u dit door te sturen: Véhicule suspect titre-7f3a1c", []string{
			"Wat de politie schreef:", "corps-2b9e44", "regle-51d0aa", "Lees het en beslis", "omdat u mag beslissen voor Quartier des Tilleuls."}},
		{channels.Ask, broker.German, "[PLP Tilleuls] Die Polizei bittet Sie, dies weiterzuleiten: Véhicule suspect titre-7f3a1c", []string{
			"Was die Polizei geschrieben hat:", "corps-2b9e44", "regle-51d0aa", "Lesen und entscheiden", "weil Sie für Quartier des Tilleuls entscheiden dürfen."}},
		{channels.Notice, broker.Dutch, "[PLP Tilleuls] Stand van zaken: Véhicule suspect titre-7f3a1c", []string{
			"Stand van zaken", "issue-90be77", "Wat de politie schreef:", "corps-2b9e44", "Dringend? Bel 101"}},
		{channels.Digest, broker.French, "[PLP Tilleuls] Infoflash : Véhicule suspect titre-7f3a1c", []string{
			"Infoflash", "Conseil de prévention", "point-a83f02", "Quartier des Tilleuls", "detail-d41d8c", "Ajouté par votre coordinateur :", "ajout-77aa31",
			"Information", "point-be12f9", "Commerces du Centre", "detail-e99a18", "Urgent ? Appelez", "membre de"}},
	} {
		t.Run(string(tc.purpose)+" "+string(tc.lang), func(t *testing.T) {
			m := parse(t, wireOf(t, offline(t), delivery(tc.purpose, tc.lang)))
			if m.subject != tc.subject {
				t.Errorf("got subject %q, want %q", m.subject, tc.subject)
			}
			if !strings.Contains(m.html, `<html lang="`+string(tc.lang)+`"`) {
				t.Error("the page does not name its language")
			}
			_, body, _ := strings.Cut(m.html, "<body")
			inOrder(t, "text", m.text, tc.want)
			inOrder(t, "html", body, tc.want)
		})
	}
}

func inOrder(t *testing.T, part, got string, want []string) {
	t.Helper()
	rest := got
	for _, sentence := range want {
		_, after, found := strings.Cut(rest, sentence)
		if !found {
			t.Errorf("%s: %q is missing, or not in its place, in:\n%s", part, sentence, got)
			return
		}
		rest = after
	}
}

func TestEmergencyLineOnceInItsPlace(t *testing.T) {
	c := offline(t)
	for _, tc := range []struct {
		purpose channels.Purpose
		urgency broker.Urgency
		first   bool
	}{
		{channels.ForMember, broker.Immediate, true},
		{channels.ForMember, broker.Expected, false},
		{channels.Ask, broker.Immediate, true},
		{channels.Notice, broker.Immediate, false},
		{channels.Digest, broker.Future, false},
	} {
		d := delivery(tc.purpose, broker.English)
		d.Content.Urgency = tc.urgency
		d.Content.Key += string(tc.urgency)
		m := parse(t, wireOf(t, c, d))
		for part, got := range map[string]string{"text": m.text, "html": m.html} {
			at := strings.Index(got, "Urgent? Call 101 (police) or 112.")
			if first := at < strings.Index(got, "Quartier des Tilleuls"); first != tc.first || strings.Count(got, "Urgent?") != 1 {
				t.Errorf("%s of %s %s: emergency line first: %v, want %v; it comes %d times", part, tc.urgency, tc.purpose, first, tc.first, strings.Count(got, "Urgent?"))
			}
		}
	}
}

func TestCorrectionsSayThatTheyAre(t *testing.T) {
	for kind, want := range map[broker.MsgType]string{
		broker.TypeUpdate: "[PLP Tilleuls] Rechtzetting (Waarschuwing): Véhicule suspect titre-7f3a1c",
		broker.TypeCancel: "[PLP Tilleuls] Ingetrokken (Waarschuwing): Véhicule suspect titre-7f3a1c",
	} {
		d := delivery(channels.ForMember, broker.Dutch)
		d.Content.MsgType = kind
		if got := parse(t, wireOf(t, offline(t), d)).subject; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDigestNamesItsFirstItem(t *testing.T) {
	d := delivery(channels.Digest, broker.German)
	d.Content.Title = ""
	m := parse(t, wireOf(t, offline(t), d))
	if want := "[PLP Tilleuls] Infoflash: Monoxyde de carbone point-a83f02 (+1)"; m.subject != want {
		t.Errorf("got subject %q, want %q", m.subject, want)
	}
	if got, want := m.header.Get("From"), `"Zone de police" <relais@zone.example>`; got != want {
		t.Errorf("a digest over several partnerships comes from %s, want %s", got, want)
	}
	if got, want := m.header.Get("List-Id"), "<infoflash.relais.example>"; got != want {
		t.Errorf("got list %s, want %s", got, want)
	}
}

func TestDigestGroupsByKind(t *testing.T) {
	d := delivery(channels.Digest, broker.French)
	d.Content.Items = []channels.Item{
		{Partnership: "A", Kind: broker.Info, Title: "un"},
		{Partnership: "B", Kind: broker.Prevention, Title: "deux"},
		{Partnership: "A", Kind: "other", Title: "trois"},
		{Partnership: "B", Kind: broker.Info, Title: "quatre"},
	}
	m := parse(t, wireOf(t, offline(t), d))
	inOrder(t, "text", m.text, []string{"Conseil de prévention", "deux", "(B)", "Information", "un", "(A)", "quatre", "other", "trois"})
	if got := strings.Count(m.text, "=== "); got != 3 {
		t.Errorf("got %d groups, want 3", got)
	}
}

func TestLinksAreTheRecipientsOwn(t *testing.T) {
	c := offline(t)
	d := delivery(channels.ForMember, broker.French)
	first := parse(t, wireOf(t, c, d))
	d.To, d.ID = channels.NewAddress("jan@quartier.example"), channeltest.Delivery(8, d.To).ID
	d.Links.Open = "https://relais.example/m/" + strings.Repeat("a=b&c=", 60)
	d.Links.Unsubscribe = "http://127.0.0.1:8080/u/zwei"
	second := parse(t, wireOf(t, c, d))
	if strings.Contains(second.text+second.html, "open-0007") || !strings.Contains(first.text, "\nhttps://relais.example/m/open-0007-k3yk3y\n") {
		t.Error("a link went to the wrong recipient")
	}
	inOrder(t, "text", second.text, []string{"\n" + d.Links.Open + "\n", "\n" + d.Links.Unsubscribe + "\n"})
	inOrder(t, "html", second.html, []string{
		`href="` + strings.ReplaceAll(d.Links.Open, "&", "&amp;") + `"`, `href="` + d.Links.Unsubscribe + `"`})
	if _, ok := c.rendered.Get(keyOf(d)); !ok {
		t.Error("the rendered mail was not kept for the next")
	}
}

func TestContentWithoutKeyIsNotMistaken(t *testing.T) {
	c := offline(t)
	d := delivery(channels.ForMember, broker.French)
	d.Content.Key = ""
	wireOf(t, c, d)
	d.Content.Title = "Autre chose"
	if m := parse(t, wireOf(t, c, d)); !strings.Contains(m.subject, "Autre chose") {
		t.Errorf("got subject %q of another content", m.subject)
	}
}

func TestDateIsThatOfTheSending(t *testing.T) {
	c := offline(t)
	d := delivery(channels.ForMember, broker.French)
	wireOf(t, c, d)
	later := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	c.clock = func() time.Time { return later }
	got, err := mail.Header(parse(t, wireOf(t, c, d)).header).Date()
	if err != nil || !got.Equal(later) {
		t.Errorf("got %v (%v), want %v", got, err, later)
	}
}

func TestPageIsReadableByItself(t *testing.T) {
	for _, purpose := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
		page := parse(t, wireOf(t, offline(t), delivery(purpose, broker.French))).html
		for _, foreign := range []string{"<img", "<script", "<link ", "url(", "@import", "src="} {
			if strings.Contains(page, foreign) {
				t.Errorf("%s: the page needs %q", purpose, foreign)
			}
		}
		for _, needed := range []string{`<meta name="color-scheme" content="light dark">`, `charset="utf-8"`, "font-size:18px"} {
			if !strings.Contains(page, needed) {
				t.Errorf("%s: the page lacks %q", purpose, needed)
			}
		}
	}
}
