package email

import (
	"context"
	"errors"
	"net/textproto"
	"time"

	"relais/channels"
)

// outcome is what became of one mail on one connection.
type outcome struct {
	err  *channels.SendError // nil: the server has taken the mail
	keep bool                // the connection is ready for the next mail
	dead bool                // the connection ended, and the server has taken nothing
	next *waiter             // the mail that was begun behind this one; nil: none

	settled []*channels.SendError // what became of those that went together with it, as far as the server said
}

// send hands over one mail, in four round trips, or in two where the server
// takes commands in groups. RFC 2920, 3.1, lets a group begin with the text of a
// mail: where follow has another one waiting, its commands go out with this text,
// and each of the two has one round trip.
func (c *conn) send(ctx context.Context, timeout time.Duration, m message, begun bool, follow func(*conn) *waiter) outcome {
	c.tried++
	if !c.takes(m) {
		return outcome{keep: true, err: &channels.SendError{
			Class: channels.Rejected, Code: "5.6.7", Err: errors.New("the mail server takes no address with accents")}} // RFC 6531, 3.5
	}
	stop := context.AfterFunc(ctx, c.drop)
	out := c.transact(ctx, time.Now().Add(timeout), m, begun, follow)
	if !stop() { // dropped under us
		out.keep, out.dead = false, false
	}
	return out
}

func (c *conn) transact(ctx context.Context, deadline time.Time, m message, begun bool, follow func(*conn) *waiter) outcome {
	if err := c.raw.SetDeadline(deadline); err != nil {
		return outcome{dead: true, err: lost(atMail, why(ctx, err))}
	}
	at, err := c.begin(m, begun)
	if err != nil {
		return c.refused(ctx, at, err)
	}
	next := follow(c)
	if at, err := c.write(m, next); err != nil {
		return outcome{next: next, err: lost(at, why(ctx, err))}
	}
	_, _, err = c.smtp.Text.ReadResponse(250)
	var reply *textproto.Error
	switch {
	case err == nil:
		return outcome{next: next, keep: true}
	case errors.As(err, &reply): // the transaction is over either way
		return outcome{next: next, keep: reply.Code != 421, err: refusal(atEnd, reply)}
	}
	return outcome{next: next, err: lost(atEnd, why(ctx, err))}
}

// command is one step before the text.
type command struct {
	at   stage
	want int // the reply code, or its first digits
	line string
}

// commands lead to the text of a mail.
func (m message) commands() []command {
	var utf8 string
	if !ascii(m.to) {
		utf8 = " SMTPUTF8" // RFC 6531, 3.4
	}
	return []command{
		{atMail, 250, "MAIL FROM:<" + m.from + ">" + utf8},
		{atRcpt, 25, "RCPT TO:<" + m.to + ">"},
		{atData, 354, "DATA"},
	}
}

// begin has the server wait for the text, or returns the first step that failed.
// Where the mail was begun, its commands have been sent.
func (c *conn) begin(m message, begun bool) (stage, error) {
	commands := m.commands()
	if begun {
		return c.replies(commands)
	}
	if c.pipelines {
		return c.group(commands)
	}
	for i := range commands {
		if at, err := c.group(commands[i : i+1]); err != nil {
			return at, err
		}
	}
	return "", nil
}

// group sends commands together, and reads as many replies.
func (c *conn) group(commands []command) (stage, error) {
	text := c.smtp.Text
	for _, command := range commands {
		if _, err := text.W.WriteString(command.line + "\r\n"); err != nil {
			return command.at, err
		}
	}
	if err := text.W.Flush(); err != nil {
		return commands[0].at, err
	}
	return c.replies(commands)
}

// replies reads one reply for each command, whatever the first ones say.
func (c *conn) replies(commands []command) (stage, error) {
	var failed error
	var at stage
	for _, command := range commands {
		_, _, err := c.smtp.Text.ReadResponse(command.want)
		switch {
		case failed == nil && err == nil:
		case failed == nil:
			failed, at = err, command.at
		case command.at == atData && err == nil:
			// It waits for a text without a recipient (RFC 2920, 3.1). Ending
			// the connection now delivers nothing.
			c.drop()
		}
		if err != nil && !isReply(err) {
			c.drop()
			return at, failed
		}
	}
	return at, failed
}

func isReply(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply)
}

// refused makes the connection ready again after a step that failed.
func (c *conn) refused(ctx context.Context, at stage, err error) outcome {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return outcome{dead: true, err: lost(at, why(ctx, err))}
	}
	if reply.Code == 421 { // the server ends the connection (RFC 5321, 3.8)
		return outcome{dead: true, err: refusal(at, reply)}
	}
	return outcome{keep: c.smtp.Reset() == nil, err: refusal(at, reply)}
}

// write sends the text up to and with the final dot, at once, and behind it the
// commands of the next mail. After an error the dot has not left; but it may
// have where something follows it.
func (c *conn) write(m message, next *waiter) (stage, error) {
	at := inText
	c.text = m.wire(c.text[:0])
	if next != nil {
		at = atEnd
		for _, command := range next.mail.commands() {
			c.text = append(append(c.text, command.line...), "\r\n"...)
		}
	}
	return at, c.writeText()
}

func (c *conn) writeText() error {
	if _, err := c.smtp.Text.W.Write(c.text); err != nil {
		return err
	}
	return c.smtp.Text.W.Flush()
}
