package email

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"relais/channels"
)

// lockout is how long we keep from signing in again after a refusal. Mail
// servers block who tries a wrong password too often.
const lockout = 5 * time.Minute

var (
	// errSignIn means that the server does not take our username and password.
	errSignIn = errors.New("the mail server refuses our username and password")
	// errNoMechanism means that it offers no way to sign in that we know and
	// that keeps the password from being read on the way.
	errNoMechanism = errors.New("the mail server offers no protected way to sign in")
)

// signIn authenticates if a username is set (RFC 4954).
func (d dialer) signIn(ctx context.Context, client *smtp.Client) error {
	if d.cfg.Username == "" {
		return nil
	}
	auth, err := d.mechanism(client)
	if err != nil {
		return signInError(err)
	}
	err = client.Auth(auth)
	switch {
	case err == nil:
		return nil
	case broken(err):
		return dialError(ctx, err)
	}
	return signInError(err)
}

// mechanism chooses the best that both sides know. PLAIN and LOGIN refuse by
// themselves to run without TLS, except on this machine.
func (d dialer) mechanism(client *smtp.Client) (smtp.Auth, error) {
	_, offered := client.Extension("AUTH")
	mechanisms := strings.Fields(offered)
	password := d.cfg.Password.Reveal()
	switch {
	case slices.Contains(mechanisms, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(d.cfg.Username, password), nil
	case slices.Contains(mechanisms, "PLAIN"):
		return smtp.PlainAuth("", d.cfg.Username, password, d.cfg.Host, false), nil
	case slices.Contains(mechanisms, "LOGIN"):
		return smtp.LoginAuth(d.cfg.Username, password, d.cfg.Host, false), nil
	}
	return nil, errNoMechanism
}

// signInError keeps codes only: replies and go-mail's errors can quote the username.
func signInError(err error) *channels.SendError {
	sendErr := &channels.SendError{Class: channels.Retryable, After: lockout, Ours: true, Err: errSignIn}
	var reply *textproto.Error
	switch {
	case errors.As(err, &reply):
		sendErr.Code = codes(reply)
	case errors.Is(err, errNoMechanism), errors.Is(err, smtp.ErrUnencrypted):
		sendErr.Err = errNoMechanism
	}
	return sendErr
}

// broken says whether the connection failed, and not what was said on it.
func broken(err error) bool {
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network)
}

// guard keeps us from the server for as long as lockout lasts.
type guard struct {
	log *slog.Logger

	mu    sync.Mutex
	until time.Time
	why   channels.SendError
}

// closed returns the refusal that still holds, or nil.
func (g *guard) closed(now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := g.until.Sub(now)
	if left <= 0 {
		return nil
	}
	why := g.why
	why.After = left
	return &why
}

// refused notes a refusal, and tells operators once for each lockout.
func (g *guard) refused(why *channels.SendError, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) {
		return
	}
	g.until, g.why = now.Add(lockout), *why
	g.log.Error("the mail server does not let us in: check username, password and tls; emails wait",
		"reason", why.Err, "code", why.Code, "again_in", lockout)
}
