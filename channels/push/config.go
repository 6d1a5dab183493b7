package push

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"relais/channels"
)

// Config says how push messages are sent.
type Config struct {
	// VAPIDPrivateKey identifies us to push services (RFC 8292): 32 bytes in
	// base64url. Browsers subscribe to its public half, so a new key alone makes
	// every subscription useless. When it is empty the caller makes one with
	// GenerateVAPIDKey and keeps it.
	VAPIDPrivateKey channels.Secret `yaml:"vapid_private_key" env:"VAPID_PRIVATE_KEY"`
	// VAPIDPreviousKey is the key before it, with which we still write to the
	// browsers that subscribed to it and have not come back since.
	VAPIDPreviousKey channels.Secret `yaml:"vapid_previous_key" env:"VAPID_PREVIOUS_KEY"`
	// Subject is where a push service reaches us: mailto: or https: (RFC 8292, 2.1).
	Subject string `yaml:"subject" env:"SUBJECT"`
	// TTL is the longest that a push service may keep a message for a browser
	// that is away (RFC 8030, 5.2). A message that expires sooner is kept no longer.
	TTL time.Duration `yaml:"ttl" env:"TTL"`
	// Timeout bounds one call, from the connection to the answer.
	Timeout time.Duration `yaml:"timeout" env:"TIMEOUT"`
	// Concurrency is how many calls are under way at once.
	Concurrency int `yaml:"concurrency" env:"CONCURRENCY"`
	PerSecond   int `yaml:"per_second" env:"PER_SECOND"` // calls a second over all nodes, at most; 0: no limit
	// AllowHosts lists the push services that may be called; "*." in front
	// stands for any name below.
	AllowHosts []string `yaml:"allow_hosts" env:"ALLOW_HOSTS"`
	// BaseURL, if set, replaces scheme and host of every endpoint, for a stand-in.
	// The two gates against calls to our own machines are then open.
	BaseURL string `yaml:"base_url" env:"BASE_URL"`
	// AllowInsecure takes endpoints with http:// on any host, for a stand-in.
	AllowInsecure bool `yaml:"allow_insecure" env:"ALLOW_INSECURE"`
}

// Bounds of Config.
const (
	maxTTL         = 28 * 24 * time.Hour // more than that no known push service keeps
	maxConcurrency = 4096
)

// Default returns the configuration that needs only a Subject and a key.
func Default() Config {
	return Config{
		TTL:         24 * time.Hour,
		Timeout:     10 * time.Second,
		Concurrency: 64,
		AllowHosts: []string{
			"fcm.googleapis.com",
			"updates.push.services.mozilla.com",
			"*.push.services.mozilla.com",
			"web.push.apple.com",
			"*.push.apple.com",
			"*.notify.windows.com",
		},
	}
}

// Validate returns what is wrong, each fault with its key and remedy.
func (c Config) Validate() error {
	return errors.Join(
		c.checkKey(), checkSubject(c.Subject), c.checkBounds(), c.checkHosts(), checkBaseURL(c.BaseURL))
}

func (c Config) checkKey() error {
	if !c.VAPIDPreviousKey.IsZero() {
		if _, err := parseVAPIDKey(c.VAPIDPreviousKey); err != nil {
			return fmt.Errorf("vapid_previous_key %w; copy the key that vapid_private_key had before", err)
		}
		if c.VAPIDPrivateKey == c.VAPIDPreviousKey || c.VAPIDPrivateKey.IsZero() {
			return errors.New("vapid_previous_key needs a newer vapid_private_key; relais vapid rotate prints both")
		}
	}
	if c.VAPIDPrivateKey.IsZero() {
		return nil
	}
	if _, err := parseVAPIDKey(c.VAPIDPrivateKey); err != nil {
		return fmt.Errorf("vapid_private_key %w; leave it empty to have one made", err)
	}
	return nil
}

// checkSubject: "a contact URI for the application server as either a mailto:
// (email) or an https: URI" (RFC 8292, 2.1). At least one push service refuses
// a token without it.
func checkSubject(subject string) error {
	if address, ok := strings.CutPrefix(subject, "mailto:"); ok {
		parsed, err := mail.ParseAddress(address)
		if err == nil && parsed.Address == address {
			return nil
		}
	}
	if u, err := url.Parse(subject); err == nil && u.Scheme == "https" && u.Hostname() != "" {
		return nil
	}
	return errors.New("subject is not a mailto: or https: address; write where push services reach you, as mailto:it@zone.example")
}

func (c Config) checkBounds() error {
	switch {
	case c.TTL < 0 || c.TTL > maxTTL:
		return fmt.Errorf("ttl is not between 0s and %s; 24h suits most zones", maxTTL)
	case c.PerSecond < 0:
		return errors.New("per_second is below 0; 0 sets no limit")
	case c.Timeout <= 0:
		return errors.New("timeout is not above 0s; 10s suits most networks")
	case c.Concurrency < 1 || c.Concurrency > maxConcurrency:
		return fmt.Errorf("concurrency is not between 1 and %d; 64 suits most machines", maxConcurrency)
	}
	return nil
}

func (c Config) checkHosts() error {
	if len(c.AllowHosts) == 0 && !c.open() {
		return errors.New("allow_hosts is empty, so no browser could be reached; leave it out for the known push services")
	}
	for i, pattern := range c.AllowHosts {
		name := strings.TrimPrefix(pattern, "*.")
		if name == "" || strings.ContainsAny(name, "*/:@ ") || !strings.Contains(name, ".") {
			return fmt.Errorf("allow_hosts[%d] is not a host name; write push.example.net or *.push.example.net", i)
		}
	}
	return nil
}

func checkBaseURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("base_url is not scheme and host alone; write it as http://127.0.0.1:8030")
	}
	return nil
}

// open says that the gates of reach.go are open, since a stand-in is called.
func (c Config) open() bool { return c.BaseURL != "" || c.AllowInsecure }
