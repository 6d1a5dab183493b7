package email

import (
	"testing"

	"relais/channels"
)

// The doctor signs in and takes leave; no mail is begun.
func TestCheck(t *testing.T) {
	server := startServer(t)
	server.set(func(m *mailServer) { m.password = "right" })
	cfg := configFor(server)
	cfg.Username, cfg.Password = "relais", channels.NewSecret("right")
	if err := start(t, cfg, nil).Check(t.Context()); err != nil {
		t.Errorf("the right password: %v", err)
	}
	cfg.Password = channels.NewSecret("wrong")
	if err := start(t, cfg, nil).Check(t.Context()); err == nil || !channels.AsSendError(err).Ours {
		t.Errorf("the wrong password: got %v, want that we are not let in", err)
	}
	cfg.Port = 1
	if err := start(t, cfg, nil).Check(t.Context()); err == nil || !channels.AsSendError(err).Down {
		t.Errorf("no server: got %v, want that nobody answers", err)
	}
	if n := len(server.got()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}
