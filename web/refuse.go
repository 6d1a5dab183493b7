package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// statusCrossOrigin is the answer to a form that another site's page sent.
const statusCrossOrigin = http.StatusForbidden

// refusalPage says what is wrong and what to do next.
type refusalPage struct {
	view
	Heading string
	Text    string
	Next    string
	Urgent  bool   // show the emergency line
	SignIn  string // where to sign in, if that helps
	Renew   string // where a fresh link is asked for, if that helps
}

// refusePage answers in the reader's language. Statuses without words of
// their own read as a fault of ours.
func (s *server) refusePage(w http.ResponseWriter, r *http.Request, status int) {
	key := "internal"
	switch status {
	case http.StatusUnauthorized:
		key = "token"
	case statusCrossOrigin:
		key = "origin"
	case http.StatusNotFound:
		key = "notfound"
	case http.StatusMethodNotAllowed:
		key = "method"
	case http.StatusMisdirectedRequest:
		key = "host"
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		key = "form"
	}
	s.refuse(w, r, s.viewFor(r, ""), status, "refused."+key)
}

// refuseRight answers somebody who is known, and whose posts do not let them do
// this here.
func (s *server) refuseRight(w http.ResponseWriter, r *http.Request, d door) {
	challengeScope(w, r)
	if d == doorAPI {
		writeJSON(w, http.StatusForbidden, problem{Error: "Your role does not let you do this here: it belongs to another zone, partnership or role."})
		return
	}
	s.refuse(w, r, s.deskView(r), http.StatusForbidden, "refused.role")
}

// refuseForm answers a form that cannot be read: 413 for one that is too long.
func (s *server) refuseForm(w http.ResponseWriter, r *http.Request, err error) {
	if tooLong(err) {
		s.refusePage(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	s.refusePage(w, r, http.StatusBadRequest)
}

// tooLong says whether a body was not read because of its length.
func tooLong(err error) bool {
	var long *http.MaxBytesError
	return errors.As(err, &long) || errors.Is(err, channels.ErrTooLarge)
}

// refuseToSignIn does as refuse, and leads to where one signs in.
func (s *server) refuseToSignIn(w http.ResponseWriter, r *http.Request, status int, key string) {
	v := s.viewFor(r, "")
	p := refusalPage{view: v, Heading: v.T(key + ".title"), Text: v.T(key + ".text"), Next: v.T(key + ".next"), SignIn: "/signin"}
	if v.get && !strings.HasPrefix(r.URL.Path, "/signin") { // what let nobody in does not do so afterwards
		p.SignIn += "?next=" + url.QueryEscape(r.URL.Path)
	}
	p.SignIn = v.URL(p.SignIn)
	p.Title = p.Heading
	s.show(w, r, status, "refused", p)
}

// refuse shows the three sentences of a refusal: key.title, .text and .next.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, v view, status int, key string) {
	p := refusalPage{view: v, Heading: v.T(key + ".title"), Text: v.T(key + ".text"), Next: v.T(key + ".next")}
	p.Title, p.Urgent = p.Heading, !v.Police
	s.show(w, r, status, "refused", p)
}

// refuseAndRenew does so, and leads to where a member asks for a fresh link.
func (s *server) refuseAndRenew(w http.ResponseWriter, r *http.Request, v view, status int, key string) {
	p := refusalPage{view: v, Heading: v.T(key + ".title"), Text: v.T(key + ".text"), Next: v.T(key + ".next"), Urgent: true, Renew: v.URL("/renew")}
	p.Title = p.Heading
	s.show(w, r, status, "refused", p)
}

// failPage answers a failed read or write: 404 for what does not exist.
func (s *server) failPage(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	s.Log.ErrorContext(r.Context(), "request failed", "doing", doing, "err", err)
	s.refusePage(w, r, http.StatusInternalServerError)
}

// refuseLink answers somebody whose link does not work, in their browser's language.
func (s *server) refuseLink(w http.ResponseWriter, r *http.Request, err error) {
	v := s.viewFor(r, "")
	switch {
	case errors.Is(err, subscribers.ErrForgedLink):
		s.refuse(w, r, v, http.StatusForbidden, "link.forged")
	case errors.Is(err, subscribers.ErrOldLink):
		s.refuseAndRenew(w, r, v, http.StatusGone, "link.old")
	case errors.Is(err, subscribers.ErrNotFound):
		s.refuseAndRenew(w, r, v, http.StatusNotFound, "link.unknown")
	default:
		s.failPage(w, r, "open link", err)
	}
}

// problem is what the API answers when it does not do what was asked.
type problem struct {
	Error string     `json:"error"` // one sentence
	First *firstSaid `json:"first,omitempty"`
	*faulty
}

// faulty is what is wrong with a field (broker.Fault).
type faulty struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
}

func refuseJSON(w http.ResponseWriter, _ *http.Request, status int) {
	sentence := map[int]string{
		http.StatusUnauthorized:       "This needs a token: send one that is still good as Authorization: Bearer. A zone's administrator makes them at /tokens; the relais command takes web.api_token from its configuration.",
		statusCrossOrigin:             "Another site's page sent this request; send it from a program or from these pages.",
		http.StatusNotFound:           "Nothing stands at this address.",
		http.StatusTooManyRequests:    "Too many tokens that nobody made were sent from here. Wait a minute, then send the right one.",
		http.StatusMethodNotAllowed:   "This address does not take that method; the Allow header lists those it takes.",
		http.StatusMisdirectedRequest: "With web.open this answers only on this machine, as localhost; leave web.open out where others are to reach it.",
	}[status]
	if status == http.StatusTooManyRequests {
		retryIn(w, slowDown)
	}
	if sentence == "" {
		sentence = http.StatusText(status) + "."
	}
	writeJSON(w, status, problem{Error: sentence})
}

func refuseFault(w http.ResponseWriter, f *broker.Fault) {
	writeJSON(w, http.StatusBadRequest, problem{Error: f.Error() + ".", faulty: &faulty{f.Field, f.Problem, f.Remedy}})
}

// failJSON answers a failed read or write: 404 for what does not exist.
func (s *server) failJSON(w http.ResponseWriter, r *http.Request, doing string, err error) {
	switch {
	case errors.Is(err, subscribers.ErrNotFound):
		writeJSON(w, http.StatusNotFound, problem{Error: "Nothing has this id."})
	case tooLong(err):
		writeJSON(w, http.StatusRequestEntityTooLarge, problem{Error: "The request is too long."})
	default:
		s.Log.ErrorContext(r.Context(), "request failed", "doing", doing, "err", err)
		writeJSON(w, http.StatusInternalServerError, problem{Error: "Relais could not " + doing + "; its log says why. Try again."})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader is gone: nothing to do
}
