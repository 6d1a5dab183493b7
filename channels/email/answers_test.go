package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
)

// code is a reply as the server gives it, with the recipient's address in its text.
type code struct {
	reply    int
	enhanced smtp.EnhancedCode
}

func (c code) err() error {
	return reply(c.reply, c.enhanced, "<marie@quartier.example>: Véhicule suspect, 5.1.1 4.7.0")
}

func TestWhatRepliesMean(t *testing.T) {
	for _, tc := range []struct {
		at    stage
		code  code
		class channels.Class
		after time.Duration
		want  string
	}{
		{atMail, code{451, smtp.EnhancedCode{4, 3, 0}}, channels.Retryable, 0, "451 4.3.0"},
		{atMail, code{421, smtp.EnhancedCode{4, 3, 2}}, channels.Throttled, slowDown, "421 4.3.2"},
		{atMail, code{451, smtp.EnhancedCode{4, 7, 1}}, channels.Throttled, slowDown, "451 4.7.1"},
		{atMail, code{550, smtp.EnhancedCode{5, 7, 1}}, channels.Rejected, 0, "550 5.7.1"},
		{atMail, code{553, smtp.EnhancedCode{5, 1, 8}}, channels.Rejected, 0, "553 5.1.8"},
		{atMail, code{550, smtp.EnhancedCode{5, 1, 1}}, channels.Rejected, 0, "550 5.1.1"}, // of the sender
		{atMail, code{530, smtp.EnhancedCode{5, 7, 0}}, channels.Retryable, lockout, "530 5.7.0"},
		{atRcpt, code{450, smtp.EnhancedCode{4, 2, 0}}, channels.Retryable, 0, "450 4.2.0"},
		{atRcpt, code{452, smtp.NoEnhancedCode}, channels.Retryable, 0, "452"},
		{atRcpt, code{450, smtp.EnhancedCode{4, 7, 28}}, channels.Throttled, slowDown, "450 4.7.28"},
		{atRcpt, code{550, smtp.EnhancedCode{5, 1, 1}}, channels.Gone, 0, "550 5.1.1"},
		{atRcpt, code{551, smtp.EnhancedCode{5, 1, 6}}, channels.Gone, 0, "551 5.1.6"},
		{atRcpt, code{553, smtp.EnhancedCode{5, 1, 3}}, channels.Gone, 0, "553 5.1.3"},
		{atRcpt, code{556, smtp.EnhancedCode{5, 1, 10}}, channels.Gone, 0, "556 5.1.10"},
		{atRcpt, code{550, smtp.EnhancedCode{5, 1, 0}}, channels.Rejected, 0, "550 5.1.0"},
		{atRcpt, code{550, smtp.EnhancedCode{5, 1, 7}}, channels.Rejected, 0, "550 5.1.7"},
		{atRcpt, code{550, smtp.NoEnhancedCode}, channels.Rejected, 0, "550"},
		{atRcpt, code{552, smtp.EnhancedCode{5, 2, 2}}, channels.Rejected, 0, "552 5.2.2"},
		{atEnd, code{451, smtp.EnhancedCode{4, 3, 0}}, channels.Retryable, 0, "451 4.3.0"},
		{atEnd, code{421, smtp.EnhancedCode{4, 7, 0}}, channels.Throttled, slowDown, "421 4.7.0"},
		{atEnd, code{554, smtp.EnhancedCode{5, 7, 1}}, channels.Rejected, 0, "554 5.7.1"},
		{atEnd, code{550, smtp.EnhancedCode{5, 1, 1}}, channels.Gone, 0, "550 5.1.1"},
	} {
		t.Run(fmt.Sprintf("%s %s", tc.want, tc.at), func(t *testing.T) {
			server := startServer(t)
			c := start(t, configFor(server), nil)
			server.set(func(m *mailServer) {
				switch tc.at {
				case atMail:
					m.onMail = tc.code.err
				case atRcpt:
					m.onRcpt = func(string) error { return tc.code.err() }
				case atEnd:
					m.onData = func(*smtp.Conn, func()) error { return tc.code.err() }
				}
			})
			_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
			got := channels.AsSendError(err)
			if err == nil || got.Class != tc.class || got.After != tc.after || got.Code != tc.want {
				t.Errorf("got %v after %s, want %s (%s) after %s", err, got.After, tc.class, tc.want, tc.after)
			}
			if strings.Contains(err.Error(), "quartier") || strings.Contains(err.Error(), "suspect") {
				t.Errorf("the error holds the reply's text: %v", err)
			}
			if n := len(server.got()); n != 0 {
				t.Errorf("the server took %d mails", n)
			}
		})
	}
}

func TestRefusedRecipientKeepsTheConnection(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	server.set(func(m *mailServer) {
		m.onRcpt = func(to string) error {
			if strings.HasPrefix(to, "gone") {
				return reply(550, smtp.EnhancedCode{5, 1, 1}, "no such mailbox")
			}
			return nil
		}
	})
	for range 3 {
		d := delivery(channels.ForMember, broker.French)
		d.To = channels.NewAddress("gone@quartier.example")
		if _, err := c.Send(t.Context(), d); channels.AsSendError(err).Class != channels.Gone {
			t.Fatalf("got %v, want gone", err)
		}
		mustSend(t, c, delivery(channels.ForMember, broker.French))
	}
	if dialled, _ := server.dials(); dialled != 1 {
		t.Errorf("dialled %d times, want once", dialled)
	}
	if got := strings.Count(server.written(), "RSET\r\n"); got != 3 {
		t.Errorf("reset %d times, want 3: once for each refusal", got)
	}
}

func TestNoNeedlessCommands(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	wire := server.written()
	for _, command := range []string{"NOOP", "RSET", "SMTPUTF8"} {
		if strings.Contains(wire, command) {
			t.Errorf("the channel says %s", command)
		}
	}
	group := "MAIL FROM:<relais@zone.example>\r\nRCPT TO:<marie@quartier.example>\r\nDATA\r\n"
	together := 0
	for _, chunk := range server.chunks {
		if chunk == group {
			together++
		}
	}
	if together != 2 || strings.Count(wire, "EHLO relais.example\r\n") != 1 {
		t.Errorf("got another conversation than expected:\n%.300s", wire)
	}
}

func TestConnectionThatTheServerEndsIsNotKept(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	server.set(func(m *mailServer) {
		m.onData = func(*smtp.Conn, func()) error { return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down") }
	})
	for want := 1; want <= 2; want++ {
		if _, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French)); channels.AsSendError(err).Class != channels.Throttled {
			t.Errorf("got %v, want throttled", err)
		}
		if dialled, _ := server.dials(); dialled != want {
			t.Errorf("dialled %d times, want %d", dialled, want)
		}
	}
}

func TestAccentsInAnAddress(t *testing.T) {
	d := delivery(channels.ForMember, broker.French)
	d.To = channels.NewAddress("renée@quartier.example")
	server := startServer(t)
	mustSend(t, start(t, configFor(server), nil), d)
	if !strings.Contains(server.written(), "MAIL FROM:<relais@zone.example> SMTPUTF8\r\n") {
		t.Error("the server was not told")
	}
	old := startServer(t, func(s *smtp.Server) { s.EnableSMTPUTF8 = false })
	_, err := start(t, configFor(old), nil).Send(t.Context(), d)
	if got := channels.AsSendError(err); err == nil || got.Class != channels.Rejected || got.Code != "5.6.7" {
		t.Errorf("got %v, want rejected (5.6.7)", err)
	}
}

func TestCancelledInTheMiddle(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	reached := make(chan struct{})
	server.set(func(m *mailServer) {
		m.onRcpt = func(string) error {
			close(reached)
			<-m.done
			return errors.New("too late")
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	_, err := c.Send(ctx, delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); got.Class != channels.Retryable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want retryable: nothing had been sent", err)
	}
}

func TestTimeoutOfItsOwn(t *testing.T) {
	server := startServer(t)
	cfg := configFor(server)
	cfg.Timeout = 50 * time.Millisecond
	c := start(t, cfg, nil)
	server.set(func(m *mailServer) { m.onData = m.hangAfterText })
	_, err := c.Send(context.Background(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); err == nil || got.Class != channels.Ambiguous {
		t.Errorf("got %v, want ambiguous", err)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Host, cfg.Port, cfg.TLS, cfg.From = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, Plain, "relais@zone.example"
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = start(t, cfg, nil).Send(t.Context(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); err == nil || got.Class != channels.Retryable {
		t.Errorf("got %v, want retryable", err)
	}
}

func mustSend(t testing.TB, c *Channel, d channels.Delivery) {
	t.Helper()
	receipt, err := c.Send(t.Context(), d)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	if want := messageID(d.ID, "relais.example"); receipt.Ref != want || receipt.Awaits {
		t.Fatalf("got receipt %+v, want %s and nothing awaited", receipt, want)
	}
}

func TestTextArrivesAsItWas(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	c.clock = func() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }
	d := delivery(channels.ForMember, broker.French)
	d.Content.Body = ".\n..\n.hidden\n\nfrom here on"
	d.Links.Open = "https://relais.example/" + strings.Repeat(".", 300) // dots at the beginning of lines
	mustSend(t, c, d)
	if want, got := wireOf(t, c, d), server.got()[0].data; string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
