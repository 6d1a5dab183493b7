package channels

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// maxRetryAfter is the longest that a provider is believed.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads how long a provider asks to be left alone: seconds or a
// date (RFC 9110, 10.2.3), a day at most; 0 if there is neither.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	return 0
}

// NetworkFault names a fault of the network in our own words, for those of
// net/http and of providers' libraries may quote what was sent, and to whom.
func NetworkFault(err error) error {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &dns):
		return errors.New("its name cannot be resolved")
	case errors.Is(err, syscall.ECONNREFUSED):
		return syscall.ECONNREFUSED
	case errors.As(err, &certificate):
		return errors.New("its certificate cannot be verified")
	case errors.As(err, &timeout) && timeout.Timeout():
		return context.DeadlineExceeded
	}
	return errors.New("the connection broke, or the answer cannot be read")
}
