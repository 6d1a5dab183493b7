package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// refusal answers a request that is not let in, in the words of its reader.
type refusal func(w http.ResponseWriter, r *http.Request, status int)

// maxBody is the longest form or JSON document that is read, in bytes: a
// message of four full texts, percent-encoded, and a picture.
const maxBody = 448 << 10

// guarded lets those in who hold the API token, or without one those on this
// machine, and no request that comes from another site's page.
func (s *server) guarded(origin *http.CrossOriginProtection, refuse refusal, h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := s.denied(r); status != 0 {
			if status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Basic realm="Relais", charset="UTF-8"`)
			}
			refuse(w, r, status)
			return
		}
		if origin.Check(r) != nil {
			refuse(w, r, statusCrossOrigin)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		h(w, r)
	})
}

// denied returns 0, or the status with which a request is refused.
func (s *server) denied(r *http.Request) int {
	if s.options.APIToken.IsZero() {
		// A page elsewhere can point a name of its own at 127.0.0.1 (DNS
		// rebinding); the browser then sends that name as Host.
		if !loopback(r.Host) {
			return http.StatusMisdirectedRequest
		}
		return 0
	}
	if !sameSecret(presentedToken(r), s.options.APIToken.Reveal()) {
		return http.StatusUnauthorized
	}
	return 0
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
