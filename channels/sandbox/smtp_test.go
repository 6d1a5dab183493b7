package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"

	"relais/channels"
)

func TestMailFromGoMail(t *testing.T) {
	s := start(t, nil)
	id := uuid.Must(uuid.NewV7())
	if err := sendMail(t, s, "an@voorbeeld.be", id); err != nil {
		t.Fatal(err)
	}
	items := s.Taken()
	if len(items) != 1 {
		t.Fatalf("got %d items, want 1", len(items))
	}
	got := items[0]
	want := Item{
		N:        1,
		Channel:  channels.Email,
		At:       got.At,
		To:       "an@voorbeeld.be",
		From:     "Zone de Liège <relais@police.example>",
		Subject:  "Été : fermez vos fenêtres",
		Text:     "Fermez vos fenêtres à l’étage.",
		HTML:     "<p>Fermez vos <b>fenêtres</b> à l’étage.</p>",
		Ref:      "<" + id.String() + "@relais.example>",
		Delivery: channels.DeliveryID{UUID: id},
		Headers: map[string]string{
			"From":           "Zone de Liège <relais@police.example>",
			"To":             "<an@voorbeeld.be>",
			"Date":           got.Headers["Date"],
			"Message-Id":     "<" + id.String() + "@relais.example>",
			"Auto-Submitted": "auto-generated",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if n := s.CopiesOf(channels.Email, "an@voorbeeld.be", id.String()); n != 1 {
		t.Errorf("got %d copies, want 1", n)
	}
}

func TestMailFaults(t *testing.T) {
	cases := []struct {
		name     string
		faults   Faults
		wantCode int // 0: the connection breaks
		taken    int
		says     string
	}{
		{"error", Faults{ErrorRate: 1}, 451, 0, "Try again"},
		{"throttle", Faults{ThrottleRate: 1, RetryAfter: 1500 * time.Millisecond}, 450, 0, "in 2 seconds"},
		{"refused for good", Faults{Refuse: map[string]int{"an@voorbeeld.be": 550}}, 550, 0, "5.1.1"},
		{"refused for now", Faults{Refuse: map[string]int{"an@voorbeeld.be": 450}}, 450, 0, "4.2.1"},
		{"cut", Faults{CutRate: 1}, 0, 1, ""},
		{"cut and lost", Faults{CutRate: 1, CutLost: 1}, 0, 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, nil)
			if err := s.Set(channels.Email, c.faults); err != nil {
				t.Fatal(err)
			}
			err := sendMail(t, s, "an@voorbeeld.be", uuid.Must(uuid.NewV7()))
			var sendErr *gomail.SendError
			if !errors.As(err, &sendErr) {
				t.Fatalf("got %v, want a *mail.SendError", err)
			}
			if got := sendErr.ErrorCode(); got != c.wantCode || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got code %d (%v), want %d and %q", got, err, c.wantCode, c.says)
			}
			if got := s.Count(channels.Email); got != c.taken {
				t.Errorf("got %d taken, want %d", got, c.taken)
			}
		})
	}
}

// Two mails on one kept connection, each in one write (RFC 2920).
func TestMailPipelined(t *testing.T) {
	s := start(t, nil)
	line := dial(t, s.SMTPAddr())
	line.expect("220")
	line.say("EHLO relais.example\r\n")
	said := line.expect("250 ")
	for _, extension := range []string{"PIPELINING", "8BITMIME", "SMTPUTF8"} {
		if !strings.Contains(said, extension) {
			t.Errorf("EHLO does not offer %s:\n%s", extension, said)
		}
	}
	for i := range 2 {
		line.say("MAIL FROM:<relais@police.example>\r\nRCPT TO:<a@b.be>\r\nRCPT TO:<c@d.be>\r\nDATA\r\n")
		line.expect("354")
		line.say("Subject: %d\r\nMessage-ID:\r\n <%d@relais.example>\r\n\r\nAlles rustig\r\n.\r\n", i, i)
		line.expect("250 ")
	}
	got := s.Counts(func(it Item) string { return it.To + " " + it.Subject + " " + it.Ref })
	want := map[string]int{
		"a@b.be 0 <0@relais.example>": 1, "c@d.be 0 <0@relais.example>": 1,
		"a@b.be 1 <1@relais.example>": 1, "c@d.be 1 <1@relais.example>": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
}

func TestMailInWindows1252AndBase64(t *testing.T) {
	raw := "Subject: =?iso-8859-1?Q?Pr=E9vention?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nnot this\r\n" +
		"--x\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\x80 10\r\n" +
		"--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+b2s8L3A+\r\n" +
		"--x--\r\n"
	got := parseMail(Item{}, []byte(raw))
	if got.Subject != "Prévention" || strings.TrimSpace(got.Text) != "€ 10" || got.HTML != "<p>ok</p>" {
		t.Errorf("got %q, %q, %q", got.Subject, got.Text, got.HTML)
	}
}

func TestAMailThatCannotBeReadIsShownAsSuch(t *testing.T) {
	for name, raw := range map[string]string{
		"no header":   "\x00\x01",
		"no base64":   "Content-Transfer-Encoding: base64\r\n\r\n!!!!",
		"no boundary": "Content-Type: multipart/mixed\r\n\r\nx",
	} {
		if got := parseMail(Item{}, []byte(raw)); !strings.Contains(got.Text, "cannot be read") {
			t.Errorf("%s: got text %q", name, got.Text)
		}
	}
}

func sendMail(t *testing.T, s *Sandbox, to string, id uuid.UUID) error {
	t.Helper()
	m := gomail.NewMsg()
	if err := errors.Join(m.FromFormat("Zone de Liège", "relais@police.example"), m.To(to)); err != nil {
		t.Fatal(err)
	}
	m.Subject("Été : fermez vos fenêtres")
	m.SetMessageIDWithValue(id.String() + "@relais.example")
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, "Fermez vos fenêtres à l’étage.")
	m.AddAlternativeString(gomail.TypeTextHTML, "<p>Fermez vos <b>fenêtres</b> à l’étage.</p>")
	host, port, err := net.SplitHostPort(s.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	client, err := gomail.NewClient(host, gomail.WithPort(number), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("relais.example"))
	if err != nil {
		t.Fatal(err)
	}
	return client.DialAndSendWithContext(t.Context(), m)
}

// smtpLine speaks SMTP by hand.
type smtpLine struct {
	t    *testing.T
	conn net.Conn
	read *bufio.Reader
}

func dial(t *testing.T, addr string) *smtpLine {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return &smtpLine{t, conn, bufio.NewReader(conn)}
}

func (l *smtpLine) say(format string, args ...any) {
	l.t.Helper()
	if _, err := io.WriteString(l.conn, fmt.Sprintf(format, args...)); err != nil {
		l.t.Fatal(err)
	}
}

// expect reads until a line begins with prefix, and returns all it read.
func (l *smtpLine) expect(prefix string) string {
	l.t.Helper()
	var all strings.Builder
	for {
		line, err := l.read.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			l.t.Fatalf("waiting for %q: %v after\n%s", prefix, err, all.String())
		}
		if strings.HasPrefix(line, prefix) {
			return all.String()
		}
	}
}

// A sender may go on while the stand-in ends: -race finds what both touch.
func TestCloseWhileMailsGoTogether(t *testing.T) {
	for range 20 {
		s, err := Start(t.Context(), Config{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		line := dial(t, s.SMTPAddr())
		line.expect("220")
		line.say("EHLO relais.example\r\n")
		line.expect("250 ")
		mail := "MAIL FROM:<relais@police.example>\r\nRCPT TO:<a@b.be>\r\nBDAT 14 LAST\r\nSubject: x\r\n\r\n"
		line.say("%s", strings.Repeat(mail, 500))
		if err := s.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}
