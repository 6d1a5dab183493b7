package email

import (
	"bytes"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// TestMailsGoTogetherToPostfix has a real mail server refuse some of those that
// go together, and take the others once.
func TestMailsGoTogetherToPostfix(t *testing.T) {
	address, boxes := os.Getenv("RELAIS_TEST_MTA_ADDRESS"), os.Getenv("RELAIS_TEST_MTA_MAIL")
	if address == "" || boxes == "" {
		t.Skip("RELAIS_TEST_MTA_ADDRESS or RELAIS_TEST_MTA_MAIL is not set: make check starts Postfix and sets them")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Host, cfg.TLS, cfg.From, cfg.Hello = host, Plain, "plp@zone.example", "relais.example"
	if cfg.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	c := start(t, cfg, nil)
	onDial(c, func(c *conn) {
		if !c.chunks {
			t.Error("Postfix does not offer BDAT")
		}
	})
	const mails = 300
	content := channeltest.Content(channels.ForMember, broker.French)
	content.Title = fmt.Sprintf("Together %d", time.Now().UnixNano()) // of this run alone
	var sending sync.WaitGroup
	for n := range mails {
		to, want := [2]string{"marie", "luc"}[n%2], fine
		if n%10 == 3 {
			to, want = "closed", channels.Gone
		}
		d := channeltest.Delivery(n, channels.NewAddress(to+"@quartier.example"))
		d.Content, d.Priority = content, broker.Normal
		sending.Go(func() {
			got := fine
			if _, err := c.Send(t.Context(), d); err != nil {
				got = channels.AsSendError(err).Class
			}
			if got != want {
				t.Errorf("mail %d to %s came to %q, want %q", n, to, got, want)
			}
		})
	}
	sending.Wait()
	const taken = mails - mails/10
	eventually(t, func() bool { return len(inMaildirs(t, boxes, content.Title)) >= taken })
	if got := inMaildirs(t, boxes, content.Title); len(got) != taken {
		t.Errorf("%d mails arrived, want %d", len(got), taken)
	}
}

// inMaildirs are the mails with a text, of which none may be there twice.
func inMaildirs(t *testing.T, boxes, text string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(boxes, "*", "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), text) {
			continue
		}
		m, err := mail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		id := m.Header.Get("Message-Id")
		if found[id] {
			t.Errorf("the mail %s is there twice", id)
		}
		found[id] = true
	}
	return found
}
