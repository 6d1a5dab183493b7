package email

import (
	"errors"
	"fmt"
	"net"

	"relais/channels"
)

// Bounces says where mails come back to that could not be delivered, and how
// they reach Relais. Empty: they go to From, and somebody reads them there.
type Bounces struct {
	Address    string          `yaml:"address" env:"ADDRESS"`         // each mail's return path is made from it: bounces@mail.zone.example becomes bounces+…@mail.zone.example
	Listen     string          `yaml:"listen" env:"LISTEN"`           // where this node takes them from a mail server, as 127.0.0.1:2525; empty: nowhere
	Protocol   Protocol        `yaml:"protocol" env:"PROTOCOL"`       // what is spoken there
	CloseAfter int             `yaml:"close_after" env:"CLOSE_AFTER"` // an address is closed after so many mails that it does not exist for
	Key        channels.Secret `yaml:"key" env:"KEY"`                 // signs return paths; the same on every node; made and kept when empty
}

// Protocol is what the mail server speaks that hands bounces in.
type Protocol string

// The values of Bounces.Protocol.
const (
	SMTP Protocol = "smtp" // RFC 5321
	LMTP Protocol = "lmtp" // RFC 2033
)

func (b Bounces) on() bool { return b.Address != "" }

func (b Bounces) check() error {
	switch {
	case b.Protocol != SMTP && b.Protocol != LMTP:
		return errors.New("bounces.protocol is not a known word; use smtp or lmtp")
	case b.CloseAfter < 1:
		return errors.New("bounces.close_after is not above 0; 2 suits most")
	case !b.Key.IsZero() && len(b.Key.Reveal()) < leastKey:
		return fmt.Errorf("bounces.key is shorter than %d characters; leave it empty, and one is made", leastKey)
	case !b.on() && b.Listen != "":
		return errors.New("bounces.address is missing; write the address that bounces come back to, as bounces@mail.zone.example")
	case !b.on():
		return nil
	case !plainAddress(b.Address):
		return errors.New("bounces.address is not an email address; write the address alone, as bounces@mail.zone.example")
	case len(newReturnPaths(b).local) > maxLocal:
		return fmt.Errorf("bounces.address has more than %d characters before the @; choose a shorter one", maxLocal)
	}
	if _, _, err := net.SplitHostPort(b.Listen); b.Listen != "" && err != nil {
		return errors.New("bounces.listen is not an address with a port; write it as 127.0.0.1:2525")
	}
	return nil
}
