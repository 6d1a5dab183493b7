package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-webauthn/webauthn/webauthn"

	"relais/channels"
	"relais/subscribers"
)

// server answers requests. Its fields are not changed after New.
type server struct {
	Deps
	options  Options
	words    channels.WordsByLang
	texts    catalogue
	pages    pages
	local    *time.Location // of the desk
	mux      *http.ServeMux
	streams  chan struct{} // holds one for each that is open
	counting chan struct{} // holds one while a message is counted
	fitting  chan struct{} // holds one while a picture is made to fit
	sessions *scs.SessionManager
	tries    *limits // of signing in
	unknown  *limits // of tokens that nobody made
	views    *limits // of openings of links
	opens    *limitsOf[opening]
	forms    *limitsOf[string]  // of forms behind a link
	visits   *limits            // of pages on which anybody may type an address or a code
	provider provider           // of OpenID Connect, where there is one
	party    *webauthn.WebAuthn // nil: browsers have no passkeys for this address
	counts   counts
}

// New returns the handler for pages, API and callbacks. Read and write
// timeouts are the http.Server's.
func New(deps Deps, options Options) (http.Handler, error) {
	s, err := newServer(deps, options)
	if err != nil {
		return nil, err
	}
	return s.handler()
}

// handler spares providers what browsers need, for a program heeds no header about
// pages, and three of its reports come for each SMS.
func (s *server) handler() (http.Handler, error) {
	pages, err := compressed(s.secured(http.HandlerFunc(s.route)))
	if err != nil {
		return nil, err
	}
	return s.logged(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, callbacks) {
			s.mux.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})), nil
}

func newServer(deps Deps, options Options) (*server, error) {
	s := &server{Deps: withDefaults(deps), options: options, mux: http.NewServeMux(), streams: make(chan struct{}, liveMost), fitting: make(chan struct{}, 1), counting: make(chan struct{}, 1)}
	s.options.PublicURL = strings.TrimRight(options.PublicURL, "/")
	var err error
	if s.words, err = channels.LoadWords(); err != nil {
		return nil, err
	}
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if s.pages, err = listPages(); err != nil {
		return nil, err
	}
	if s.local, err = time.LoadLocation(subscribers.DefaultTimezone); err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	if s.party, err = relyingParty(s.options.PublicURL); err != nil {
		return nil, err
	}
	s.sessions = newSessions(s.Deps.Sessions, s.options.PublicURL, s.Log)
	s.tries = &limits{every: triesEvery, burst: triesAtOnce, most: visitorsKept}
	s.unknown = &limits{every: triesEvery, burst: triesAtOnce, most: visitorsKept}
	s.views = &limits{every: viewsEvery, burst: viewsAtOnce, most: visitorsKept}
	s.opens = &limitsOf[opening]{every: opensEvery, burst: opensAtOnce, most: visitorsKept}
	s.forms = &limitsOf[string]{every: formsEvery, burst: formsAtOnce, most: visitorsKept}
	s.visits = &limits{every: triesEvery, burst: triesAtOnce, most: visitorsKept}
	s.register()
	return s, nil
}

func withDefaults(d Deps) Deps {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}

// route gives requests that match nothing an answer in our own words.
func (s *server) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	seen := &statusOnly{header: w.Header()}
	h.ServeHTTP(seen, r)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		refuseJSON(w, r, seen.status)
		return
	}
	s.refusePage(w, r, seen.status)
}

// statusOnly learns which status a handler would answer with, and keeps its
// headers (Allow, of a 405).
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
