package push

import (
	"strings"
	"testing"
	"time"

	"relais/channels"
)

func TestValidateNamesKeyAndRemedy(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string // empty: valid
	}{
		{"as made", func(*Config) {}, ""},
		{"no key yet", func(c *Config) { c.VAPIDPrivateKey = channels.Secret{} }, ""},
		{"https subject", func(c *Config) { c.Subject = "https://zone.example/contact" }, ""},
		{"base address", func(c *Config) { c.BaseURL = "http://127.0.0.1:8030/" }, ""},
		{"any host for a stand-in", func(c *Config) { c.AllowHosts, c.AllowInsecure = nil, true }, ""},
		{"bad key", func(c *Config) { c.VAPIDPrivateKey = channels.NewSecret("geheim") }, "vapid_private_key is not 32 bytes in base64url"},
		{"no subject", func(c *Config) { c.Subject = "" }, "subject is not a mailto: or https: address"},
		{"bare subject", func(c *Config) { c.Subject = "it@zone.example" }, "subject is not"},
		{"named subject", func(c *Config) { c.Subject = "mailto:Zone <it@zone.example>" }, "subject is not"},
		{"http subject", func(c *Config) { c.Subject = "http://zone.example" }, "subject is not"},
		{"negative ttl", func(c *Config) { c.TTL = -time.Second }, "ttl is not between"},
		{"long ttl", func(c *Config) { c.TTL = 29 * 24 * time.Hour }, "ttl is not between"},
		{"no timeout", func(c *Config) { c.Timeout = 0 }, "timeout is not above 0s"},
		{"no concurrency", func(c *Config) { c.Concurrency = 0 }, "concurrency is not between 1"},
		{"no hosts", func(c *Config) { c.AllowHosts = nil }, "allow_hosts is empty"},
		{"any host", func(c *Config) { c.AllowHosts = []string{"fcm.googleapis.com", "*"} }, "allow_hosts[1] is not a host name"},
		{"URL for host", func(c *Config) { c.AllowHosts = []string{"https://fcm.googleapis.com"} }, "allow_hosts[0] is not a host name"},
		{"base with path", func(c *Config) { c.BaseURL = "http://127.0.0.1/push" }, "base_url is not scheme and host alone"},
		{"base without scheme", func(c *Config) { c.BaseURL = "127.0.0.1:80" }, "base_url is not"},
	} {
		cfg := testConfig(t)
		c.change(&cfg)
		err := cfg.Validate()
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: got %v, want none", c.name, err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%s: got %v, want %q and a remedy", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error holds the key", c.name)
		}
	}
	if err := (Config{}).Validate(); strings.Count(err.Error(), "\n") < 2 {
		t.Errorf("an empty configuration has several faults, got %v", err)
	}
}
