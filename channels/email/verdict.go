package email

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"relais/channels"
)

// news is what a mail that came back to us says.
type news string

const (
	failed     news = "failed"     // it will not arrive
	delayed    news = "delayed"    // it may still arrive: only noted
	complaint  news = "complaint"  // the reader calls it spam
	autoreply  news = "autoreply"  // an answer by a machine: out of office, read receipt
	unreadable news = "unreadable" // none of these
)

// verdict is the news with its reason.
type verdict struct {
	news  news
	class channels.Class // of failed: Gone if the address does not exist, else Rejected
	code  string         // the enhanced status code, if any (RFC 3463)
	about string         // of complaint: the return path of the mail, if the report has it
}

// judge reads a mail that came back. It believes only what RFC 3464 and RFC
// 5965 lay down, and never the text for people.
func judge(data []byte) verdict {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return verdict{news: unreadable}
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err == nil && media == "multipart/report" {
		switch strings.ToLower(params["report-type"]) {
		case "delivery-status":
			return judgeParts(m.Body, params["boundary"], statusOf)
		case "feedback-report":
			return judgeParts(m.Body, params["boundary"], complaintOf)
		case "disposition-notification": // RFC 8098: a read receipt
			return verdict{news: autoreply}
		}
	}
	if automatic(m.Header) {
		return verdict{news: autoreply}
	}
	return verdict{news: unreadable}
}

// automatic says whether a machine wrote it (RFC 3834, 2 and 5, and what
// older programs write instead).
func automatic(h mail.Header) bool {
	if submitted := word(h.Get("Auto-Submitted")); submitted != "" && submitted != "no" {
		return true
	}
	switch word(h.Get("Precedence")) {
	case "bulk", "junk", "list", "auto_reply":
		return true
	}
	for _, field := range []string{"X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"} {
		if h.Get(field) != "" {
			return true
		}
	}
	return false
}

func word(value string) string {
	value, _, _ = strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(value))
}

// Bounds of what is read: a report for one mail is a few kilobytes.
const (
	maxParts = 8
	maxPart  = 64 << 10
)

// reportParts are those of a report that machines read, by media type.
type reportParts map[string][]byte

func judgeParts(body io.Reader, boundary string, by func(reportParts) verdict) verdict {
	parts := make(reportParts)
	reader := multipart.NewReader(body, boundary)
	for range maxParts {
		part, err := reader.NextPart()
		if err != nil {
			break // also of a report that was cut: what is there may do
		}
		media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || parts[media] != nil {
			continue
		}
		if parts[media], err = content(part); err != nil {
			break
		}
	}
	return by(parts)
}

func content(part *multipart.Part) ([]byte, error) {
	var r io.Reader = part
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxPart))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return data, err
}

// fields reads groups of header fields with empty lines between them.
func fields(data []byte) []textproto.MIMEHeader {
	var groups []textproto.MIMEHeader
	reader := textproto.NewReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		group, err := reader.ReadMIMEHeader()
		if len(group) > 0 {
			groups = append(groups, group)
		}
		if err != nil {
			return groups
		}
	}
}

// statusOf reads a delivery status notification (RFC 3464): a group on the
// message, then one for each recipient, which in our mails is one.
func statusOf(parts reportParts) verdict {
	data := parts["message/delivery-status"]
	if data == nil {
		data = parts["message/global-delivery-status"] // RFC 6533
	}
	v := verdict{news: unreadable}
	for _, group := range fields(data) {
		switch word(group.Get("Action")) {
		case "failed":
			v.news, v.code = failed, statusCode(group)
			v.class = channels.Rejected
			if addressGone(v.code) {
				v.class = channels.Gone
			}
		case "delayed":
			if v.news == unreadable {
				v.news, v.code = delayed, statusCode(group)
			}
		case "delivered", "relayed", "expanded": // somebody at this address got it
			return verdict{news: delayed, code: statusCode(group)}
		}
	}
	return v
}

var diagnosis = regexp.MustCompile(`(?i)^smtp;\s*[45]\d\d[ -]+([45]\.\d{1,3}\.\d{1,3})\b`)

// statusCode is the one of the notification, or where that says nothing, the
// one that the last server gave.
func statusCode(group textproto.MIMEHeader) string {
	code := enhancedCode.FindString(strings.TrimSpace(group.Get("Status")))
	if said := diagnosis.FindStringSubmatch(group.Get("Diagnostic-Code")); said != nil && (code == "" || strings.HasSuffix(code, ".0.0")) {
		return said[1]
	}
	return code
}

// addressGone says whether a status speaks of the address and not of this mail
// or of us: what a server tells while we hand a mail over (noSuchMailbox), and
// a mailbox that was switched off, a domain that is gone, or a server that says
// no more than "never" (RFC 3463, 3).
func addressGone(status string) bool {
	switch status {
	case "5.0.0", "5.1.0", "5.2.1", "5.4.4":
		return true
	}
	return noSuchMailbox(status)
}

// complaintOf reads an abuse report (RFC 5965). The return path of the mail is
// in the report, or in the header of the mail that it holds.
func complaintOf(parts reportParts) verdict {
	groups := fields(parts["message/feedback-report"])
	if len(groups) == 0 {
		return verdict{news: unreadable}
	}
	switch word(groups[0].Get("Feedback-Type")) {
	case "abuse", "fraud", "opt-out", "other":
	default: // not-spam, auth-failure, virus: not the reader's wish to leave
		return verdict{news: unreadable}
	}
	about := path(groups[0].Get("Original-Mail-From"))
	for _, media := range []string{"message/rfc822", "text/rfc822-headers", "message/global"} {
		if mails := fields(parts[media]); about == "" && len(mails) > 0 {
			about = path(mails[0].Get("Return-Path"))
		}
	}
	return verdict{news: complaint, about: about}
}

func path(value string) string { return strings.Trim(strings.TrimSpace(value), "<>") }
