package push

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"relais/channels"
	"relais/channels/channeltest"
)

func TestOnlyKnownPushServicesAreCalled(t *testing.T) {
	c := newTestChannel(t, testConfig(t), quiet())
	b := newBrowser(t)
	for endpoint, want := range map[string]bool{
		"https://fcm.googleapis.com/wp/x":                      true,
		"https://FCM.googleapis.com:443/wp/x":                  true,
		"https://updates.push.services.mozilla.com/wpush/v2/x": true,
		"https://stage.push.services.mozilla.com/x":            true,
		"https://api.push.apple.com/3/device/x":                true,
		"https://db5p.notify.windows.com/w/?token=x":           true,
		"http://fcm.googleapis.com/wp/x":                       false,
		"https://127.0.0.1/x":                                  false,
		"https://2130706433/x":                                 false,
		"https://10.1.2.3/x":                                   false,
		"https://169.254.169.254/latest/meta-data":             false,
		"https://[::1]/x":                                      false,
		"https://[::ffff:127.0.0.1]/x":                         false,
		"https://localhost/x":                                  false,
		"https://fcm.googleapis.com@127.0.0.1/x":               false,
		"https://user:pass@fcm.googleapis.com/x":               false,
		"https://evil.example/fcm.googleapis.com":              false,
		"https://fcm.googleapis.com.evil.example/x":            false,
		"https://evilfcm.googleapis.com/x":                     false,
		"https://evilnotify.windows.com/x":                     false,
		"https://notify.windows.com/x":                         false,
		"https://fcm.googleapis.com./x":                        false,
		"https://.notify.windows.com/x":                        false,
		"https://fcm.googleapis.com%2f@evil.example/x":         false,
	} {
		_, err := c.Subscription([]byte(b.subscription(endpoint)))
		if got := err == nil; got != want {
			t.Errorf("%s: got %v (%v), want %v", endpoint, got, err, want)
		}
		if want {
			continue
		}
		_, err = c.Send(t.Context(), channeltest.Delivery(0, b.address(endpoint)))
		if got := channels.AsSendError(err).Class; got != channels.Rejected {
			t.Errorf("send to %s: got %s, want rejected", endpoint, got)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for addr, want := range map[string]bool{
		"142.250.74.10":            true,
		"2a00:1450:400e:80d::200a": true,
		"64:ff9b::8efa:4a0a":       true, // NAT64 of 142.250.74.10
		"::ffff:142.250.74.10":     true,
		"0.0.0.0":                  false,
		"127.0.0.1":                false,
		"127.8.8.8":                false,
		"10.0.0.1":                 false,
		"172.16.0.1":               false,
		"192.168.1.1":              false,
		"169.254.169.254":          false,
		"100.64.0.1":               false,
		"192.0.2.1":                false,
		"198.18.0.1":               false,
		"224.0.0.1":                false,
		"255.255.255.255":          false,
		"::":                       false,
		"::1":                      false,
		"::7f00:1":                 false,
		"::ffff:10.0.0.1":          false,
		"fe80::1":                  false,
		"fe80::1%eth0":             false,
		"fd00::1":                  false,
		"ff02::1":                  false,
		"64:ff9b::7f00:1":          false, // NAT64 of 127.0.0.1
		"2002:7f00:1::":            false, // 6to4 of 127.0.0.1
		"2001:db8::1":              false,
	} {
		if got := public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %v, want %v", addr, got, want)
		}
	}
}

// A name on the list that leads to a private address is refused when dialled.
func TestANameThatLeadsToAPrivateAddressIsNotDialled(t *testing.T) {
	var called atomic.Bool
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
		cfg := testConfig(t)
		c := newTestChannel(t, cfg, quiet())
		c.cfg.AllowHosts = []string{strings.Trim(host, "[]")} // Validate would refuse it
		to := newBrowser(t).address("https://" + host + ":" + port + "/x")
		_, err := c.Send(t.Context(), channeltest.Delivery(0, to))
		if got := channels.AsSendError(err); got.Class != channels.Retryable || !strings.Contains(got.Error(), errForbiddenAddress.Error()) {
			t.Errorf("%s: got %v, want retryable since %v", host, err, errForbiddenAddress)
		}
	}
	if called.Load() {
		t.Error("the private server was called")
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var called atomic.Bool
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
	defer private.Close()
	s := newService(t, quiet(), nil)
	for _, code := range []int{301, 302, 303, 307, 308} {
		s.answerWith(status(code, "Location", private.URL))
		_, err := s.channel.Send(t.Context(), channeltest.Delivery(0, s.Address(0)))
		if got := channels.AsSendError(err).Class; got != channels.Rejected {
			t.Errorf("%d: got %s, want rejected", code, got)
		}
	}
	if called.Load() {
		t.Error("a redirect was followed")
	}
}

func TestOrigin(t *testing.T) {
	for endpoint, want := range map[string]string{
		"https://fcm.googleapis.com/wp/x":     "https://fcm.googleapis.com",
		"https://FCM.googleapis.com:443/wp/x": "https://fcm.googleapis.com",
		"https://push.example:8443/x":         "https://push.example:8443",
		"http://127.0.0.1:80/x":               "http://127.0.0.1",
		"https://[2001:db8::1]:443/x":         "https://[2001:db8::1]",
	} {
		if got := origin(parseURL(t, endpoint)); got != want {
			t.Errorf("%s: got %s, want %s", endpoint, got, want)
		}
	}
}
