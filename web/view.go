package web

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/language"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// view is what every page knows: its reader's language, the time, and where
// it stands. Pages embed it.
type view struct {
	Lang   broker.Lang
	Title  string
	Outbox string // the outbox of the demo, or of a trial; empty: no link
	Trial  string // the sentence that says so; empty: messages are really sent
	Live   bool   // figures may still change: the page reloads them
	Police bool   // a page of the desk
	Me     string // who has signed in; empty: nobody
	Tabs   []tab  // the pages about a partnership; none on others
	Home   string // the inbox, on pages of those who decide; empty on others

	texts  sentences
	words  channels.Words
	now    time.Time
	loc    *time.Location
	chosen bool // the reader picked the language: links keep it
	link   url.URL
	get    bool
}

// viewFor reads the language from ?lang=, else takes the recipient's own,
// else what the browser asks for.
func (s *server) viewFor(r *http.Request, own broker.Lang) view {
	lang := broker.Lang(r.URL.Query().Get("lang"))
	chosen := lang.Valid()
	if !chosen {
		lang = own
	}
	if !lang.Valid() {
		lang = accepted(r.Header.Get("Accept-Language"))
	}
	v := view{
		Lang: lang, texts: s.texts[lang], words: s.words[lang],
		now: s.Now(), loc: s.local, chosen: chosen, link: *r.URL,
		get: r.Method == http.MethodGet || r.Method == http.MethodHead,
	}
	if s.options.Trial {
		v.Trial = v.N("trial", s.options.TrialRecipients)
	}
	return v
}

// accepted picks the language that a browser prefers (RFC 9110, 12.5.4).
// English is for those who ask for none of ours.
func accepted(header string) broker.Lang {
	ours := []broker.Lang{broker.English, broker.French, broker.Dutch, broker.German}
	matcher := language.NewMatcher([]language.Tag{language.English, language.French, language.Dutch, language.German})
	_, at := language.MatchStrings(matcher, header)
	return ours[at]
}

// T is a sentence of the catalogue, N one for a count, which fills {n}.
func (v view) T(key string, pairs ...any) string { return v.texts.say(key, pairs...) }

// N is a sentence of the catalogue for a count, which fills {n}.
func (v view) N(key string, n int, pairs ...any) string {
	return v.texts.say(key+plural(v.Lang, n), append(pairs, "n", n)...)
}

// Words are those that messages on every channel share.
func (v view) Words() channels.Words { return v.words }

// Mark says whose words the local note is, without the colon that messages need.
func (v view) Mark() string { return strings.TrimRight(v.words.Note, ": \u00a0") }

// Kind names a kind of message.
func (v view) Kind(k broker.Kind) string { return v.words.Kinds[k] }

// Urgency names an urgency.
func (v view) Urgency(u broker.Urgency) string { return v.T("urgency." + string(u)) }

// By says on which channel: "par SMS".
func (v view) By(name channels.Name) string { return v.T("by." + string(name)) }

// URL is an address on this service that keeps the reader's choice of language.
func (v view) URL(path string) string {
	if !v.chosen {
		return path
	}
	path, place, within := strings.Cut(path, "#")
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	path += mark + "lang=" + string(v.Lang)
	if within {
		path += "#" + place
	}
	return path
}

// langLink leads to the same page in another language.
type langLink struct {
	Lang broker.Lang
	Name string
	URL  string
	Here bool
}

// Languages are the links at the foot of a page; none under the answer to a
// form, which has no address of its own.
func (v view) Languages() []langLink {
	if !v.get {
		return nil
	}
	var links []langLink
	for _, lang := range broker.Langs() {
		q := v.link.Query()
		q.Set("lang", string(lang))
		links = append(links, langLink{lang, languageName(lang), v.link.Path + "?" + q.Encode(), lang == v.Lang})
	}
	return links
}

// languageName is what a language calls itself.
func languageName(lang broker.Lang) string {
	return map[broker.Lang]string{
		broker.French: "Français", broker.Dutch: "Nederlands", broker.German: "Deutsch", broker.English: "English",
	}[lang]
}

// in returns the view with times in a partnership's zone.
func (v view) in(p subscribers.Partnership) view {
	v.loc = p.Location()
	return v
}

// text is one version of a message as a page shows it.
type text struct {
	Picture *shownPicture // nil: none
	Lang    broker.Lang
	Name    string // of the language
	Title   string
	Body    string
}

// textsOf returns the text for this reader, and those in other languages.
func (v view) textsOf(m broker.Message, fallback ...broker.Lang) (text, []text) {
	own, lang := m.Text(v.Lang, fallback...)
	var others []text
	for _, l := range broker.Langs() {
		if t, ok := m.Texts[l]; ok && l != lang {
			others = append(others, text{nil, l, languageName(l), t.Title, t.Body})
		}
	}
	return text{newPicture(m, lang), lang, languageName(lang), own.Title, own.Body}, others
}

// shownPicture is one that stands in the page itself, as no other page may ask for it.
type shownPicture struct {
	Source template.URL
	Alt    string
}

func newPicture(m broker.Message, lang broker.Lang) *shownPicture {
	if m.Picture == nil {
		return nil
	}
	// Base64 of a JPEG, as Validate has seen.
	source := template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(m.Picture.JPEG)) //nolint:gosec // see above
	return &shownPicture{source, m.Picture.Alt[lang]}
}
