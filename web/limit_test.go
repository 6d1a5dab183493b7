package web

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	now := time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC)
	l := &limits{every: time.Minute, burst: 3, most: 100}
	anne, bram := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for range 3 {
		if !l.allows(anne, now) {
			t.Fatal("the burst is refused")
		}
	}
	if l.allows(anne, now) {
		t.Error("a fourth try is allowed")
	}
	if !l.allows(bram, now) {
		t.Error("somebody else is refused")
	}
	if !l.allows(anne, now.Add(time.Minute)) || l.allows(anne, now.Add(time.Minute)) {
		t.Error("a minute later it is not one more try")
	}
	for i := range 1000 {
		l.allows(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::", i)), now)
	}
	if len(l.of) > l.most {
		t.Errorf("%d visitors are remembered, want at most %d", len(l.of), l.most)
	}
}

func TestVisitor(t *testing.T) {
	for _, test := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:4711", "", "192.0.2.7"},
		{"192.0.2.7:4711", "203.0.113.9", "192.0.2.7"}, // anybody can write the header
		{"127.0.0.1:4711", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.2:4711", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{"127.0.0.1:4711", "nonsense", "127.0.0.1"},
		{"[2001:db8::1:2:3:4]:4711", "", "2001:db8::"},
		{"[::ffff:192.0.2.7]:4711", "", "192.0.2.7"},
		{"@", "", "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.remote
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := visitor(r).String(); got != test.want {
			t.Errorf("%s, %s: got %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}
