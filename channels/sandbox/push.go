package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"relais/channels"
)

// maxPush is the body that a push service must take (RFC 8030, 7.2).
const maxPush = 4096

// pushService stands in for a browser maker's push service (RFC 8030) and for
// the browsers behind it.
type pushService struct {
	sandbox *Sandbox
	vapid   *vapid

	mu            sync.Mutex
	subscriptions map[string]*subscription // by the token in their endpoint
}

func newPushService(s *Sandbox) *pushService {
	return &pushService{sandbox: s, vapid: newVAPID(s.base), subscriptions: make(map[string]*subscription)}
}

func (p *pushService) endpoint(token string) string { return p.sandbox.base + "/push/" + token }

func (p *pushService) keep(token string, sub *subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subscriptions[token] = sub
}

func (p *pushService) find(token string) *subscription {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.subscriptions[token]
}

// send answers POST /push/{token}.
func (p *pushService) send(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if err != nil {
		http.Error(w, "the message is longer than 4096 bytes", http.StatusRequestEntityTooLarge)
		return
	}
	set, verdict := p.sandbox.faults.draw(channels.Push)
	wait(r.Context().Done(), set.Latency)
	switch verdict {
	case fail:
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	case throttle:
		retryAfter(w, set) // RFC 8030, 8.4
		http.Error(w, "too many messages", http.StatusTooManyRequests)
		return
	case cutLost:
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	item, status, why := p.open(r, body, set)
	if status != http.StatusCreated {
		http.Error(w, why, status)
		return
	}
	p.sandbox.record.add(taken{item: item, topic: topicOf(item)})
	if verdict == cutTaken {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Location", item.Ref)
	w.Header().Set("TTL", r.Header.Get("TTL"))
	w.WriteHeader(http.StatusCreated)
}

// open checks a message as a push service would and decrypts it as the browser
// would. The status is 201 if it passes, else it says with why what is wrong.
func (p *pushService) open(r *http.Request, body []byte, set Faults) (it Item, status int, why string) {
	to := p.endpoint(r.PathValue("token"))
	sub := p.find(r.PathValue("token"))
	switch {
	case sub == nil:
		return it, http.StatusNotFound, "no such subscription"
	case refusedEndpoint(set, to) != 0:
		return it, refusedEndpoint(set, to), "refused"
	}
	if err := p.vapid.check(r.Header.Get("Authorization"), time.Now()); err != nil {
		return it, http.StatusUnauthorized, err.Error()
	}
	if fault := checkPushHeaders(r.Header); fault != "" {
		return it, http.StatusBadRequest, fault
	}
	payload, err := sub.decrypt(body)
	if err != nil {
		// A real push service could not tell; a browser would drop the message.
		return it, http.StatusBadRequest, err.Error()
	}
	return p.item(to, payload, r.Header), http.StatusCreated, ""
}

// refusedEndpoint finds an endpoint by its address or by its last characters,
// with which the outbox shows it.
func refusedEndpoint(set Faults, to string) int {
	for name, code := range set.Refuse {
		if end, short := strings.CutPrefix(name, "…"); name == to || short && end != "" && strings.HasSuffix(to, end) {
			return code
		}
	}
	return 0
}

var topicForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

func checkPushHeaders(head http.Header) (fault string) {
	if ttl, err := strconv.Atoi(head.Get("TTL")); err != nil || ttl < 0 {
		return "the TTL header is missing or not a number of seconds (RFC 8030, 5.2)"
	}
	if head.Get("Content-Encoding") != "aes128gcm" {
		return "the Content-Encoding is not aes128gcm (RFC 8291, 4)"
	}
	switch head.Get("Urgency") {
	case "", "very-low", "low", "normal", "high":
	default:
		return "the Urgency is none of very-low, low, normal, high (RFC 8030, 5.3)"
	}
	if topic := head.Get("Topic"); topic != "" && !topicForm.MatchString(topic) {
		return "the Topic is not 1 to 32 characters of base64url (RFC 8030, 5.4)"
	}
	return ""
}

// notification is what the service worker reads from the payload. The two forms
// are Relais's own, flat, and the W3C's declarative push, nested.
type notification struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	Body         string        `json:"body"`
	URL          string        `json:"url"`
	Navigate     string        `json:"navigate"`
	Notification *notification `json:"notification"`
	Actions      []struct {
		Title string `json:"title"`
	} `json:"actions"`
}

func (p *pushService) item(to string, payload []byte, head http.Header) Item {
	var seen notification
	if err := json.Unmarshal(payload, &seen); err != nil {
		seen.Body = string(payload) // not JSON: the outbox shows it as it is
	}
	id := seen.ID
	if seen.Notification != nil {
		seen = *seen.Notification
	}
	var actions []string
	for _, action := range seen.Actions {
		actions = append(actions, action.Title)
	}
	headers := make(map[string]string)
	for _, name := range []string{"TTL", "Urgency", "Topic"} {
		if value := head.Get(name); value != "" {
			headers[name] = value
		}
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails, crypto/rand says
	return Item{
		Channel:  channels.Push,
		At:       time.Now(),
		To:       to,
		Subject:  seen.Title,
		Text:     seen.Body,
		Payload:  string(payload),
		Link:     firstOf(seen.URL, seen.Navigate),
		Actions:  actions,
		Ref:      p.sandbox.base + "/push/message/" + hex.EncodeToString(random[:]),
		Delivery: deliveryIn(id, head.Get("Topic")),
		Headers:  headers,
	}
}

func firstOf(words ...string) string {
	for _, word := range words {
		if word != "" {
			return word
		}
	}
	return ""
}

// topicOf names what a newer push replaces: same recipient, same Topic.
func topicOf(it Item) string {
	if topic := it.Headers["Topic"]; topic != "" {
		return it.To + " " + topic
	}
	return ""
}
