package sandbox

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/emersion/go-smtp"

	"relais/channels"
)

const maxMail = 10 << 20

// newMailServer returns a server that takes every mail, for any recipient.
func newMailServer(s *Sandbox, closing <-chan struct{}) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &mailSession{sandbox: s, conn: c, closing: closing}, nil
	}))
	server.Domain = "sandbox.localhost"
	server.EnableSMTPUTF8 = true
	server.MaxMessageBytes = maxMail
	server.MaxRecipients = 100
	server.ReadTimeout = 10 * time.Minute // kept connections wait between messages
	server.WriteTimeout = time.Minute
	server.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	return server
}

// mailSession is one SMTP connection; the server calls it from one goroutine.
type mailSession struct {
	sandbox *Sandbox
	conn    *smtp.Conn
	closing <-chan struct{} // ends the wait of Faults.Latency
	from    string
	to      []string
	set     Faults
	verdict verdict
}

// Mail draws what the faults make of this mail.
func (m *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	m.from, m.to = from, nil
	m.set, m.verdict = m.sandbox.faults.draw(channels.Email)
	if m.verdict != throttle {
		return nil
	}
	// RFC 3463: X.7.1, delivery not authorized, as mail providers use it for a limit.
	text := "Too many messages"
	if m.set.RetryAfter > 0 {
		text += fmt.Sprintf(", try again in %d seconds", wholeSeconds(m.set.RetryAfter))
	}
	return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: text}
}

// Rcpt refuses those whom the faults refuse, and takes everybody else.
func (m *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	code, refused := m.set.Refuse[to]
	if !refused {
		m.to = append(m.to, to)
		return nil
	}
	if code < 500 {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "Mailbox temporarily unavailable"}
	}
	// RFC 5321, 4.2.3 and RFC 3463: the mailbox does not exist. Servers like to
	// repeat the address; so does this one, for nobody may log it.
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + "> does not exist here"}
}

// Data reads the mail and records it, once for each recipient.
func (m *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	wait(m.closing, m.set.Latency)
	if m.verdict == fail {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	if m.verdict != cutLost {
		m.take(raw)
	}
	if m.verdict == cutTaken || m.verdict == cutLost {
		return m.conn.Conn().Close() // the answer that go-smtp then writes goes nowhere
	}
	return nil
}

func (m *mailSession) take(raw []byte) {
	ref := messageID(raw)
	for _, to := range m.to {
		m.sandbox.record.add(taken{
			mail: raw,
			item: Item{
				Channel:  channels.Email,
				At:       time.Now(),
				To:       to,
				From:     m.from,
				Ref:      ref,
				Delivery: deliveryIn(ref),
			},
		})
	}
}

// Reset forgets the mail under way.
func (m *mailSession) Reset() { m.from, m.to = "", nil }

// Logout ends the session.
func (m *mailSession) Logout() error { return nil }

// wait pauses for d, or until done is closed.
func wait(done <-chan struct{}, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}

// wholeSeconds rounds up, for Retry-After counts in seconds (RFC 9110, 10.2.3).
func wholeSeconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}
