package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"relais/channels"
)

const (
	callbackWorkers = 256
	callbackQueue   = 16_384 // messages; a full queue holds up the API's answers
)

// callbacks reports each message's progress to the URL its sender named.
type callbacks struct {
	sandbox *Sandbox
	log     *smsLog
	client  *http.Client
	queue   chan report
	closing <-chan struct{}
	working sync.WaitGroup
}

// report is the progress of one message.
type report struct {
	message *sms
	set     Faults
}

func newCallbacks(s *Sandbox, log *smsLog) *callbacks {
	return &callbacks{
		sandbox: s,
		log:     log,
		queue:   make(chan report, callbackQueue),
		client: &http.Client{
			Timeout:   15 * time.Second, // as Twilio waits
			Transport: &http.Transport{MaxIdleConnsPerHost: callbackWorkers, IdleConnTimeout: time.Minute},
		},
	}
}

func (c *callbacks) start(running context.Context) {
	c.closing = running.Done()
	for range callbackWorkers {
		c.working.Go(func() { c.work(running) })
	}
}

// wait returns when the workers have noticed the end of running.
func (c *callbacks) wait() {
	c.working.Wait()
	c.client.CloseIdleConnections()
}

// schedule hands a message's progress to the workers.
func (c *callbacks) schedule(m *sms, set Faults) {
	if m.callback == "" {
		c.log.advance(m, outcome(m))
		return
	}
	if set.LateCallbacks == 0 {
		c.enqueue(report{m, set})
		return
	}
	c.working.Go(func() {
		wait(c.closing, set.LateCallbacks)
		c.enqueue(report{m, set})
	})
}

func (c *callbacks) enqueue(r report) {
	select {
	case c.queue <- r:
	case <-c.closing:
	}
}

func (c *callbacks) work(running context.Context) {
	for {
		select {
		case r := <-c.queue:
			c.tell(running, r)
		case <-running.Done():
			return
		}
	}
}

func outcome(m *sms) string {
	if m.errorCode != 0 {
		return "undelivered"
	}
	return "delivered"
}

// tell posts queued, sent and the outcome, as often and in the order that the
// faults ask for. A receiver that cannot be reached loses the rest.
func (c *callbacks) tell(ctx context.Context, r report) {
	for _, status := range c.statuses(r) {
		c.log.advance(r.message, status)
		if err := c.postWithRetries(ctx, r.message, status); err != nil {
			if ctx.Err() == nil {
				c.sandbox.log.Warn("sandbox: status callback dropped", "sid", r.message.sid, "status", status, "err", err)
			}
			c.log.advance(r.message, outcome(r.message))
			return
		}
	}
}

func (c *callbacks) statuses(r report) []string {
	var all []string
	for _, status := range []string{"queued", "sent", outcome(r.message)} {
		all = append(all, status)
		if c.sandbox.faults.hits(r.set.DuplicateCallbacks) {
			all = append(all, status)
		}
	}
	if r.set.PermuteCallbacks {
		c.sandbox.faults.shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return all
}

// postWithRetries tries again while nobody listens or the receiver has a fault of its own.
func (c *callbacks) postWithRetries(ctx context.Context, m *sms, status string) error {
	var err error
	for _, pause := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, 800 * time.Millisecond} {
		wait(ctx.Done(), pause)
		var again bool
		if again, err = c.post(ctx, m, status); err == nil || !again {
			return err
		}
	}
	return err
}

func (c *callbacks) post(ctx context.Context, m *sms, status string) (again bool, err error) {
	form := c.form(m, status)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.callback, strings.NewReader(form.Encode()))
	if err != nil {
		return false, fmt.Errorf("the StatusCallback is not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("X-Twilio-Signature", sign(c.sandbox.cfg.AuthToken, m.callback, form))
	resp, err := c.client.Do(req)
	if err != nil {
		return true, fmt.Errorf("post to the receiver: %w", plainURLError(err))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection is kept
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		return resp.StatusCode >= 500, fmt.Errorf("the receiver answered %d", resp.StatusCode)
	}
	return false, nil
}

// plainURLError leaves the URL out of an error, for it may hold a capability.
func plainURLError(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

func (c *callbacks) form(m *sms, status string) url.Values {
	form := url.Values{
		"AccountSid":    {c.sandbox.cfg.AccountSID},
		"ApiVersion":    {"2010-04-01"},
		"MessageSid":    {m.sid},
		"SmsSid":        {m.sid},
		"MessageStatus": {status},
		"SmsStatus":     {status},
		"To":            {m.to},
		"From":          {m.sender()},
	}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	if status == "undelivered" {
		form.Set("ErrorCode", decimal(m.errorCode))
	}
	return form
}

// sign computes X-Twilio-Signature: the URL, then each parameter's name and
// value in the order of names, under HMAC-SHA1 with the auth token
// (https://www.twilio.com/docs/usage/security#validating-requests).
func sign(token channels.Secret, target string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token.Reveal()))
	_, _ = io.WriteString(mac, target) // a hash's Write never fails
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
