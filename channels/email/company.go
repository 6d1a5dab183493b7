package email

import (
	"slices"

	"relais/channels"
)

// Together is how many mails go out before an answer is read, at most. While we
// write, the server must find room for its answers on the way (RFC 2920, 3.1),
// and a mail that is more urgent waits for these.
const Together = 16

const bytesTogether = 256 << 10

// mostRefusals are taken from a server before its connection is left: each is
// followed by a RSET, and servers count these.
const mostRefusals = 5

// company takes those that wait and may go together with m on c: as many as
// make all connections equally busy.
func (p *pool) company(c *conn, m message) []*waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !c.chunks || p.closed || !c.takes(m) {
		return nil
	}
	share := (len(p.waiting) + p.atOnce - 1) / p.atOnce
	bytes := m.mail.size
	var with []*waiter
	for range min(share, Together-1, p.most-c.tried-1) {
		next := p.waiting[0].mail
		bytes += next.mail.size
		if bytes > bytesTogether || !c.takes(next) {
			break
		}
		p.waiting[0].together = true
		with = append(with, p.pop())
	}
	return with
}

// takes says whether the server takes the mail's address.
func (c *conn) takes(m message) bool { return c.utf8 || ascii(m.to) }

// settle tells those that went together with another mail what became of them:
// became has it for the first ones; the others have not left, and wait again in
// front of those that are no more urgent.
func (p *pool) settle(with []*waiter, became []*channels.SendError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range slices.Backward(with) {
		w.together = false
		switch {
		case w.gone:
		case i < len(became):
			w.given <- place{fate: &fate{became[i]}}
		default:
			p.insert(w, func(other *waiter) bool { return other.mail.urgency >= w.mail.urgency })
		}
	}
}
