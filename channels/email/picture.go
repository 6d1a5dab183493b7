package email

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"

	gomail "github.com/wneessen/go-mail"

	"relais/channels"
)

// picture is one as the templates read it. It travels in the mail: one that
// the reader's program had to fetch would tell who has read it, and most
// programs would not.
type picture struct {
	Source htmltemplate.URL // RFC 2392; the template would take a bare "cid:" for a dangerous scheme
	Alt    string
	Said   string // in place of the picture, where there is only text
}

// newPicture is that of the message itself, 0, or of an item of a digest, from 1.
func newPicture(p *channels.Picture, n int, words channels.Words) *picture {
	if p == nil {
		return nil
	}
	alt := oneLine(p.Alt)
	source := htmltemplate.URL("cid:" + contentID(n)) //nolint:gosec // made of a number
	return &picture{Source: source, Alt: alt, Said: fmt.Sprintf(words.Pair, words.Picture, alt)}
}

func contentID(n int) string { return fmt.Sprintf("picture-%d", n) }

// addPictures puts the pictures beside the text that shows them (RFC 2387).
func addPictures(m *gomail.Msg, c *channels.Content) {
	add := func(p *channels.Picture, n int) {
		if p != nil {
			m.EmbedReadSeeker(contentID(n)+".jpg", bytes.NewReader(p.JPEG), gomail.WithFileContentType("image/jpeg"), gomail.WithFileContentID(contentID(n)))
		}
	}
	add(c.Picture, 0)
	for n, i := range c.Items {
		add(i.Picture, n+1)
	}
}
