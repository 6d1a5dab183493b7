package sms

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"relais/channels"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

const maxAnswer = 1 << 20 // bytes of an answer that are read

// account is the way to Twilio that all calls share: connections, credentials.
type account struct {
	base       *url.URL // scheme and host
	accountSID string
	authToken  string
	client     *http.Client
	now        func() time.Time
}

// newAccount opens no connection yet. It speaks HTTP/1.1 only: on HTTP/2 one cut
// connection would make every call in flight ambiguous.
func newAccount(cfg Config) (*account, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &account{
		base: base, accountSID: cfg.AccountSID, authToken: cfg.AuthToken.Reveal(), now: time.Now,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				Protocols:           &protocols,
				MaxIdleConns:        cfg.Concurrency,
				MaxIdleConnsPerHost: cfg.Concurrency,
				MaxConnsPerHost:     cfg.Concurrency,
				IdleConnTimeout:     90 * time.Second,
				TLSHandshakeTimeout: cfg.Timeout,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// call is the client that twilio-go uses for one call. The library has no
// context in its methods, so each call gets a client that knows its own.
type call struct {
	*account
	ctx       context.Context //nolint:containedctx // lives for one call; twilio-go takes no context
	connected atomic.Bool     // the request may have left this machine
}

var _ twilio.BaseClient = (*call)(nil)

// dial begins one call.
func (a *account) dial(ctx context.Context) *call {
	c := &call{account: a}
	c.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { c.connected.Store(true) },
	})
	return c
}

// service is twilio-go's for this call. The request handler is made here, for
// its constructor would read TWILIO_EDGE and TWILIO_REGION.
func (c *call) service() *api.ApiService {
	return api.NewApiService(&twilio.RequestHandler{Client: c})
}

// AccountSid returns the account that twilio-go puts into the path.
func (c *call) AccountSid() string { return c.accountSID }

// SetTimeout does nothing: the context bounds the call.
func (c *call) SetTimeout(time.Duration) {}

// SetOauth does nothing: calls are made with account and token.
func (c *call) SetOauth(twilio.OAuth) {}

// OAuth returns nil.
func (c *call) OAuth() twilio.OAuth { return nil }

// SendRequest makes one request, to our base instead of the host in rawURL.
// An answer other than 2xx is a *refusal.
func (c *call) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	req, err := c.request(method, rawURL, data)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		if text, ok := value.(string); ok {
			req.Header.Set(name, text)
		}
	}
	req.SetBasicAuth(c.accountSID, c.authToken)
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer func() { _ = resp.Body.Close() }()
		return nil, c.readRefusal(resp)
	}
	resp.Body = answer{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

func (c *call) request(method, rawURL string, data url.Values) (*http.Request, error) {
	target, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the request's address cannot be read")
	}
	target.Scheme, target.Host = c.base.Scheme, c.base.Host
	if method == http.MethodGet {
		target.RawQuery = data.Encode()
		return http.NewRequestWithContext(c.ctx, method, target.String(), nil)
	}
	return http.NewRequestWithContext(c.ctx, method, target.String(), strings.NewReader(data.Encode()))
}

// created is what we read of Twilio's answer to a new message.
type created struct {
	SID       string `json:"sid"`
	Status    string `json:"status"`
	ErrorCode *int   `json:"error_code"`
}

// create asks for a message, without twilio-go: that one reads the twenty fields
// of the answer one by one, which takes as long as the request (decision 0080).
func (c *call) create(form url.Values) (m created, err error) {
	resp, err := c.SendRequest(http.MethodPost, "/2010-04-01/Accounts/"+c.accountSID+"/Messages.json", form,
		map[string]any{"Content-Type": "application/x-www-form-urlencoded"})
	if err != nil {
		return m, err
	}
	defer func() { _ = resp.Body.Close() }()
	err = json.NewDecoder(resp.Body).Decode(&m)
	return m, err
}

// answer is a body of which only the beginning is read. Close reads what is
// left of that, for a decoder stops at the last brace, and a connection with an
// unread rest is not kept.
type answer struct {
	io.Reader
	body io.Closer
}

// Close ends the answer; the connection can serve the next call.
func (a answer) Close() error {
	_, _ = io.Copy(io.Discard, a.Reader) // a fault here costs the connection, not the message
	return a.body.Close()
}

// refusal is an answer of Twilio's that says no. Its message is not kept: it
// quotes the number.
type refusal struct {
	status     int
	code       int // 0 if the answer has none
	retryAfter time.Duration
}

func (r *refusal) Error() string { return "refused with status " + strconv.Itoa(r.status) }

func (c *call) readRefusal(resp *http.Response) *refusal {
	var body struct {
		Code int `json:"code"`
	}
	// A body that is not Twilio's JSON is that of a proxy; the status says enough.
	if data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err == nil {
		_ = json.Unmarshal(data, &body)
	}
	return &refusal{status: resp.StatusCode, code: body.Code, retryAfter: channels.RetryAfter(resp.Header, c.now())}
}
