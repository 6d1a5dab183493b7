package email

import (
	"errors"

	"relais/broker"
	"relais/channels"
)

// Previewer shows mails without sending them.
type Previewer struct{ r *renderer }

// NewPreviewer reads the templates of mails.
func NewPreviewer(words channels.WordsByLang) (*Previewer, error) {
	r, err := newRenderer(Config{}, words, "")
	return &Previewer{r}, err
}

// Preview returns the subject of a delivery and its body as plain text, as Send
// would write them. An error never holds a text.
func (p *Previewer) Preview(d channels.Delivery) (subject, body string, err error) {
	words, ok := p.r.words[d.Content.Lang]
	if !ok {
		words = p.r.words[broker.Langs()[0]]
	}
	template := p.r.text[d.Content.Purpose]
	if template == nil {
		return "", "", errors.New("the purpose is not a known one")
	}
	v := newView(d.Content, words)
	v.Decide, v.Open, v.Leave = slot{Text: d.Links.Decide}, slot{Text: d.Links.Open}, slot{Text: d.Links.Unsubscribe}
	if !keyOf(d).has.leave {
		v.Leave = slot{}
	}
	body, err = filled(template, v)
	return v.Subject, body, err
}
