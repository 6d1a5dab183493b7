package email

import (
	"bufio"
	"bytes"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"relais/channels"
)

// TestWireIsWhatTheStandardLibraryWrites takes mails whose lines begin with
// dots, in what all get and in what is the recipient's own.
func TestWireIsWhatTheStandardLibraryWrites(t *testing.T) {
	links := channels.Links{Open: "https://plp.example/" + strings.Repeat("x", 72-len("https://plp.example/")) + ".y." + strings.Repeat(".", 100)}
	for name, fixed := range map[string][]string{
		"plain":            {"Subject: x\r\n\r\nText\r\n"},
		"no line's end":    {"Subject: x\r\n\r\nText"},
		"dots":             {"Subject: x\r\n\r\n.\r\n..\r\nText.\r\n.end\r\n"},
		"a link with dots": {"Subject: x\r\n\r\nOpen ", " now\r\n"},
		"a link at a dot":  {"Subject: x\r\n\r\n.", ".\r\n.\r\n"},
	} {
		m := message{id: "<1@plp.example>", to: "a@example.be", links: links, at: time.Unix(0, 0), mail: &rendered{}}
		for i, piece := range fixed {
			m.mail.fixed = append(m.mail.fixed, []byte(piece))
			if i > 0 {
				m.mail.own = append(m.mail.own, openText)
			}
		}
		var want bytes.Buffer
		out := textproto.NewWriter(bufio.NewWriter(&want))
		w := out.DotWriter()
		for piece := range m.pieces() {
			if _, err := w.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := m.wire([]byte("left over from before")[:0]); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s:\n%q, want\n%q", name, got, want.Bytes())
		}
	}
}
