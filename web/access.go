package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"relais/subscribers"
)

// refusal answers a request that is not let in, in the words of its reader.
type refusal func(w http.ResponseWriter, r *http.Request, status int)

// maxBody is the longest form or JSON document that is read, in bytes: a
// message of four full texts, percent-encoded, and a picture.
const maxBody = 448 << 10

// guarded lets those in who may do what the row says, and no request that comes
// from another site's page. Scope is what the token of a zone needs; none opens
// a row without.
func (s *server) guarded(row route, scope subscribers.TokenScope, refuse refusal) http.Handler {
	origin := http.NewCrossOriginProtection()
	return s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, row.most(r))
		if row.most(r) > maxBody {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadPatience)) // else the server's own holds
		}
		who, status, err := s.whoCalls(r)
		who.right = row.right
		if err == nil && status == 0 && origin.Check(r) != nil {
			status = statusCrossOrigin
		}
		switch {
		case err != nil:
			s.failAccess(w, r, refuse, err)
		case status == http.StatusUnauthorized:
			s.askWho(w, r, row, refuse)
		case status != 0:
			refuse(w, r, status)
		case who.byToken() && (scope == "" || !who.token.Has(scope)):
			s.refuseScope(w, r, row, scope)
		default:
			s.admit(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)), row, refuse)
		}
	}))
}

// admit lets somebody who is known do what the row says, if they may.
func (s *server) admit(w http.ResponseWriter, r *http.Request, row route, refuse refusal) {
	status, err := s.forbidden(row, r, callerOf(r.Context()))
	switch {
	case err != nil:
		s.failAccess(w, r, refuse, err)
	case status == http.StatusForbidden && row.front() && home(callerOf(r.Context()).account) != r.URL.Path:
		v := s.viewFor(r, "") // each has a door of their own, and comes to the other's by habit
		http.Redirect(w, r, v.URL(home(callerOf(r.Context()).account)), http.StatusSeeOther)
	case status == http.StatusForbidden:
		s.refuseRight(w, r, row.door)
	case status != 0:
		refuse(w, r, status)
	default:
		row.do(w, r)
	}
}

func (s *server) failAccess(w http.ResponseWriter, r *http.Request, refuse refusal, err error) {
	s.Log.ErrorContext(r.Context(), "request failed", "doing", "find out who may do this", "err", err)
	refuse(w, r, http.StatusInternalServerError)
}

// askWho answers a request of nobody: people are led to where they sign in, and
// programs told that they need a token.
func (s *server) askWho(w http.ResponseWriter, r *http.Request, row route, refuse refusal) {
	person := row.door == doorPage && r.Header.Get("Authorization") == ""
	switch {
	case person && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		v := s.viewFor(r, "")
		http.Redirect(w, r, v.URL("/signin?next="+url.QueryEscape(r.URL.RequestURI())), http.StatusSeeOther)
	case person:
		s.refuseToSignIn(w, r, http.StatusUnauthorized, "refused.signin")
	default:
		challenge(w, r)
		refuse(w, r, http.StatusUnauthorized)
	}
}

// entrance is for the pages where people sign in: they have a session to write
// into, and take no form from another site's page.
func (s *server) entrance(row route) http.Handler {
	origin := http.NewCrossOriginProtection()
	return s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin.Check(r) != nil {
			s.refusePage(w, r, statusCrossOrigin)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		row.do(w, r)
	}))
}

// forbidden returns 0, or the status with which somebody who is known is refused.
func (s *server) forbidden(row route, r *http.Request, who caller) (int, error) {
	if who.everything || row.about == nil {
		return 0, nil
	}
	may, err := row.about(s, r, who)
	var unread *formError
	switch {
	case errors.As(err, &unread):
		if tooLong(err) {
			return http.StatusRequestEntityTooLarge, nil
		}
		return http.StatusBadRequest, nil
	case errors.Is(err, subscribers.ErrNotFound) && who.somewhere():
		return 0, nil // the handler says that there is none
	case errors.Is(err, subscribers.ErrNotFound), err == nil && !may:
		return http.StatusForbidden, nil
	}
	return 0, err
}

// presentedToken is the bearer token (RFC 6750, 2.1) or, from browsers, the
// password of HTTP Basic (RFC 7617), whatever the user name.
func presentedToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return ""
}

// sameSecret compares in constant time, lengths included.
func sameSecret(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
