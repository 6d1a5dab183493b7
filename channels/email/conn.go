package email

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// farewell is how long a server may take to answer QUIT.
const farewell = 2 * time.Second

// conn is one signed-in connection to the mail server.
type conn struct {
	smtp      *smtp.Client
	raw       net.Conn // below TLS; closing it ends whatever smtp is waiting for
	pipelines bool     // RFC 2920
	utf8      bool     // RFC 6531
	chunks    bool     // RFC 3030, and commands in groups

	text     []byte      // room for the text of the next mails
	tried    int         // mails; 0: just dialled
	refusals int         // of mails that went together
	rested   time.Time   // since when it was idle, before the mails under way; zero: never
	timer    *time.Timer // ends its idle time
}

// dialer makes connections.
type dialer struct {
	cfg Config
	tls *tls.Config
}

// dial connects, secures the connection as Config.TLS says, and signs in. Its
// errors are *channels.SendError: nothing has been sent.
func (d dialer) dial(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	c := &conn{}
	stop := func() bool { return true }
	client, err := mail.NewClient(d.cfg.Host, d.options(func(_ context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		// go-mail minds the context while it connects, not in what follows.
		c.raw, stop = raw, context.AfterFunc(ctx, func() { _ = raw.Close() })
		return d.secure(ctx, raw)
	})...)
	if err == nil {
		c.smtp, err = client.DialToSMTPClientWithContext(ctx)
	}
	if err != nil {
		err = dialError(ctx, err)
	} else {
		err = d.signIn(ctx, c.smtp)
	}
	if !stop() && err == nil {
		err = dialError(ctx, ctx.Err())
	}
	if err != nil {
		c.drop()
		return nil, err
	}
	c.pipelines, _ = c.smtp.Extension("PIPELINING")
	c.utf8, _ = c.smtp.Extension("SMTPUTF8")
	chunking, _ := c.smtp.Extension("CHUNKING")
	c.chunks = chunking && c.pipelines
	return c, nil
}

func (d dialer) options(dial mail.DialContextFunc) []mail.Option {
	policy := mail.NoTLS
	switch d.cfg.TLS {
	case StartTLS:
		policy = mail.TLSMandatory
	case Opportunistic:
		policy = mail.TLSOpportunistic
	}
	options := []mail.Option{
		mail.WithPort(d.cfg.Port),
		mail.WithTimeout(d.cfg.Timeout),
		mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(d.tls),
		mail.WithDialContextFunc(dial),
	}
	if d.cfg.Hello != "" {
		options = append(options, mail.WithHELO(d.cfg.Hello))
	}
	return options
}

// secure begins with TLS where Config.TLS says so (RFC 8314, 3.3); go-mail
// does STARTTLS.
func (d dialer) secure(ctx context.Context, raw net.Conn) (net.Conn, error) {
	if d.cfg.TLS != Implicit {
		return raw, nil
	}
	secured := tls.Client(raw, d.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secured, nil
}

// drop ends the connection without a word.
func (c *conn) drop() {
	if c != nil && c.raw != nil {
		_ = c.raw.Close() // nothing is under way that could be lost
	}
}

// quit takes leave of the server (RFC 5321, 4.1.1.10).
func (c *conn) quit() error {
	defer c.drop()
	if err := c.raw.SetDeadline(time.Now().Add(farewell)); err != nil {
		return err
	}
	return c.smtp.Quit()
}
