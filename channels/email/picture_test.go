package email

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
)

// A picture travels in the mail, is shown where the text stands, and is said in
// words for who does not see it.
func TestAPictureStandsInTheMail(t *testing.T) {
	jpeg := bytes.Repeat([]byte{0xFF, 0xD8, 0x0A, '.', 0x0D}, 5000)
	for _, tc := range []struct {
		purpose channels.Purpose
		lang    broker.Lang
		said    string
	}{
		{channels.ForMember, broker.French, "[Image : Une fausse <lettre> & plus]"},
		{channels.Ask, broker.Dutch, "[Afbeelding: Une fausse <lettre> & plus]"},
		{channels.Digest, broker.German, "[Bild: Une fausse <lettre> & plus]"},
	} {
		t.Run(string(tc.purpose), func(t *testing.T) {
			d := delivery(tc.purpose, tc.lang)
			content := *d.Content
			picture, want := &channels.Picture{JPEG: jpeg, Alt: "Une fausse <lettre> & plus"}, 1
			if tc.purpose == channels.Digest {
				content.Items = pictured(content.Items, picture)
				want = len(content.Items)
			} else {
				content.Picture = picture
			}
			content.Key += "/picture"
			d.Content = &content
			m := parse(t, wireOf(t, offline(t), d))
			if len(m.pictures) != want {
				t.Fatalf("%d pictures, want %d", len(m.pictures), want)
			}
			for cid, data := range m.pictures {
				if !bytes.Equal(data, jpeg) {
					t.Errorf("%s is not what was given", cid)
				}
				if img := fmt.Sprintf(`<img src="cid:%s" alt="Une fausse &lt;lettre&gt; &amp; plus"`, cid); strings.Count(m.html, img) != 1 {
					t.Errorf("%s stands %d times in the HTML, want once", cid, strings.Count(m.html, img))
				}
			}
			if strings.Count(m.text, tc.said) != want {
				t.Errorf("the text does not say %q:\n%s", tc.said, m.text)
			}
		})
	}
}

// pictured gives each item of a digest the picture.
func pictured(items []channels.Item, p *channels.Picture) []channels.Item {
	out := make([]channels.Item, len(items))
	for i, item := range items {
		item.Picture = p
		out[i] = item
	}
	return out
}
