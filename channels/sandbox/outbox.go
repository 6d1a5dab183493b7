package sandbox

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"relais/channels"
)

//go:embed page
var pageFiles embed.FS

// shownPerChannel is how many cards a page holds; the JSON has all that are kept.
const shownPerChannel = 50

// outbox serves the page that shows each message as its recipient sees it.
type outbox struct {
	sandbox   *Sandbox
	templates *template.Template
	mux       *http.ServeMux
}

func newOutbox(s *Sandbox) (*outbox, error) {
	templates, err := template.ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the outbox's templates: %w", err)
	}
	o := &outbox{sandbox: s, templates: templates, mux: http.NewServeMux()}
	o.mux.HandleFunc("GET /outbox", o.page)
	o.mux.HandleFunc("GET /outbox/{$}", o.page)
	o.mux.HandleFunc("GET /outbox/events", o.events)
	o.mux.HandleFunc("GET /outbox/mail/{n}", o.mail)
	o.mux.HandleFunc("GET /outbox/static/{file}", o.static)
	o.mux.HandleFunc("GET /outbox.json", o.json)
	o.mux.HandleFunc("GET /outbox/next.json", o.next)
	return o, nil
}

// The page runs its own script and nothing else; a mail runs none at all, and
// loads nothing from elsewhere, or opening it here would tell its sender.
const (
	pagePolicy = "default-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
	mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; " +
		"sandbox allow-popups allow-popups-to-escape-sandbox"
)

// ServeHTTP serves /outbox, what is below it, and /outbox.json.
func (o *outbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	pageHeaders(w.Header())
	o.mux.ServeHTTP(w, r)
}

func pageHeaders(head http.Header) {
	head.Set("Content-Security-Policy", pagePolicy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer") // links in messages are capabilities
	head.Set("Cache-Control", "no-store")
}

func (o *outbox) page(w http.ResponseWriter, r *http.Request) {
	o.render(w, http.StatusOK, "page.html", o.view(r))
}

// render writes a page, whole or not at all.
func (o *outbox) render(w http.ResponseWriter, status int, template string, data any) {
	var page strings.Builder
	if err := o.templates.ExecuteTemplate(&page, template, data); err != nil {
		o.sandbox.log.Error("sandbox: render a page", "page", template, "err", err)
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	o.write(w, page.String())
}

// mail serves the HTML part of a mail for the frame in its card.
func (o *outbox) mail(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.PathValue("n")) // 0 is no message
	item, ok := o.sandbox.record.get(n)
	if !ok || item.HTML == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", mailPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	o.write(w, openLinksOutside(item.HTML))
}

// openLinksOutside makes a tap on a link in a mail open a page of its own.
func openLinksOutside(html string) string {
	const base = `<base target="_blank">`
	if at := strings.Index(strings.ToLower(html), "<head>"); at >= 0 {
		at += len("<head>")
		return html[:at] + base + html[at:]
	}
	return base + html
}

func (o *outbox) static(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if strings.HasSuffix(file, ".html") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, pageFiles, "page/"+file)
}

// json lists every kept message that matches, newest first.
func (o *outbox) json(w http.ResponseWriter, r *http.Request) {
	items := []Item{}
	for _, t := range o.sandbox.record.newest(o.sandbox.cfg.Keep, o.filter(r)) {
		items = append(items, t.read())
	}
	o.sandbox.writeJSON(w, http.StatusOK, struct {
		Counts map[channels.Name]int `json:"counts"`
		Items  []Item                `json:"items"`
	}{o.sandbox.Totals(), items})
}

// filter reads ?channel= and ?to= .
func (o *outbox) filter(r *http.Request) func(Item) bool {
	on, to := channels.Name(r.URL.Query().Get("channel")), r.URL.Query().Get("to")
	return func(it Item) bool {
		return (on == "" || it.Channel == on) && o.sandbox.people.matches(it, to)
	}
}

func (o *outbox) write(w http.ResponseWriter, page string) {
	if _, err := w.Write([]byte(page)); err != nil {
		o.sandbox.log.Debug("sandbox: answer not written", "err", err) // the reader has gone
	}
}
