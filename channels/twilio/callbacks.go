package twilio

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/twilio/twilio-go/client"

	"relais/channels"
)

// Why a callback is refused, besides channels.ErrTooLarge.
var (
	ErrForged    = errors.New("the callback is not signed by Twilio for this address")
	ErrMalformed = errors.New("the callback is not one that we asked for")
)

// Callbacks reads what Twilio posts to us, from many goroutines at once.
type Callbacks struct {
	base       string // the public address of this program; "": nothing is asked for
	signatures *signatures
	validator  client.RequestValidator
}

// NewCallbacks takes the public address under which Twilio reaches this program
// ("https://relais.zone.example"), empty where none are asked for, and the token
// that signs what comes.
func NewCallbacks(base string, token channels.Secret) (*Callbacks, error) {
	u, err := url.Parse(base)
	if base != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "") {
		return nil, errors.New("the public address is not an http or https address; write it as https://relais.zone.example")
	}
	return &Callbacks{strings.TrimRight(base, "/"), newSignatures(token.Reveal()), client.NewRequestValidator(token.Reveal())}, nil
}

// Come says whether there is an address for them.
func (c *Callbacks) Come() bool { return c.base != "" }

// Address is the public one of a path below us.
func (c *Callbacks) Address(path string) string { return c.base + path }

// Path is where a callback came, from root on, whatever a proxy put in front.
func (c *Callbacks) Path(r *http.Request, root string) (string, error) {
	path := r.URL.EscapedPath()
	start := strings.LastIndex(path, root)
	if start < 0 {
		return "", fmt.Errorf("%w: its address has no %s", ErrMalformed, root)
	}
	return path[start:], nil
}

// Form reads a callback that came for a path below us, if Twilio signed it for our
// public address. The error is, or wraps, ErrForged, ErrMalformed or
// channels.ErrTooLarge.
func (c *Callbacks) Form(r *http.Request, path string) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, channels.MaxCallback+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: it broke off", ErrMalformed)
	case len(body) > channels.MaxCallback:
		return nil, channels.ErrTooLarge
	case !c.Come():
		return nil, ErrForged
	}
	public, signature := c.Address(path), r.Header.Get("X-Twilio-Signature")
	if r.URL.RawQuery != "" {
		public += "?" + r.URL.RawQuery
	}
	form, err := url.ParseQuery(string(body))
	// An address with a query may say how the body is signed: twilio-go knows.
	if err == nil && r.URL.RawQuery == "" && c.signatures.signed(public, form, signature) {
		return form, nil
	}
	if !c.validator.ValidateBody(public, body, signature) {
		return nil, ErrForged
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its form cannot be read", ErrMalformed)
	}
	return form, nil
}
