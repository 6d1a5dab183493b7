package email

import (
	"bytes"
	"context"
	"errors"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"relais/channels"
)

// restful is how long a connection may have rested and still be trusted with
// several mails: whether they were taken cannot be told of one that turns out to
// be dead.
const restful = time.Second

// sendTogether hands over a mail and those that go with it in one round trip:
// BDAT needs no go-ahead, so that commands and texts of all of them follow each
// other (RFC 3030, 4.2). What became of the first is the outcome's err.
func (c *conn) sendTogether(ctx context.Context, timeout time.Duration, mails []message) outcome {
	if !c.rested.IsZero() && time.Since(c.rested) > restful {
		if out := c.wake(ctx, timeout); out.dead {
			return out
		}
	}
	c.tried += len(mails)
	stop := context.AfterFunc(ctx, c.drop)
	out := c.exchange(ctx, timeout, mails)
	if !stop() { // dropped under us
		out.keep, out.dead = false, false
	}
	return out
}

// wake finds out whether the server is still there.
func (c *conn) wake(ctx context.Context, timeout time.Duration) outcome {
	err := c.raw.SetDeadline(time.Now().Add(timeout))
	if err == nil {
		err = c.smtp.Reset()
	}
	if err != nil {
		return outcome{dead: true, err: lost(atMail, why(ctx, err))}
	}
	return outcome{}
}

func (c *conn) exchange(ctx context.Context, timeout time.Duration, mails []message) outcome {
	c.text = c.text[:0]
	for i, m := range mails {
		c.text = m.chunked(c.text, i > 0)
	}
	err := c.raw.SetDeadline(time.Now().Add(timeout))
	if err != nil {
		return outcome{dead: true, err: lost(atMail, why(ctx, err))}
	}
	if err := c.writeText(); err != nil { // the server may have the first of them
		return together(allLost(ctx, err, len(mails)))
	}
	return c.outcomes(ctx, timeout, len(mails))
}

// outcomes reads what became of so many mails.
func (c *conn) outcomes(ctx context.Context, timeout time.Duration, mails int) outcome {
	var became []*channels.SendError
	closing := false
	for i := range mails {
		err := c.raw.SetDeadline(time.Now().Add(timeout))
		if err == nil && i > 0 {
			var ends bool
			ends, err = c.reset()
			closing = closing || ends
		}
		var refused *channels.SendError
		if err == nil {
			refused, err = c.answers()
		}
		switch {
		case err != nil && closing: // as it said, and so it has taken none of the others
			out := together(became)
			out.dead = i == 1 && became[0] != nil
			return out
		case err != nil:
			return together(append(became, allLost(ctx, err, mails-i)...))
		}
		if refused != nil {
			c.refusals++
		}
		closing = closing || closes(refused)
		became = append(became, refused)
	}
	out := together(became)
	out.keep = !closing && (became[mails-1] == nil || c.smtp.Reset() == nil)
	return out
}

// reset reads the answer to RSET. A server that refuses it ends the connection,
// as Exim does after ten that followed mails it refused.
func (c *conn) reset() (ends bool, err error) {
	_, _, err = c.smtp.Text.ReadResponse(250)
	if err != nil && isReply(err) {
		return true, nil
	}
	return false, err
}

// together is an outcome on a connection that goes no further.
func together(became []*channels.SendError) outcome {
	return outcome{err: became[0], settled: became[1:]}
}

func allLost(ctx context.Context, err error, n int) []*channels.SendError {
	return slices.Repeat([]*channels.SendError{lost(atEnd, why(ctx, err))}, n)
}

// errOutOfStep is a server that takes the text of a mail that it has refused.
var errOutOfStep = errors.New("the answers do not fit the commands")

// answers reads those to one mail, and returns the first that refuses it, or
// what broke the connection.
func (c *conn) answers() (refused *channels.SendError, err error) {
	for _, step := range []command{{at: atMail, want: 250}, {at: atRcpt, want: 25}, {at: atEnd, want: 250}} {
		_, _, err := c.smtp.Text.ReadResponse(step.want)
		var reply *textproto.Error
		switch {
		case err == nil && step.at == atEnd && refused != nil:
			return nil, errOutOfStep
		case err == nil:
		case !errors.As(err, &reply):
			return nil, err
		case refused == nil:
			refused = refusal(step.at, reply)
		}
	}
	return refused, nil
}

// closes says whether the server ends the connection (RFC 5321, 3.8).
func closes(refused *channels.SendError) bool {
	return refused != nil && strings.HasPrefix(refused.Code, "421")
}

// chunked appends the mail's commands and, without waiting for an answer, its
// text. One behind another begins with RSET, for that one may have been refused
// (RFC 3030, 2).
func (m message) chunked(to []byte, behind bool) []byte {
	if behind {
		to = append(to, "RSET\r\n"...)
	}
	for _, command := range m.commands() {
		if command.at != atData {
			to = append(append(to, command.line...), "\r\n"...)
		}
	}
	pieces := slices.AppendSeq(make([][]byte, 0, 2*len(m.mail.fixed)+2), m.pieces())
	if !bytes.HasSuffix(pieces[len(pieces)-1], []byte("\r\n")) {
		pieces = append(pieces, []byte("\r\n"))
	}
	size := 0
	for _, piece := range pieces {
		size += len(piece)
	}
	to = append(strconv.AppendInt(append(to, "BDAT "...), int64(size), 10), " LAST\r\n"...)
	for _, piece := range pieces {
		to = append(to, piece...)
	}
	return to
}
