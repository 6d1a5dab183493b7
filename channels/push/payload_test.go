package push

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func readPayload(t *testing.T, d channels.Delivery) (Payload, int) {
	t.Helper()
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	in := words[d.Content.Lang]
	data, err := payload(d, say(d.Content, in), in)
	if err != nil {
		t.Fatal(err)
	}
	var p Payload
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p, len(data)
}

func deliveryOf(c *channels.Content) channels.Delivery {
	d := channeltest.Delivery(0, channels.Address{})
	d.Content = c
	return d
}

func TestPayloadOfEachPurpose(t *testing.T) {
	correction := channeltest.Content(channels.ForMember, broker.Dutch)
	correction.MsgType, correction.Note = broker.TypeUpdate, ""
	withdrawn := channeltest.Content(channels.ForMember, broker.German)
	withdrawn.MsgType, withdrawn.Note, withdrawn.Tag = broker.TypeCancel, "", ""
	for _, c := range []struct {
		name    string
		content *channels.Content
		title   string
		body    string
		url     string
		actions []Action
	}{
		{
			"correction", correction,
			"Rechtzetting – PLP Tilleuls",
			"Véhicule suspect titre-7f3a1c\n\nUne camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.\n\nDringend? Bel 101 (politie) of 112.",
			"open", []Action{{ActionOpen, "Lezen"}, {ActionCall, "101 bellen"}},
		},
		{
			"withdrawn", withdrawn,
			"Zurückgezogen – Quartier des Tilleuls",
			"Véhicule suspect titre-7f3a1c\n\nUne camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.\n\nDringend? Rufen Sie 101 (Polizei) oder 112 an.",
			"open", []Action{{ActionOpen, "Lesen"}, {ActionCall, "101 anrufen"}},
		},
		{
			"question", channeltest.Content(channels.Ask, broker.French),
			"La police vous demande de transmettre ceci – PLP Tilleuls",
			"Véhicule suspect titre-7f3a1c\n\nUne camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.\n\nLe coordinateur décide, puis la police après 15 minutes. regle-51d0aa\n\nUrgent ? Appelez le 101 (police) ou le 112.",
			"decide", []Action{{ActionOpen, "Lire et décider"}, {ActionCall, "Appeler le 101"}},
		},
		{
			"notice", channeltest.Content(channels.Notice, broker.French),
			"Où en est ce message – PLP Tilleuls",
			"Envoyé à 58 membres. issue-90be77\n\nVéhicule suspect titre-7f3a1c\n\nUne camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.\n\nUrgent ? Appelez le 101 (police) ou le 112.",
			"open", []Action{{ActionOpen, "Lire"}, {ActionCall, "Appeler le 101"}},
		},
	} {
		got, _ := readPayload(t, deliveryOf(c.content))
		if got.Title != c.title || !strings.Contains(got.URL, c.url) {
			t.Errorf("%s: got title %q and URL %q, want %q and %s", c.name, got.Title, got.URL, c.title, c.url)
		}
		if diff := cmp.Diff(c.body, got.Body); diff != "" {
			t.Errorf("%s: body (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.actions, got.Actions); diff != "" {
			t.Errorf("%s: actions (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestADigestHoldsEachItem(t *testing.T) {
	content := channeltest.Content(channels.Digest, broker.French)
	content.Title = ""
	got, _ := readPayload(t, deliveryOf(content))
	want := "Ajouté par votre coordinateur : Bonne rentrée à tous. couverture-4d2e19\n\n" +
		"Conseil de prévention – Quartier des Tilleuls\nMonoxyde de carbone point-a83f02\n\n" +
		"Faites ramoner la cheminée. detail-d41d8c\n\n" +
		"Ajouté par votre coordinateur : Le ramoneur passe en mai. ajout-77aa31\n\n" +
		"Information – Commerces du Centre\nRéunion du 3 décembre point-be12f9\n\n" +
		"Maison communale, 19 h 30. detail-e99a18\n\n" +
		"Urgent ? Appelez le 101 (police) ou le 112."
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if want := "Infoflash – PLP Tilleuls"; got.Title != want {
		t.Errorf("title: got %q, want %q", got.Title, want)
	}
}

func TestALongTextIsShortenedBetweenCharacters(t *testing.T) {
	for name, unit := range map[string]string{
		"one byte":          "a",
		"escaped":           "\"",
		"not escaped":       "<",
		"two bytes":         "é",
		"three bytes":       "€",
		"four bytes":        "🏠",
		"combined accent":   "e\u0301",
		"family":            "👨\u200d👩\u200d👧",
		"words":             "rue des Tilleuls ",
		"line separator":    "\u2028a",
		"not UTF-8":         "a\xff",
		"control character": "a\x01",
	} {
		content := channeltest.Content(channels.ForMember, broker.French)
		content.Body = strings.Repeat(unit, 5000)
		got, size := readPayload(t, deliveryOf(content))
		if size > maxPlaintext || size < maxPlaintext-32 {
			t.Errorf("%s: got %d bytes, want a little below %d", name, size, maxPlaintext)
		}
		before, after, ok := strings.Cut(got.Body, ellipsis+"\n\n")
		if !ok || !utf8.ValidString(before) {
			t.Errorf("%s: the body is not shortened with %q", name, ellipsis)
		}
		if !strings.HasSuffix(after, "Urgent ? Appelez le 101 (police) ou le 112.") || !strings.Contains(after, content.Note) {
			t.Errorf("%s: note or emergency line are lost: %q", name, after)
		}
		text := strings.TrimPrefix(before, content.Title+"\n\n")
		whole := broker.Legible(strings.Repeat(unit, 5000))
		severalCharacters := name == "words" || name == "not UTF-8"
		if !strings.HasPrefix(whole, text) || !severalCharacters && len(text)%len(unit) != 0 {
			t.Errorf("%s: cut within a character, or another text: …%q", name, text[max(0, len(text)-20):])
		}
		if strings.HasSuffix(text, " ") {
			t.Errorf("%s: a blank before %q", name, ellipsis)
		}
	}
}

// The longest text that a message may have (broker.MaxBody).
func TestTwoThousandCharactersOfTwoBytesFitTheWire(t *testing.T) {
	s := newService(t, quiet(), nil)
	for _, unit := range []string{"é", "€", "🏠"} {
		d := channeltest.Delivery(0, s.Address(0))
		content := *d.Content
		content.Body = strings.Repeat(unit, broker.MaxBody)
		d.Content = &content
		if _, err := s.channel.Send(t.Context(), d); err != nil {
			t.Errorf("%s: %v", unit, err)
			continue
		}
		if got := s.messages(); len(got) != 1 || !strings.Contains(got[0].payload.Body, ellipsis) {
			t.Errorf("%s: the browser did not get it shortened", unit)
		}
	}
}

func TestATextWithoutRoomIsAnErrorWithoutTheText(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	content := channeltest.Content(channels.ForMember, broker.French)
	content.Title = strings.Repeat("titre", 1000)
	_, err = payload(deliveryOf(content), say(content, words[broker.French]), words[broker.French])
	if err == nil || strings.Contains(err.Error(), "titre") {
		t.Errorf("got %v, want an error without the text", err)
	}
}

func TestHeadersOfADelivery(t *testing.T) {
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		notAfter time.Time
		want     string
	}{
		{"no limit", time.Time{}, "86400"},
		{"an hour", now.Add(time.Hour), "3600"},
		{"a fraction", now.Add(1500 * time.Millisecond), "1"},
		{"beyond the limit", now.Add(48 * time.Hour), "86400"},
		{"gone by", now.Add(-time.Hour), "0"},
	} {
		if got := ttl(c.notAfter, now, 24*time.Hour); got != c.want {
			t.Errorf("TTL, %s: got %s, want %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		priority broker.Priority
		urgency  broker.Urgency
		want     string
	}{
		{broker.Urgent, broker.Immediate, "high"},
		{broker.Urgent, broker.Future, "high"}, // an approver is asked
		{broker.Normal, broker.Immediate, "high"},
		{broker.Normal, broker.Expected, "normal"},
		{broker.Normal, broker.Future, "low"},
		{broker.Bulk, broker.Expected, "low"},
	} {
		d := channels.Delivery{Priority: c.priority, Content: &channels.Content{Urgency: c.urgency}}
		if got := urgency(d); got != c.want {
			t.Errorf("%s, %s: got %s, want %s", c.priority, c.urgency, got, c.want)
		}
	}
}

func TestTopicsCollapseWhatReplacesAnother(t *testing.T) {
	of := func(id byte, collapse string) string {
		d := channels.Delivery{ID: channels.DeliveryID{UUID: uuid.UUID{id}}, Content: &channels.Content{Collapse: collapse}}
		got := topic(d)
		if len(got) == 0 || len(got) > 32 || strings.Trim(got, base64url) != "" { // RFC 8030, 5.4
			t.Errorf("topic %q", got)
		}
		return got
	}
	if call, repeat := of(1, ""), of(1, ""); call != repeat {
		t.Error("a delivery and its repeat have two topics")
	}
	if of(1, "") == of(2, "") {
		t.Error("two deliveries share a topic")
	}
	if of(1, "a") != of(2, "a") || of(1, "a") == of(1, "b") {
		t.Error("topics do not follow Collapse")
	}
	of(3, strings.Repeat("très long ", 100))
}

func TestTextsAreNotTakenForOneAnother(t *testing.T) {
	c := newTestChannel(t, testConfig(t), quiet())
	defer c.Close()
	for _, key := range []string{"", "", "a", "b", "a", "b"} {
		content := channeltest.Content(channels.ForMember, broker.French)
		content.Key, content.Title = key, "titre "+key
		data, err := c.payload(deliveryOf(content))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), content.Title) {
			t.Errorf("the content %q got %s", key, data)
		}
	}
	other := channeltest.Content(channels.ForMember, broker.French)
	other.Key, other.Title = "", "autre titre"
	if data, err := c.payload(deliveryOf(other)); err != nil || !strings.Contains(string(data), other.Title) {
		t.Errorf("a content without a key got %s, %v", data, err)
	}
}
