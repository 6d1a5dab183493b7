package twilio

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"relais/channels"
)

// Access is how an account is reached, as a channel is configured.
type Access struct {
	BaseURL     string // scheme and host
	AccountSID  string
	AuthToken   channels.Secret // also signs callbacks
	Timeout     time.Duration   // of one call, from the connection to the answer
	Concurrency int             // calls at once, each on a connection that is kept
}

// Account is the way to Twilio that all calls of a channel share: connections,
// credentials, and what its refusals mean there. It is safe for use from many
// goroutines.
type Account struct {
	access   Access
	base     *url.URL
	client   *http.Client
	terms    Terms
	meanings map[int]Meaning
	alarm    alarm
	log      *slog.Logger
}

// NewAccount opens no connection yet. It speaks HTTP/1.1 only: on HTTP/2 one cut
// connection would make every call in flight ambiguous.
func NewAccount(access Access, terms Terms, log *slog.Logger) (*Account, error) {
	base, err := url.Parse(access.BaseURL)
	if err != nil {
		return nil, errors.New("base_url is no address")
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &Account{
		access: access, base: base, terms: terms, meanings: terms.All(), log: log,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				Protocols:           &protocols,
				MaxIdleConns:        access.Concurrency,
				MaxIdleConnsPerHost: access.Concurrency,
				MaxConnsPerHost:     access.Concurrency,
				IdleConnTimeout:     90 * time.Second,
				TLSHandshakeTimeout: access.Timeout,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close lets the kept connections go. Calls under way are not touched.
func (a *Account) Close() { a.client.CloseIdleConnections() }

// Check asks Twilio for the account, which reaches nobody and costs nothing. The
// error is a *channels.SendError: Down where nobody answers, Ours where Twilio
// does not let us in or has stopped the account.
func (a *Account) Check(ctx context.Context) error {
	call, end := a.Dial(ctx)
	defer end()
	account, err := call.Service().FetchAccount(a.access.AccountSID)
	if err != nil {
		return call.Failure(err)
	}
	if status := Value(account.Status); status != "active" { // active, suspended or closed
		return &channels.SendError{Class: channels.Retryable, Ours: true, Code: status, Err: errors.New("the account is not active")}
	}
	return nil
}

// Value is a field of an answer, "" where Twilio says null.
func Value(field *string) string {
	if field == nil {
		return ""
	}
	return *field
}
