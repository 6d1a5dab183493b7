package email

import (
	"bytes"
	"errors"
	"html"
	"iter"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
)

// part names something of the recipient's own in a rendered mail, in one letter.
type part string

const (
	date       part = "a"
	id         part = "b"
	decideText part = "c"
	decideHTML part = "d"
	openText   part = "e"
	openHTML   part = "f"
	leaveText  part = "g"
	leaveHTML  part = "h"
)

// links says which links a recipient has; a mail is rendered for each combination.
type links struct{ decide, open, leave bool }

// key is what a rendered mail is kept under.
type key struct {
	content string
	has     links
}

// keyOf leaves out the link for leaving where it has no sense: approvers are
// asked because of what they are.
func keyOf(d channels.Delivery) key {
	leave := d.Content.Purpose == channels.ForMember || d.Content.Purpose == channels.Digest
	return key{content: d.Content.Key, has: links{
		decide: d.Links.Decide != "",
		open:   d.Links.Open != "",
		leave:  d.Links.Unsubscribe != "" && leave,
	}}
}

// maxRendered bounds the mails kept; each is 10 to 50 kilobytes.
const maxRendered = 128

// rendered is a mail as it goes over the wire, cut where something of the
// recipient's own belongs.
type rendered struct {
	host  string
	fixed [][]byte // one more than own
	own   []part
	size  int // bytes, about
}

// cut finds the placeholders. All of those in the parts must have come through
// their encoding, besides the two of the headers.
func (r *renderer) cut(mail []byte, inParts int) (*rendered, error) {
	const usual = 4096 // bytes of links and header fields of the recipient's own
	out := &rendered{host: r.host, size: len(mail) + usual}
	for {
		before, after, found := bytes.Cut(mail, []byte(r.mark))
		out.fixed = append(out.fixed, before)
		if !found {
			break
		}
		if len(after) == 0 {
			return nil, errors.New("a placeholder is cut short")
		}
		out.own = append(out.own, part(after[:1]))
		mail = after[1:]
	}
	if len(out.own) != inParts+2 {
		return nil, errors.New("a placeholder was lost in the encoding")
	}
	return out, nil
}

// message is a mail for one recipient.
type message struct {
	id, to  string
	from    string // the return path (RFC 5321, 4.4)
	thread  string // the Message-ID of the mail that this one corrects; empty: none
	mail    *rendered
	links   channels.Links
	leave   bool
	at      time.Time
	signed  []byte // the DKIM-Signature field; empty: not signed
	urgency int    // 0: the most pressing
}

// address makes the mail the recipient's own.
func (r *rendered) address(d channels.Delivery, has links, now time.Time) message {
	m := message{
		id: messageID(d.ID, r.host), to: d.To.Reveal(), mail: r, links: d.Links, leave: has.leave, at: now,
		urgency: slices.Index(broker.Priorities(), d.Priority),
	}
	if d.Corrects != (channels.DeliveryID{}) {
		m.thread = messageID(d.Corrects, r.host)
	}
	return m
}

// pieces yields the mail in order.
func (m message) pieces() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !yield(m.signed) || !yield(m.head()) {
			return
		}
		for i, fixed := range m.mail.fixed {
			if !yield(fixed) {
				return
			}
			if i < len(m.mail.own) && !yield(m.own(m.mail.own[i])) {
				return
			}
		}
	}
}

// wire appends the mail as it follows DATA, final dot included (RFC 5321, 4.5.2).
// net/textproto does the same byte by byte, in pieces of 4 kB.
func (m message) wire(to []byte) []byte {
	for piece := range m.pieces() {
		to = append(to, piece...)
	}
	if !bytes.HasSuffix(to, []byte("\r\n")) {
		to = append(to, "\r\n"...)
	}
	if bytes.HasPrefix(to, []byte(".")) || bytes.Contains(to, []byte("\n.")) {
		to = append(to[:0], stuffed(to)...)
	}
	return append(to, ".\r\n"...)
}

// stuffed doubles the dots at the beginning of lines.
func stuffed(mail []byte) []byte {
	mail = bytes.ReplaceAll(mail, []byte("\n."), []byte("\n.."))
	if bytes.HasPrefix(mail, []byte(".")) {
		return append([]byte("."), mail...)
	}
	return mail
}

// head holds the header fields that not every recipient has.
func (m message) head() []byte {
	var b bytes.Buffer
	b.WriteString("To: <" + m.to + ">\r\n")
	if m.thread != "" { // RFC 5322, 3.6.4: the reader shows both together
		b.WriteString("In-Reply-To: " + m.thread + "\r\n")
		b.WriteString("References: " + m.thread + "\r\n")
	}
	if m.leave {
		b.WriteString("List-Unsubscribe: <" + m.links.Unsubscribe + ">\r\n")   // RFC 2369, 3.2
		b.WriteString("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") // RFC 8058, 3.1
	}
	return b.Bytes()
}

func (m message) own(p part) []byte {
	switch p {
	case date:
		return []byte(m.at.Format(time.RFC1123Z)) // RFC 5322, 3.3
	case id:
		return []byte(m.id)
	case decideText:
		return quoted(m.links.Decide)
	case decideHTML:
		return quoted(html.EscapeString(m.links.Decide))
	case openText:
		return quoted(m.links.Open)
	case openHTML:
		return quoted(html.EscapeString(m.links.Open))
	case leaveText:
		return quoted(m.links.Unsubscribe)
	case leaveHTML:
		return quoted(html.EscapeString(m.links.Unsubscribe))
	}
	return nil
}

// quoted writes a link as quoted-printable on lines of its own, which soft line
// breaks join to what is around it (RFC 2045, 6.7). A link is ASCII without
// blanks, so only "=" needs encoding.
func quoted(link string) []byte {
	const most = 72 // a line has at most 76 characters
	var b bytes.Buffer
	b.Grow(len(link) + 32)
	b.WriteString("=\r\n")
	column := 0
	for _, c := range []byte(link) {
		if column >= most {
			b.WriteString("=\r\n")
			column = 0
		}
		if c == '=' {
			b.WriteString("=3D")
			column += 3
			continue
		}
		b.WriteByte(c)
		column++
	}
	b.WriteString("=\r\n")
	return b.Bytes()
}

// messageID is the same for each attempt, so that a repeat collapses in the
// reader's mailbox.
func messageID(d channels.DeliveryID, host string) string {
	return strings.Join([]string{"<", d.String(), "@", host, ">"}, "")
}
