package email

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"relais/channels"
)

// parsed is a mail as a reader's program understands it.
type parsed struct {
	header     mail.Header
	subject    string
	text, html string            // with plain line feeds
	pictures   map[string][]byte // by Content-ID
}

// wireOf returns a delivery's mail as it goes to the server.
func wireOf(t testing.TB, c *Channel, d channels.Delivery) []byte {
	t.Helper()
	m, err := c.compose(d)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for piece := range m.pieces() {
		b.Write(piece)
	}
	return b.Bytes()
}

// parse reads a mail strictly: every line ends in CRLF and is ASCII of at most
// 76 characters (headers: 998), no field comes twice, and there are exactly a
// text and an HTML part, and beside both the pictures, if there are any.
func parse(t testing.TB, wire []byte) parsed {
	t.Helper()
	checkLines(t, wire)
	m, err := mail.ReadMessage(bytes.NewReader(wire))
	if err != nil {
		t.Fatalf("read mail: %v", err)
	}
	for field, values := range m.Header {
		if len(values) != 1 {
			t.Errorf("%s comes %d times", field, len(values))
		}
	}
	p := parsed{header: m.Header}
	if p.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Errorf("decode subject: %v", err)
	}
	kind, body := m.Header.Get("Content-Type"), m.Body
	if media, params, err := mime.ParseMediaType(kind); err == nil && media == "multipart/related" {
		related := multipart.NewReader(m.Body, params["boundary"])
		root, err := related.NextRawPart()
		if err != nil {
			t.Fatalf("read the root: %v", err)
		}
		whole, err := io.ReadAll(root)
		if err != nil {
			t.Fatal(err)
		}
		kind, body = root.Header.Get("Content-Type"), bytes.NewReader(whole)
		p.pictures = readPictures(t, related)
	}
	media, params, err := mime.ParseMediaType(kind)
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("got content type %q (%v)", media, err)
	}
	parts := multipart.NewReader(body, params["boundary"])
	p.text = nextPart(t, parts, "text/plain")
	p.html = nextPart(t, parts, "text/html")
	if _, err := parts.NextRawPart(); err != io.EOF {
		t.Errorf("got more than two parts (%v)", err)
	}
	return p
}

func readPictures(t testing.TB, related *multipart.Reader) map[string][]byte {
	t.Helper()
	pictures := make(map[string][]byte)
	for {
		part, err := related.NextPart()
		if errors.Is(err, io.EOF) {
			return pictures
		}
		if err != nil {
			t.Fatalf("read picture: %v", err)
		}
		media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		inline, _, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil || media != "image/jpeg" || inline != "inline" || part.Header.Get("Content-Transfer-Encoding") != "base64" {
			t.Errorf("got a picture with %v", part.Header)
		}
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatalf("decode picture: %v", err)
		}
		pictures[strings.Trim(part.Header.Get("Content-ID"), "<>")] = data
	}
}

func checkLines(t testing.TB, wire []byte) {
	t.Helper()
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !found {
		t.Fatal("no empty line after the header")
	}
	for i, part := range [][]byte{head, body} {
		for line := range bytes.SplitSeq(part, []byte("\r\n")) {
			if len(line) > []int{998, 76}[i] || bytes.ContainsAny(line, "\r\n") || bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
				t.Errorf("line is too long or not plain ASCII: %q", line)
			}
		}
	}
}

func nextPart(t testing.TB, parts *multipart.Reader, want string) string {
	t.Helper()
	part, err := parts.NextRawPart()
	if err != nil {
		t.Fatalf("read part %s: %v", want, err)
	}
	media, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || media != want || !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("got part %q in %q (%v), want %q in UTF-8", media, params["charset"], err, want)
	}
	if got := part.Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
		t.Errorf("got encoding %q", got)
	}
	data, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatalf("decode part %s: %v", want, err)
	}
	if !utf8.Valid(data) {
		t.Errorf("part %s is not UTF-8", want)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}
