package push

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"relais/broker"
	"relais/channels"
)

// headers returns those of RFC 8030 and RFC 8188 for one delivery.
func (c *Channel) headers(d channels.Delivery, authorization string, now time.Time) http.Header {
	return http.Header{
		"Authorization":    {authorization},
		"Content-Encoding": {"aes128gcm"}, // RFC 8291, 4
		"Content-Type":     {"application/octet-stream"},
		"Ttl":              {ttl(d.NotAfter, now, c.cfg.TTL)},
		"Urgency":          {urgency(d)},
		"Topic":            {topic(d)},
		"User-Agent":       {"relais"},
	}
}

// ttl is how long the push service may keep the message, in whole seconds
// (RFC 8030, 5.2). Zero means now or never.
func ttl(notAfter, now time.Time, most time.Duration) string {
	left := most
	if !notAfter.IsZero() {
		left = min(most, max(0, notAfter.Sub(now)))
	}
	return strconv.FormatInt(int64(left/time.Second), 10)
}

// urgency says for what the push service may wake a phone (RFC 8030, 5.3).
func urgency(d channels.Delivery) string {
	switch {
	case d.Priority == broker.Urgent || d.Content.Urgency == broker.Immediate:
		return "high"
	case d.Priority == broker.Bulk || d.Content.Urgency == broker.Future:
		return "low"
	}
	return "normal"
}

// topic makes the push service keep only the newest of the messages that share
// it: those that replace one another, or else a call and its repeat. At most 32
// characters of base64url (RFC 8030, 5.4).
func topic(d channels.Delivery) string {
	if d.Content.Collapse == "" {
		return base64.RawURLEncoding.EncodeToString(d.ID.UUID[:])
	}
	sum := sha256.Sum256([]byte(d.Content.Collapse))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
