package email

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net/mail"
	"strings"
	texttemplate "text/template"

	gomail "github.com/wneessen/go-mail"

	"relais/broker"
	"relais/channels"
)

//go:embed templates
var templates embed.FS

// renderer makes the part of a mail that all its recipients share.
type renderer struct {
	cfg   Config
	words channels.WordsByLang
	host  string
	mark  string // begins each placeholder; nobody can guess it, so no text can hold one
	text  map[channels.Purpose]*texttemplate.Template
	html  map[channels.Purpose]*htmltemplate.Template
}

func newRenderer(cfg Config, words channels.WordsByLang, host string) (*renderer, error) {
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	r := &renderer{
		cfg: cfg, words: words, host: host, mark: "x" + hex.EncodeToString(random[:]),
		text: make(map[channels.Purpose]*texttemplate.Template),
		html: make(map[channels.Purpose]*htmltemplate.Template),
	}
	funcs := map[string]any{"pair": newNote, "target": newTarget, "button": newButton}
	for _, purpose := range channels.Purposes() {
		var err error
		name := string(purpose) + ".txt"
		if r.text[purpose], err = texttemplate.New(name).Funcs(funcs).ParseFS(templates, "templates/parts.txt", "templates/"+name); err != nil {
			return nil, fmt.Errorf("read templates: %w", err)
		}
		name = string(purpose) + ".html"
		if r.html[purpose], err = htmltemplate.New(name).Funcs(funcs).ParseFS(templates, "templates/parts.html", "templates/"+name); err != nil {
			return nil, fmt.Errorf("read templates: %w", err)
		}
	}
	return r, nil
}

// note is a text under a label, target a link with its name.
type note struct {
	Label string
	Text  text
}

type target struct{ Label, URL string }

func newNote(label string, t text) note { return note{label, t} }

func newTarget(label, url string) target { return target{label, url} }

// newButton leaves out the colon that a label has before a written-out link.
func newButton(label, url string) target { return target{strings.TrimRight(label, " :\u00a0"), url} }

// render makes the mail with placeholders for what is each recipient's own. An
// error never holds a text.
func (r *renderer) render(c *channels.Content, has links) (*rendered, error) {
	words, ok := r.words[c.Lang]
	if !ok {
		words = r.words[broker.Langs()[0]] // the emergency line must be there
	}
	if r.text[c.Purpose] == nil {
		return nil, errors.New("the purpose is not a known one")
	}
	v := newView(c, words)
	v.Decide = r.slot(has.decide, decideText, decideHTML)
	v.Open = r.slot(has.open, openText, openHTML)
	v.Leave = r.slot(has.leave, leaveText, leaveHTML)
	text, err := filled(r.text[c.Purpose], v)
	if err != nil {
		return nil, err
	}
	var html, whole bytes.Buffer
	if err := r.html[c.Purpose].Execute(&html, v); err != nil {
		return nil, errors.New("the HTML template does not fit its data")
	}
	if _, err := r.compose(c, v, text, html.String()).WriteTo(&whole); err != nil {
		return nil, errors.New("the mail cannot be put together")
	}
	return r.cut(withCRLF(whole.Bytes()), r.marks([]byte(text))+r.marks(html.Bytes()))
}

// withCRLF ends every line as SMTP wants it (RFC 5321, 2.3.8).
func withCRLF(mail []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(mail, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// filled is the part of a mail in plain text.
func filled(t *texttemplate.Template, v view) (string, error) {
	var text strings.Builder
	if err := t.Execute(&text, v); err != nil {
		return "", errors.New("the text template does not fit its data")
	}
	return text.String(), nil
}

func (r *renderer) slot(has bool, text, html part) slot {
	if !has {
		return slot{}
	}
	return slot{Text: r.placeholder(text), HTML: r.placeholder(html)}
}

func (r *renderer) placeholder(p part) string { return r.mark + string(p) }

func (r *renderer) marks(b []byte) int { return bytes.Count(b, []byte(r.mark)) }

// compose has go-mail encode headers and parts (RFC 2045, 2047, 5322).
func (r *renderer) compose(c *channels.Content, v view, text, html string) *gomail.Msg {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	m.FromMailAddress(&mail.Address{Name: sender(c, r.cfg.FromName), Address: r.cfg.From})
	if r.cfg.ReplyTo != "" {
		m.ReplyToMailAddress(&mail.Address{Address: r.cfg.ReplyTo})
	}
	m.SetGenHeader(gomail.HeaderDate, r.placeholder(date))
	m.SetGenHeader(gomail.HeaderMessageID, r.placeholder(id))
	m.Subject(v.Subject)
	m.SetGenHeader("Content-Language", string(c.Lang)) // RFC 3282
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5
	m.SetGenHeader("X-Auto-Response-Suppress", "OOF")  // the same for Exchange, which minds no other
	if c.Purpose == channels.ForMember || c.Purpose == channels.Digest {
		m.SetGenHeader("List-Id", listID(c, r.host))
	}
	if c.Purpose == channels.Digest {
		m.SetGenHeader(gomail.HeaderPrecedence, "bulk")
	}
	m.SetBodyString(gomail.TypeTextPlain, text)
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	addPictures(m, c)
	return m
}
