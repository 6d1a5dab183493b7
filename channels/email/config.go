package email

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	"relais/channels"
)

// Security says how the connection to the mail server is protected.
type Security string

// The values of Config.TLS.
const (
	StartTLS      Security = "starttls"      // STARTTLS or nothing (RFC 3207)
	Opportunistic Security = "opportunistic" // STARTTLS if the server has it
	Plain         Security = "none"          // never; for a server on this machine
	Implicit      Security = "implicit"      // TLS from the first byte (RFC 8314, 3.3)
)

// Config says through which server mails leave, and in whose name.
type Config struct {
	Host     string          `yaml:"host" env:"HOST"`
	Port     int             `yaml:"port" env:"PORT"`
	Username string          `yaml:"username" env:"USERNAME"` // empty: the server asks for none
	Password channels.Secret `yaml:"password" env:"PASSWORD"`
	TLS      Security        `yaml:"tls" env:"TLS"`

	From     string `yaml:"from" env:"FROM"`           // the address that mails come from
	FromName string `yaml:"from_name" env:"FROM_NAME"` // shown where no single partnership is the sender
	ReplyTo  string `yaml:"reply_to" env:"REPLY_TO"`   // where an answer goes; empty: to From

	Connections      int           `yaml:"connections" env:"CONNECTIONS"`               // at most so many at once
	MaxPerConnection int           `yaml:"max_per_connection" env:"MAX_PER_CONNECTION"` // mails, then a new one is dialled
	Idle             time.Duration `yaml:"idle" env:"IDLE"`                             // how long an unused connection is kept
	Timeout          time.Duration `yaml:"timeout" env:"TIMEOUT"`                       // for dialling, and for each mail
	PerSecond        int           `yaml:"per_second" env:"PER_SECOND"`                 // mails a second over all nodes, at most; 0: as fast as the server takes them
	Hello            string        `yaml:"hello" env:"HELLO"`                           // our name in EHLO; empty: the machine's

	DKIM    DKIM    `yaml:"dkim" envPrefix:"DKIM_"`
	Bounces Bounces `yaml:"bounces" envPrefix:"BOUNCES_"`
}

// Bounds of Config.
const (
	maxPort        = 65535
	maxConnections = 1000
)

// Default returns the configuration that lacks only Host and From. Port 587
// with STARTTLS is where mails are handed in (RFC 6409).
func Default() Config {
	return Config{
		Port:             587,
		TLS:              StartTLS,
		Connections:      8,
		MaxPerConnection: 100,
		Idle:             time.Minute,
		Timeout:          30 * time.Second,
		Bounces:          Bounces{Protocol: SMTP, CloseAfter: 2},
	}
}

// Validate returns what is wrong, each fault with its key and remedy.
func (c Config) Validate() error {
	return errors.Join(c.checkServer(), c.checkTLS(), c.checkSignIn(), c.checkAddresses(), c.checkBounds(), c.DKIM.check(c.From), c.Bounces.check())
}

func (c Config) checkServer() error {
	switch {
	case c.Host == "":
		return errors.New("host is missing; name the mail server, as smtp.zone.example")
	case strings.ContainsFunc(c.Host, unfit) || strings.ContainsAny(c.Host, "/@"):
		return errors.New("host is not a host name; write the name alone, as smtp.zone.example")
	case c.Port < 1 || c.Port > maxPort:
		return fmt.Errorf("port is not between 1 and %d; 587 goes with starttls, 465 with implicit", maxPort)
	case strings.ContainsFunc(c.Hello, unfit):
		return errors.New("hello is not a host name; leave it empty for the machine's own")
	}
	return nil
}

func (c Config) checkTLS() error {
	switch c.TLS {
	case StartTLS, Opportunistic, Implicit:
		return nil
	case Plain:
		if !c.Password.IsZero() && !loopback(c.Host) {
			return errors.New("tls is none, which would send the password readable over the network; use starttls or implicit")
		}
		return nil
	}
	return errors.New("tls is not a known word; use starttls, implicit, opportunistic or none")
}

func (c Config) checkSignIn() error {
	if (c.Username == "") != c.Password.IsZero() {
		return errors.New("username and password do not go together; set both, or neither")
	}
	return nil
}

func (c Config) checkAddresses() error {
	if !plainAddress(c.From) {
		return errors.New("from is not an email address; write the address alone, as bin@zone.example")
	}
	if c.ReplyTo != "" && !plainAddress(c.ReplyTo) {
		return errors.New("reply_to is not an email address; write the address alone, or leave it empty")
	}
	return nil
}

func (c Config) checkBounds() error {
	switch {
	case c.Connections < 1 || c.Connections > maxConnections:
		return fmt.Errorf("connections is not between 1 and %d; 8 suits most servers", maxConnections)
	case c.MaxPerConnection < 1:
		return errors.New("max_per_connection is not above 0; 100 suits most servers")
	case c.PerSecond < 0:
		return errors.New("per_second is below 0; 0 sets no limit")
	case c.Idle <= 0:
		return errors.New("idle is not above 0s; 60s suits most servers")
	case c.Timeout <= 0:
		return errors.New("timeout is not above 0s; 30s suits most networks")
	}
	return nil
}

// plainAddress says whether s is an address alone, without a name, that every
// server takes.
func plainAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s && mailbox(s) && ascii(s)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
