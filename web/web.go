package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// server answers requests. Its fields are not changed after New.
type server struct {
	Deps
	options Options
	words   channels.WordsByLang
	texts   catalogue
	pages   pages
	local   *time.Location // of the desk
	mux     *http.ServeMux
	streams chan struct{} // holds one for each that is open
}

// New returns the handler for pages, API and callbacks. Read and write
// timeouts are the http.Server's.
func New(deps Deps, options Options) (http.Handler, error) {
	s := &server{Deps: withDefaults(deps), options: options, mux: http.NewServeMux(), streams: make(chan struct{}, liveMost)}
	s.options.PublicURL = strings.TrimRight(options.PublicURL, "/")
	var err error
	if s.words, err = channels.LoadWords(); err != nil {
		return nil, err
	}
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if s.local, err = time.LoadLocation(subscribers.DefaultTimezone); err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	s.routes()
	return s.logged(s.secured(http.HandlerFunc(s.route))), nil
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

func (s *server) routes() {
	s.deskRoutes()
	s.linkRoutes()
	s.memberRoutes()
	s.callbackRoutes()
	s.apiRoutes()
	s.mux.HandleFunc("GET /healthz", s.getHealth)
	s.mux.HandleFunc("GET /readyz", s.getReady)
	s.mux.Handle("GET /static/", s.pages.static())
}

// deskRoutes are the pages of the police.
func (s *server) deskRoutes() {
	s.desk("GET /{$}", s.getDesk)
	s.desk("GET /messages", s.getHistory)
	s.desk("GET /messages/new", s.getCompose)
	s.desk("POST /messages", s.postMessage)
	s.desk("POST /messages/preview", s.postPreview("preview"))
	s.desk("POST /messages/forecast", s.postPreview("forecast"))
	s.desk("GET /messages/{id}", s.getMessage)
	s.desk("GET /messages/{id}/live", s.getLive)
	s.desk("GET /approvals/{id}", s.getDecision)
	s.desk("POST /approvals/{id}/answer", s.postDecision(subscribers.ApprovalPending))
	s.desk("POST /approvals/{id}/release", s.postDecision(subscribers.ApprovalOverruled))
	s.desk("GET /cases", s.getOwed)
	s.desk("GET /cases/{id}", s.getCase)
	s.desk("POST /cases/{id}/close", s.postCloseCase)
	s.desk("POST /incidents/{id}/ack", s.postAck)
	s.desk("POST /dead/{id}/replay", s.postReplay)
}

// linkRoutes are the pages behind a link that somebody was sent: the link is the right.
func (s *server) linkRoutes() {
	s.mux.HandleFunc("GET /a/{token}", s.getApproval)
	s.mux.HandleFunc("POST /a/{token}", s.postApproval)
	s.mux.HandleFunc("POST /a/{token}/push", s.postPush(subscribers.CanDecide))
	s.mux.HandleFunc("GET /d/{token}", s.getInfoflash)
	s.mux.HandleFunc("POST /d/{token}", s.postInfoflash)
	s.mux.HandleFunc("GET /m/{token}", s.getOpen)
	s.mux.HandleFunc("POST /m/{token}/push", s.postPush(subscribers.CanOpen))
	s.mux.HandleFunc("GET /call", s.getCall)
	s.mux.HandleFunc("GET /u/{token}", s.getLeave)
	s.mux.HandleFunc("POST /u/{token}", s.postLeave)
	s.mux.HandleFunc("GET /u/{token}/rest", s.getRest)
	s.mux.HandleFunc("POST /u/{token}/rest", s.postRest)
}

// callbackRoutes are where providers report.
func (s *server) callbackRoutes() {
	s.mux.HandleFunc("POST /callbacks/{channel}/inbound", s.postInbound)
	s.mux.HandleFunc("POST /callbacks/{channel}/{rest...}", s.postCallback)
	s.mux.HandleFunc("POST /callbacks/{channel}", s.postCallback)
}

// apiRoutes are for programs.
func (s *server) apiRoutes() {
	s.api("GET /api/messages", s.apiMessages)
	s.api("POST /api/messages", s.apiPublish)
	s.api("POST /api/messages/alike", s.apiAlike)
	s.api("GET /api/messages/{id}", s.apiStatus)
	s.api("GET /api/approvals", s.apiApprovals)
	s.api("GET /api/approvals/{id}", s.apiApproval)
	s.api("POST /api/approvals/{id}/approve", s.apiDecide(subscribers.ApprovalApproved))
	s.api("POST /api/approvals/{id}/refuse", s.apiDecide(subscribers.ApprovalRefused))
	s.api("GET /api/officers", s.apiOfficers)
	s.api("GET /api/cases", s.apiCases)
	s.api("POST /api/cases/{id}/close", s.apiCloseCase)
	s.api("GET /api/budget", s.apiBudget)
	s.api("GET /api/incidents", s.apiIncidents)
	s.api("POST /api/incidents/{id}/ack", s.apiAck)
	s.api("POST /api/approvals/{id}/hold", s.apiDecide(subscribers.ApprovalHeld))
	s.api("POST /api/approvals/{id}/question", s.apiDecide(subscribers.ApprovalQuestioned))
	s.api("POST /api/approvals/{id}/answer", s.apiDecide(subscribers.ApprovalPending))
	s.api("POST /api/approvals/{id}/release", s.apiDecide(subscribers.ApprovalOverruled))
	s.api("GET /api/partnerships/{id}/absences", s.apiAbsences)
	s.api("PUT /api/partnerships/{id}/absences", s.apiSetAbsences)
	s.api("GET /api/members/{id}/rest", s.apiRest)
	s.api("PUT /api/members/{id}/rest", s.apiSetRest)
	s.api("GET /api/digests", s.apiDigests)
	s.api("GET /api/digests/{partnership}/{date}", s.apiDigest)
	s.api("POST /api/digests/{partnership}/{date}/hold", s.apiChangeDigest(subscribers.HoldSlot))
	s.api("POST /api/digests/{partnership}/{date}/release", s.apiChangeDigest(subscribers.ReleaseSlot))
	s.api("POST /api/digests/{partnership}/{date}/note", s.apiChangeDigest(subscribers.NoteSlot))
	s.api("GET /api/dead", s.apiDead)
	s.api("POST /api/dead/{id}/replay", s.apiReplay)
}

// desk registers a page for the police, api an address for programs. Both
// refuse requests that another site makes a signed-in browser send.
func (s *server) desk(pattern string, h http.HandlerFunc) {
	s.mux.Handle(pattern, s.guarded(http.NewCrossOriginProtection(), s.refusePage, h))
}

func (s *server) api(pattern string, h http.HandlerFunc) {
	s.mux.Handle(pattern, s.guarded(http.NewCrossOriginProtection(), refuseJSON, h))
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
