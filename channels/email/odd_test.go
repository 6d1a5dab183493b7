package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

// TestOddServers plays servers word by word: those without groups of commands,
// and those that answer as they should not.
func TestOddServers(t *testing.T) {
	const hello = "220 mx\n"
	for _, tc := range []struct {
		name   string
		script map[string]string // answers by verb; "." ends a text; "" is the greeting
		class  channels.Class    // "": taken
	}{
		{"one command at a time", map[string]string{"": hello, "EHLO": "250-mx\n250 8BITMIME\n"}, ""},
		{"HELO only", map[string]string{"": hello, "EHLO": "502 what?\n"}, ""},
		{"refused at DATA", map[string]string{"": hello, "DATA": "451 4.3.0 no\n"}, channels.Retryable},
		{"takes a text for nobody", map[string]string{"": hello, "EHLO": "250-mx\n250 PIPELINING\n", "RCPT": "550 5.1.1 no\n"}, channels.Gone},
		{"greets with 554", map[string]string{"": "554 no mail here\n"}, channels.Retryable},
		{"greets with 421", map[string]string{"": "421 4.7.0 busy\n"}, channels.Throttled},
		{"is no SMTP server", map[string]string{"": "HTTP/1.1 400 Bad Request\n"}, channels.Retryable},
		{"hangs up at once", map[string]string{"": "cut"}, channels.Retryable},
		{"hangs up at RCPT", map[string]string{"": hello, "RCPT": "cut"}, channels.Retryable},
		{"hangs up at DATA", map[string]string{"": hello, "DATA": "cut"}, channels.Retryable},
		{"hangs up at the end", map[string]string{"": hello, ".": "cut"}, channels.Ambiguous},
		{"babbles at the end", map[string]string{"": hello, ".": "well, marie@quartier.example\n"}, channels.Ambiguous},
		{"odd code at the end", map[string]string{"": hello, ".": "354 go on\n"}, channels.Ambiguous},
		{"hangs up at RSET", map[string]string{"": hello, "RCPT": "550 5.1.1 no\n", "RSET": "cut"}, channels.Gone},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := Default()
			cfg.Host, cfg.TLS, cfg.From = "127.0.0.1", Plain, "relais@zone.example"
			cfg.Port = playServer(t, tc.script)
			c := start(t, cfg, nil)
			for range 2 { // the second meets what the first left
				_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
				if err == nil && tc.class == "" {
					continue
				}
				if got := channels.AsSendError(err); err == nil || got.Class != tc.class {
					t.Fatalf("got %v, want %q", err, tc.class)
				}
				if strings.Contains(err.Error(), "marie") {
					t.Errorf("the error holds the answer: %v", err)
				}
			}
		})
	}
}

// playServer answers each verb from the script, else as SMTP would.
func playServer(t *testing.T, script map[string]string) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return play(t, listener, script)
}

func play(t *testing.T, listener net.Listener, script map[string]string) int {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			playTo(conn, script)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func playTo(conn net.Conn, script map[string]string) {
	usual := map[string]string{"EHLO": "250 mx\n", "DATA": "354 go\n", "QUIT": "221 bye\n", "": "220 mx\n"}
	inText := false
	say := func(verb string) bool {
		answer, ok := script[verb]
		if !ok {
			if answer, ok = usual[verb]; !ok {
				answer = "250 2.0.0 fine\n"
			}
		}
		if answer == "cut" {
			return false
		}
		_, err := fmt.Fprint(conn, strings.ReplaceAll(answer, "\n", "\r\n"))
		inText = err == nil && strings.HasPrefix(answer, "354") && verb == "DATA"
		return err == nil && verb != "QUIT"
	}
	if !say("") {
		return
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		verb, _, _ := strings.Cut(lines.Text(), " ")
		if inText && lines.Text() != "." {
			continue
		}
		if !say(verb) {
			return
		}
	}
}

// TestOneCommandAtATime: a server that does not take groups may forget what
// came with a command (RFC 2920, 1).
func TestOneCommandAtATime(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &mailServer{open: make(map[*tapped]bool)}
	cfg := valid()
	cfg.Host, cfg.TLS, cfg.Hello = "127.0.0.1", Plain, "relais.example"
	cfg.Port = play(t, &tap{listener, server}, map[string]string{"EHLO": "250-mx\n250 8BITMIME\n"})
	mustSend(t, start(t, cfg, nil), delivery(channels.ForMember, broker.French))
	want := []string{"EHLO relais.example\r\n", "MAIL FROM:<bin@zone.example>\r\n", "RCPT TO:<marie@quartier.example>\r\n", "DATA\r\n"}
	server.mu.Lock()
	defer server.mu.Unlock()
	if diff := cmp.Diff(want, server.chunks[:min(4, len(server.chunks))]); diff != "" {
		t.Errorf("commands as they came (-want +got):\n%s", diff)
	}
}

func TestCancelledWhileConnecting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, err = fmt.Fprint(conn, "220 mx\r\n")
		}
		if err == nil {
			_, err = bufio.NewReader(conn).ReadString('\n') // EHLO
		}
		if err != nil {
			t.Error(err)
		}
		cancel() // instead of an answer
		held <- conn
	}()
	cfg := valid()
	cfg.Host, cfg.TLS, cfg.Port, cfg.Timeout = "127.0.0.1", Plain, listener.Addr().(*net.TCPAddr).Port, time.Minute
	_, err = start(t, cfg, nil).Send(ctx, delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); got.Class != channels.Retryable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want retryable: cancelled", err)
	}
	_ = (<-held).Close()
	_ = listener.Close()
}
