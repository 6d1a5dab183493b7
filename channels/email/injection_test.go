package email

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
)

// TestNothingGetsIntoTheHeader tries titles, tags and names that want to.
func TestNothingGetsIntoTheHeader(t *testing.T) {
	for name, evil := range map[string]string{
		"line break":          "Titel\r\nBcc: eve@evil.example\r\n\r\n<b>x</b>",
		"bare line feed":      "Titel\nBcc: eve@evil.example",
		"bare return":         "Titel\rBcc: eve@evil.example",
		"encoded word":        "=?utf-8?q?Titel=0D=0ABcc:_eve@evil.example?=",
		"encoded twice":       "==?utf-8?b?VGl0ZWwNCkJjYzogZXZl?=?=",
		"encoded with accent": "é =?utf-8?b?VGl0ZWwNCkJjYzogZXZl?=",
		"line separator":      "Titel\u2028Bcc: eve@evil.example\u0085x",
		"right to left":       "Titel \u202egnp.exe\u2066\u200f",
		"zero width":          "Ti\u200btel\ufeff\u00ad",
		"null":                "Ti\x00tel",
		"not UTF-8":           "Titel \xff\xfe",
		"quotes":              `Titel" <eve@evil.example>, "x\`,
		"long":                strings.Repeat("Überlänge ", 60),
		"one long word":       strings.Repeat("ü", 300),
		"placeholder":         "{{.Words}} %s %d {{template \"top\"}}",
	} {
		for _, purpose := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
			t.Run(name+" "+string(purpose), func(t *testing.T) { tryToInject(t, purpose, evil) })
		}
	}
}

func tryToInject(t *testing.T, purpose channels.Purpose, evil string) {
	want := len(parse(t, wireOf(t, offline(t), delivery(purpose, broker.Dutch))).header)
	d := delivery(purpose, broker.Dutch)
	d.Content.Title, d.Content.Tag, d.Content.Partnership = evil, evil, evil
	for i := range d.Content.Items {
		d.Content.Items[i] = channels.Item{Title: evil, Partnership: evil, Body: evil, Kind: broker.Kind(evil)}
	}
	m := parse(t, wireOf(t, offline(t), d)) // strict: no field twice, no line too long, no odd byte
	if len(m.header) != want {
		t.Errorf("got %d header fields, want %d", len(m.header), want)
	}
	if strings.ContainsFunc(m.subject, hidden) || strings.ContainsAny(m.subject, "\r\n") {
		t.Errorf("the subject decodes to %q", m.subject)
	}
	if from, err := m.header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "relais@zone.example" ||
		strings.ContainsFunc(from[0].Name, hidden) {
		t.Errorf("got sender %v (%v)", from, err)
	}
	for part, got := range map[string]string{"text": m.text, "html": m.html} {
		if strings.ContainsFunc(strings.ReplaceAll(got, "\n", ""), hidden) {
			t.Errorf("the %s part holds hidden characters", part)
		}
	}
}

func TestTextCannotBecomeMarkup(t *testing.T) {
	evil := `</p><script>alert(1)</script><a href="https://evil.example">x</a> & "quoted"`
	d := delivery(channels.ForMember, broker.English)
	d.Content.Title, d.Content.Body, d.Content.Note, d.Content.Partnership = evil, evil, evil, evil
	m := parse(t, wireOf(t, offline(t), d))
	if strings.Contains(m.html, "<script") || strings.Contains(m.html, `href="https://evil`) {
		t.Errorf("the text became markup:\n%s", m.html)
	}
	if got := strings.Count(m.text, evil); got != 5 { // name, title, body, note, reason
		t.Errorf("the text part has it %d times, want 5 unchanged", got)
	}
}

func TestBodyKeepsItsShape(t *testing.T) {
	d := delivery(channels.ForMember, broker.English)
	d.Content.Body = "\n\nfirst line \r\n.second\n\n\n  third\t\u00e9\u202e\n.\nlast"
	m := parse(t, wireOf(t, offline(t), d))
	inOrder(t, "html", m.html, []string{"first line<br>\n.second</p>", ">third \u00e9<br>\n.<br>\nlast</p>"})
	inOrder(t, "text", m.text, []string{"\n\nfirst line\n.second\n\nthird \u00e9\n.\nlast\n"})
}

func TestTextCannotHoldAPlaceholder(t *testing.T) {
	c := offline(t)
	d := delivery(channels.ForMember, broker.English)
	d.Content.Body = c.renderer.placeholder(leaveText) // only we know it; here it is told
	m := parse(t, wireOf(t, c, d))
	if strings.Count(m.text, d.Links.Unsubscribe) != 2 {
		t.Fatal("the test does not know the placeholder")
	}
	if offline(t).renderer.mark == c.renderer.mark {
		t.Error("two programs have the same placeholders")
	}
}

func TestAddressesAndLinksThatCannotBe(t *testing.T) {
	c := offline(t)
	for _, to := range []string{"", "marie", "@x.example", "marie@", "a@b@c.example", "marie@x.example\r\nDATA", "marie@x.example> SIZE=1",
		"\"a b\"@x.example", "a b@x.example", "a\u202e@x.example", "a,b@x.example", strings.Repeat("a", 255) + "@x.example"} {
		d := delivery(channels.ForMember, broker.English)
		d.To = channels.NewAddress(to)
		refuses(t, c, d, "the address")
	}
	for _, l := range []string{"javascript:alert(1)", "https://x.example/\r\nBcc: eve", "https://x.example/<>", "https://x.example/\"", "https://x.example/é", "https://x/" + strings.Repeat("a", 2000)} {
		d := delivery(channels.ForMember, broker.English)
		d.Links.Unsubscribe = l
		refuses(t, c, d, "a link")
	}
}

func refuses(t *testing.T, c *Channel, d channels.Delivery, what string) {
	t.Helper()
	_, err := c.Send(t.Context(), d)
	sendErr := channels.AsSendError(err)
	if err == nil || sendErr.Class != channels.Rejected || !strings.Contains(err.Error(), what) {
		t.Errorf("got %v, want rejected because of %s", err, what)
	}
}
