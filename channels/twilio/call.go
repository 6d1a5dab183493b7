package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
)

const maxAnswer = 1 << 20 // bytes of an answer that are read

// Call is one call to Twilio, and the client that twilio-go uses for it. The
// library has no context in its methods, so each call gets a client that knows its own.
type Call struct {
	*Account
	ctx       context.Context //nolint:containedctx // lives for one call; twilio-go takes no context
	connected atomic.Bool     // the request may have left this machine
}

var _ client.BaseClient = (*Call)(nil)

// Dial begins one call, which the account's Timeout bounds; end follows it.
func (a *Account) Dial(ctx context.Context) (c *Call, end context.CancelFunc) {
	ctx, end = context.WithTimeout(ctx, a.access.Timeout)
	c = &Call{Account: a}
	c.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { c.connected.Store(true) },
	})
	return c, end
}

// Service is twilio-go's for this call. The request handler is made here, for
// its constructor would read TWILIO_EDGE and TWILIO_REGION.
func (c *Call) Service() *api.ApiService {
	return api.NewApiService(&client.RequestHandler{Client: c})
}

// AccountSid returns the account that twilio-go puts into the path.
func (c *Call) AccountSid() string { return c.access.AccountSID }

// SetTimeout does nothing: the context bounds the call.
func (c *Call) SetTimeout(time.Duration) {}

// SetOauth does nothing: calls are made with account and token.
func (c *Call) SetOauth(client.OAuth) {}

// OAuth returns nil.
func (c *Call) OAuth() client.OAuth { return nil }

// Post sends a form to a collection of the account, as Messages, and reads what is
// wanted of the answer. It is for what is called for each member: twilio-go reads
// the answer's twenty fields one by one, which takes as long as the request
// (decision 0080).
func (c *Call) Post(collection string, form url.Values, answer any) error {
	resp, err := c.SendRequest(http.MethodPost, "/2010-04-01/Accounts/"+c.access.AccountSID+"/"+collection+".json", form,
		map[string]any{"Content-Type": "application/x-www-form-urlencoded"})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(resp.Body).Decode(answer)
}

// SendRequest makes one request, to our base instead of the host in rawURL.
// An answer other than 2xx is a *refusal.
func (c *Call) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	req, err := c.request(method, rawURL, data)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		if text, ok := value.(string); ok {
			req.Header.Set(name, text)
		}
	}
	req.SetBasicAuth(c.access.AccountSID, c.access.AuthToken.Reveal())
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer func() { _ = resp.Body.Close() }()
		return nil, readRefusal(resp)
	}
	resp.Body = answer{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

func (c *Call) request(method, rawURL string, data url.Values) (*http.Request, error) {
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

func readRefusal(resp *http.Response) *refusal {
	var body struct {
		Code int `json:"code"`
	}
	// A body that is not Twilio's JSON is that of a proxy; the status says enough.
	if data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err == nil {
		_ = json.Unmarshal(data, &body)
	}
	return &refusal{status: resp.StatusCode, code: body.Code, retryAfter: channels.RetryAfter(resp.Header, time.Now())}
}
