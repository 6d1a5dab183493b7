package web

import (
	"net"
	"net/http"
	"net/netip"
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

// limits lets each visitor try so often and no more. It is kept in memory, for
// it only slows somebody down; what must hold is counted in rows.
type limits struct {
	every time.Duration // one more try is granted after this time
	burst int
	most  int // visitors remembered; beyond it the map begins anew

	mu sync.Mutex
	of map[netip.Addr]*rate.Limiter
}

// allows says whether a visitor may try now, and counts it.
func (l *limits) allows(visitor netip.Addr, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, known := l.of[visitor]
	if !known {
		if l.of == nil || len(l.of) >= l.most {
			l.of = make(map[netip.Addr]*rate.Limiter)
		}
		one = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.of[visitor] = one
	}
	return one.AllowN(now, 1)
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
