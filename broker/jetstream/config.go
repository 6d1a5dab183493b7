package jetstream

import (
	"errors"
	"fmt"
	"net"
	"strconv"
)

// DefaultListen is where the embedded server listens, so that another program
// on this machine can publish.
const DefaultListen = "127.0.0.1:4222"

// Secret is a value that does not print itself, such as channels.Secret. Nil
// and an empty value mean that it is not set.
type Secret interface{ Reveal() string }

// Config says which NATS server to use.
type Config struct {
	URL         string // of an external server or several, with commas; empty: embedded
	Listen      string // embedded: host:port for other programs; port 0: any; empty: nobody but this program
	StoreDir    string // embedded: where the streams are kept
	Replicas    int    // external: copies of each stream, 1 to 5; 0: as it is, or 1
	Credentials string // external: path of a .creds file
	User        string
	Password    Secret
	Token       Secret // instead of user and password
	Name        string // how this program is called on the server; empty: relais
}

// Validate returns what is wrong with c, one sentence for each fault. Keys are
// named as in the configuration file, under nats.
func (c Config) Validate() error {
	var faults []error
	fault := func(wrong bool, sentence string) {
		if wrong {
			faults = append(faults, errors.New(sentence))
		}
	}
	fault(isSet(c.Token) && c.User != "", "nats.token and nats.user exclude each other: keep one")
	fault(c.User == "" && isSet(c.Password), "nats.password needs nats.user")
	fault(c.User != "" && !isSet(c.Password), "nats.user needs nats.password")
	fault(c.Replicas < 0 || c.Replicas > 5, "nats.replicas is not between 1 and 5")
	if c.URL != "" {
		return errors.Join(faults...)
	}
	fault(c.StoreDir == "", "nats.store_dir is missing: name the folder in which the embedded NATS keeps its streams")
	fault(c.Replicas > 1, "nats.replicas above 1 needs a NATS cluster: set nats.url, or leave it out")
	fault(c.Credentials != "", "nats.credentials is for an external server: set nats.url, or leave it out")
	if c.Listen != "" {
		faults = append(faults, c.checkListen())
	}
	return errors.Join(faults...)
}

// checkListen refuses a server that the network can reach without signing in:
// whoever can publish there can alarm a town.
func (c Config) checkListen() error {
	host, _, err := splitListen(c.Listen)
	if err != nil {
		return err
	}
	if c.User != "" || isSet(c.Token) || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("nats.listen %s is open to the network: set nats.token, or listen on 127.0.0.1", c.Listen)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func splitListen(listen string) (host string, port int, err error) {
	host, portText, err := net.SplitHostPort(listen)
	if err == nil {
		port, err = strconv.Atoi(portText)
	}
	if err != nil || port < -1 || port > 65535 {
		return "", 0, fmt.Errorf("nats.listen %q is not host:port, as in %s", listen, DefaultListen)
	}
	return host, port, nil
}

func isSet(s Secret) bool { return reveal(s) != "" }

func reveal(s Secret) string {
	if s == nil {
		return ""
	}
	return s.Reveal()
}
