package web

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one visitor may ask for a code or type one: a station behind one
// address at the change of shift, and no program that guesses.
const (
	triesAtOnce  = 30
	triesEvery   = 10 * time.Second
	visitorsKept = 10_000
)

// How often a link is opened or its form sent. Programs that look for viruses
// open links as well, from addresses of their own, and must not shut its owner
// out: openings are counted for each address apart, and forms, which those
// programs do not send, for each link. A mobile operator hides thousands of
// members behind one address, who all look at the same alert.
const (
	opensAtOnce = 60 // of one link from one address
	opensEvery  = 2 * time.Second
	formsAtOnce = 30 // of one link
	formsEvery  = 10 * time.Second
	viewsAtOnce = 600 // of all links from one address
	viewsEvery  = 100 * time.Millisecond

	slowDown = time.Minute // how long the page asks to wait; by then some tries are free again
)

// limits counts visitors.
type limits = limitsOf[netip.Addr]

// limitsOf lets each visitor, or each of another kind, try so often and no more.
// It is kept in memory, for it only slows somebody down; what must hold is counted
// in rows.
type limitsOf[K comparable] struct {
	every time.Duration // one more try is granted after this time
	burst int
	most  int // of them are remembered; beyond it the map begins anew

	mu sync.Mutex
	of map[K]*rate.Limiter
}

// allows says whether one may try now, and counts it.
func (l *limitsOf[K]) allows(who K, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, known := l.of[who]
	if !known {
		if l.of == nil || len(l.of) >= l.most {
			l.of = make(map[K]*rate.Limiter)
		}
		one = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.of[who] = one
	}
	return one.AllowN(now, 1)
}

// retryIn tells programs what the page tells people (RFC 9110, 10.2.3).
func retryIn(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
}

// opening is one link, opened from one address.
type opening struct {
	from netip.Addr
	link string
}

// paced slows down who opens a link or sends its form again and again. To stop
// all messages is never refused for what others do at the same address: mail
// providers send the one click of all their readers from a few (RFC 8058).
func (s *server) paced(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		link, from, now := r.PathValue("token"), visitor(r), s.Now()
		allowed := false
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			allowed = s.views.allows(from, now) && s.opens.allows(opening{from, link}, now)
		} else {
			allowed = s.forms.allows(link, now)
		}
		if !allowed {
			s.refuse(w, r, s.viewFor(r, ""), http.StatusTooManyRequests, "slow")
			return
		}
		do(w, r)
	}
}

// visitor is where a request comes from. Behind a proxy on this machine or in
// its network that is the last address in X-Forwarded-For, which the proxy
// itself has written; from anybody else the header is not believed. An IPv6
// network of 64 bits counts as one: a household has that many addresses.
func visitor(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	from, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	if (from.IsLoopback() || from.IsPrivate()) && len(forwarded) > 0 {
		hops := strings.Split(forwarded[len(forwarded)-1], ",")
		if told, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
			from = told
		}
	}
	from = from.Unmap()
	if from.Is6() {
		return netip.PrefixFrom(from, 64).Masked().Addr()
	}
	return from
}
