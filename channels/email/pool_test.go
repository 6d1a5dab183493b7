package email

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestManyAtOnce(t *testing.T) {
	const many = 200
	server := startServer(t)
	c := start(t, configFor(server), nil)
	content := channeltest.Content(channels.ForMember, broker.Dutch)
	errs := make(chan error, many)
	for n := range many {
		d := channeltest.Delivery(n, channels.NewAddress(fmt.Sprintf("member-%d@quartier.example", n)))
		d.Content = content
		go func() {
			_, err := c.Send(t.Context(), d)
			errs <- err
		}()
	}
	for range many {
		if err := <-errs; err != nil {
			t.Errorf("send: %v", err)
		}
	}
	took := make(map[string]int)
	for _, mail := range server.got() {
		m := parse(t, mail.data)
		took[mail.to]++
		if m.header.Get("To") != "<"+mail.to+">" {
			t.Errorf("a mail for %s says it is for %s", mail.to, m.header.Get("To"))
		}
	}
	for n := range many {
		if got := took[fmt.Sprintf("member-%d@quartier.example", n)]; got != 1 {
			t.Errorf("member %d got %d mails, want 1", n, got)
		}
	}
	if _, most := server.dials(); most > 8 {
		t.Errorf("%d connections at once, want at most 8", most)
	}
}

func TestServerEndsConnectionsBetweenMails(t *testing.T) {
	for name, end := range map[string]func(m *mailServer) func() error{
		"without a word": func(m *mailServer) func() error {
			m.hangUp()
			return nil
		},
		"with 421": func(m *mailServer) func() error {
			first := true
			return func() error {
				if first {
					first = false
					return reply(421, smtp.EnhancedCode{4, 4, 2}, "idle too long")
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t)
			c := start(t, configFor(server), nil)
			for range 3 {
				mustSend(t, c, delivery(channels.ForMember, broker.French))
				on := end(server)
				server.set(func(m *mailServer) { m.onMail = on })
			}
			if dialled, _ := server.dials(); dialled != 3 || len(server.got()) != 3 {
				t.Errorf("dialled %d times for %d mails, want 3 for 3", dialled, len(server.got()))
			}
		})
	}
}

func TestDialsAnewOnlyOnce(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	server.set(func(m *mailServer) {
		m.onMail = func() error { return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down") }
	})
	_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); got.Class != channels.Throttled || got.After != slowDown {
		t.Errorf("got %v, want throttled", err)
	}
	if dialled, _ := server.dials(); dialled != 2 {
		t.Errorf("dialled %d times, want 2", dialled)
	}
}

func TestNeverRepeatsATextThatWasSent(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	server.set(func(m *mailServer) { m.onData = cutAfterText })
	_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); got.Class != channels.Ambiguous {
		t.Errorf("got %v, want ambiguous", err)
	}
	if dialled, _ := server.dials(); dialled != 1 || len(server.got()) != 2 {
		t.Errorf("dialled %d times for %d mails, want once for 2", dialled, len(server.got()))
	}
}

func TestNewConnectionAfterSoManyMails(t *testing.T) {
	server := startServer(t)
	cfg := configFor(server)
	cfg.MaxPerConnection = 2
	c := start(t, cfg, nil)
	for range 5 {
		mustSend(t, c, delivery(channels.ForMember, broker.French))
	}
	if dialled, _ := server.dials(); dialled != 3 {
		t.Errorf("dialled %d times, want 3", dialled)
	}
	eventually(t, func() bool { return strings.Count(server.written(), "QUIT\r\n") == 2 })
}

func TestIdleConnectionsTakeLeave(t *testing.T) {
	server := startServer(t)
	cfg := configFor(server)
	cfg.Idle = time.Millisecond
	c := start(t, cfg, nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	eventually(t, func() bool { return strings.HasSuffix(server.written(), "QUIT\r\n") })
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	if dialled, _ := server.dials(); dialled != 2 {
		t.Errorf("dialled %d times, want 2", dialled)
	}
}

func TestCloseTakesLeave(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	reached, release := make(chan struct{}), make(chan struct{})
	server.set(func(m *mailServer) {
		m.onRcpt = func(to string) error {
			if strings.HasPrefix(to, "slow") {
				close(reached)
				<-release
			}
			return nil
		}
	})
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	var sending sync.WaitGroup
	sending.Go(func() {
		d := delivery(channels.ForMember, broker.French)
		d.To = channels.NewAddress("slow@quartier.example")
		mustSend(t, c, d)
	})
	<-reached // on the only connection
	if err := c.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	close(release)
	sending.Wait()
	eventually(t, func() bool { return strings.Count(server.written(), "QUIT\r\n") == 1 })
	_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); err == nil || got.Class != channels.Retryable {
		t.Errorf("after close: got %v, want retryable", err)
	}
}

func TestCloseMindsNotThatTheServerWasFirst(t *testing.T) {
	server := startServer(t)
	c := start(t, configFor(server), nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	server.hangUp()
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// eventually polls until a server that is told nothing more has seen something.
func eventually(t *testing.T, seen func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !seen() {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen within 10 seconds")
		}
		time.Sleep(time.Millisecond)
	}
}
