package push

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// errForbiddenAddress is why a dial was refused.
var errForbiddenAddress = errors.New("the push service's name leads to an address that is not on the public internet")

// allowed says whether an endpoint's host is on the list. IP addresses are on
// no list, and neither is a name with a dot at its end.
func (c Config) allowed(host string) bool {
	host = strings.ToLower(host)
	for _, pattern := range c.AllowHosts {
		pattern = strings.ToLower(pattern)
		below, wild := strings.CutPrefix(pattern, "*.")
		if !wild && host == pattern {
			return true
		}
		if wild && len(host) > len(below)+1 && strings.HasSuffix(host, "."+below) {
			return true
		}
	}
	return false
}

// target is the URL to call for an endpoint.
func (c *Channel) target(endpoint *url.URL) *url.URL {
	if c.base == nil {
		return endpoint
	}
	u := *endpoint
	u.Scheme, u.Host = c.base.Scheme, c.base.Host
	return &u
}

// origin is the audience of a token (RFC 8292, 2; RFC 6454, 6.2): without the
// port if it is the scheme's own.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

// refusePrivate is a net.Dialer's Control: it sees the address after the name
// was resolved, so no name can lead to a machine of ours.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address to dial: %w", errForbiddenAddress)
	}
	if !public(ap.Addr()) {
		return errForbiddenAddress
	}
	return nil
}

// newDialer returns the dialer of one channel. While the gates are open,
// it goes anywhere.
func newDialer(cfg Config) *net.Dialer {
	dialer := &net.Dialer{Timeout: cfg.Timeout}
	if !cfg.open() {
		dialer.Control = refusePrivate
	}
	return dialer
}

// nat64 carries an IPv4 address in its last four bytes (RFC 6052, 2.1).
const nat64 = "64:ff9b::/96"

// special lists what is not global in the IANA registries of special-purpose
// addresses (RFC 6890) and has no predicate in net/netip.
func special() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"), // shared by carriers, RFC 6598
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001::/23"), // Teredo and other protocols
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"), // 6to4, leads to any IPv4 address
		netip.MustParsePrefix("fec0::/10"),
	}
}

// public says whether an address is on the public internet.
func public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if netip.MustParsePrefix(nat64).Contains(addr) {
		b := addr.As16()
		addr = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() {
		return false
	}
	for _, prefix := range special() {
		if prefix.Contains(addr) {
			return false
		}
	}
	return true
}
