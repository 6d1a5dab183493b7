package sandbox

import (
	"net/url"
	"sync"
	"time"
)

// sms is one message as the Twilio stand-in remembers it.
type sms struct {
	sid, to, from, service, body, callback string
	created                                time.Time
	errorCode                              int // what it will be reported undelivered with; 0: delivered

	status string    // guarded by smsLog.mu
	sent   time.Time // guarded by smsLog.mu
}

// sender is what a phone shows above the message.
func (m *sms) sender() string {
	if m.from != "" {
		return m.from
	}
	return m.service
}

const (
	listed    = 20_000 // messages that the list of an account goes back
	ambiguous = 50_000 // messages without an answer that it goes back further
)

// smsLog is the account's list of messages. A caller whose request was cut must
// find the message here later, so those are kept longer than the rest.
type smsLog struct {
	limit int

	mu      sync.Mutex
	recent  []*sms // ring; next is the oldest once it is full
	next    int
	unheard []*sms // ring of those that got no answer
	nextCut int
}

func newSMSLog(keep int) *smsLog { return &smsLog{limit: max(keep, listed)} }

func (l *smsLog) add(m *sms, unanswered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if unanswered {
		l.unheard, l.nextCut = push(l.unheard, l.nextCut, ambiguous, m)
		return
	}
	l.recent, l.next = push(l.recent, l.next, l.limit, m)
}

// push adds to a ring and returns the place of its oldest.
func push(ring []*sms, next, limit int, m *sms) ([]*sms, int) {
	if len(ring) < limit {
		return append(ring, m), 0
	}
	ring[next] = m
	return ring, (next + 1) % limit
}

// find returns the messages that Twilio's list parameters ask for, newest first.
func (l *smsLog) find(query url.Values) []*sms {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []*sms
	for _, ring := range []struct {
		messages []*sms
		oldest   int
	}{{l.unheard, l.nextCut}, {l.recent, l.next}} {
		for i := range ring.messages {
			m := ring.messages[(ring.oldest+len(ring.messages)-1-i)%len(ring.messages)]
			if m.matches(query) {
				found = append(found, m)
			}
		}
	}
	return found
}

func (m *sms) matches(query url.Values) bool {
	if to := query.Get("To"); to != "" && to != m.to {
		return false
	}
	if from := query.Get("From"); from != "" && from != m.from {
		return false
	}
	after, before := listTime(query.Get("DateSent>")), listTime(query.Get("DateSent<"))
	return (after.IsZero() || !m.created.Before(after)) && (before.IsZero() || !m.created.After(before))
}

func listTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

func (l *smsLog) progress(m *sms) (status string, sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return m.status, m.sent
}

// advance moves a message's status on, never back.
func (l *smsLog) advance(m *sms, status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rank(status) <= rank(m.status) {
		return
	}
	m.status = status
	if m.sent.IsZero() {
		m.sent = time.Now()
	}
}

func rank(status string) int {
	switch status {
	case "queued":
		return 0
	case "sent":
		return 1
	}
	return 2 // delivered, undelivered
}
