package sandbox

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// headersOfInterest are shown beside a mail in the outbox and kept for checkers.
func headersOfInterest() []string {
	return []string{
		"From", "To", "Reply-To", "Date", "Message-Id", "References", "Auto-Submitted", "Precedence",
		"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language",
	}
}

// messageID finds the Message-ID of a raw mail without parsing the rest.
func messageID(raw []byte) string {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	head = bytes.ReplaceAll(head, []byte("\r\n "), []byte(" ")) // RFC 5322, 2.2.3
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && strings.EqualFold(string(name), "Message-ID") {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

// parseMail fills an item from the raw mail. A part that cannot be read is
// shown as a sentence saying so: the stand-in takes any mail.
func parseMail(it Item, raw []byte) Item {
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		it.Text = fmt.Sprintf("[This mail cannot be read: %v]", err)
		return it
	}
	it.Subject = decodeWords(message.Header.Get("Subject"))
	if from := message.Header.Get("From"); from != "" {
		it.From = decodeWords(from)
	}
	it.Headers = make(map[string]string)
	for _, name := range headersOfInterest() {
		if value := message.Header.Get(name); value != "" {
			it.Headers[name] = decodeWords(value)
		}
	}
	if err := readPart(&it, textproto.MIMEHeader(message.Header), message.Body, 0); err != nil {
		it.Text += fmt.Sprintf("[This mail cannot be read: %v]", err)
	}
	return it
}

// readPart walks the parts of a mail and keeps the first text and the first HTML.
func readPart(it *Item, head textproto.MIMEHeader, body io.Reader, depth int) error {
	mediaType, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		mediaType = "text/plain" // RFC 2045, 5.2
	}
	if strings.HasPrefix(mediaType, "multipart/") && depth < 5 {
		return readParts(it, multipart.NewReader(body, params["boundary"]), depth)
	}
	if strings.HasPrefix(head.Get("Content-Disposition"), "attachment") {
		return nil
	}
	text, err := decodeBody(mediaType, head.Get("Content-Transfer-Encoding"), params["charset"], body)
	if err != nil {
		return fmt.Errorf("decode the %s part: %w", mediaType, err)
	}
	switch {
	case mediaType == "text/html" && it.HTML == "":
		it.HTML = text
	case mediaType == "text/plain" && it.Text == "":
		it.Text = text
	case strings.HasPrefix(mediaType, "image/"):
		showPicture(it, mediaType, head.Get("Content-ID"), text)
	}
	return nil
}

// showPicture puts a picture that travelled in the mail where the HTML shows
// it (RFC 2392), for the outbox has no parts to fetch.
func showPicture(it *Item, mediaType, contentID, data string) {
	cid := strings.Trim(contentID, "<> ")
	if cid == "" {
		return
	}
	inline := "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString([]byte(data))
	it.HTML = strings.ReplaceAll(it.HTML, `"cid:`+cid+`"`, `"`+inline+`"`)
}

func readParts(it *Item, parts *multipart.Reader, depth int) error {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the parts: %w", err)
		}
		if err := readPart(it, part.Header, part, depth+1); err != nil {
			return err
		}
	}
}

func decodeBody(mediaType, transfer, charset string, body io.Reader) (string, error) {
	switch strings.ToLower(transfer) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(mediaType, "image/") {
		return string(raw), nil
	}
	return toUTF8(raw, charset), nil
}

func toUTF8(raw []byte, charset string) string {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if encoding, err := htmlindex.Get(charset); err == nil {
			if decoded, err := encoding.NewDecoder().Bytes(raw); err == nil {
				return strings.ReplaceAll(string(decoded), "\r\n", "\n")
			}
		}
	}
	return strings.ReplaceAll(string(raw), "\r\n", "\n")
}

func decodeWords(s string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(s) // RFC 2047
	if err != nil {
		return s
	}
	return decoded
}
