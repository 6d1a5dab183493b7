package sms

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"go.yaml.in/yaml/v4"

	"relais/channels"
)

func valid() Config {
	cfg := Default()
	cfg.AccountSID, cfg.AuthToken, cfg.From = testSID, channels.NewSecret(testToken), "+32460201234"
	return cfg
}

func TestValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(c *Config)
		want   string // the key that the sentence begins with; empty: valid
	}{
		"valid":                   {func(*Config) {}, ""},
		"service without from":    {func(c *Config) { c.From, c.MessagingServiceSID = "", "MG01" }, ""},
		"name":                    {func(c *Config) { c.From = "PLP Relais" }, ""},
		"short code":              {func(c *Config) { c.From = "8850" }, ""},
		"stand-in on loopback":    {func(c *Config) { c.BaseURL = "http://127.0.0.1:4010" }, ""},
		"stand-in on IPv6":        {func(c *Config) { c.BaseURL = "http://[::1]:4010/" }, ""},
		"token in clear":          {func(c *Config) { c.BaseURL = "http://api.twilio.com" }, "base_url"},
		"no address":              {func(c *Config) { c.BaseURL = "api.twilio.com" }, "base_url"},
		"address with a path":     {func(c *Config) { c.BaseURL = "https://api.twilio.com/2010" }, "base_url"},
		"address with a password": {func(c *Config) { c.BaseURL = "https://u:" + testToken + "@api.twilio.com" }, "base_url"},
		"no account":              {func(c *Config) { c.AccountSID = "" }, "account_sid"},
		"account with a slash":    {func(c *Config) { c.AccountSID = "AC1/../x" }, "account_sid"},
		"no token":                {func(c *Config) { c.AuthToken = channels.Secret{} }, "auth_token"},
		"no sender":               {func(c *Config) { c.From = "" }, "from"},
		"national number":         {func(c *Config) { c.From = "0460 20 12 34" }, "from"},
		"long name":               {func(c *Config) { c.From = "PLP Tilleuls" }, "from"},
		"other service":           {func(c *Config) { c.MessagingServiceSID = "AC01" }, "messaging_service_sid"},
		"no time":                 {func(c *Config) { c.Timeout = 0 }, "timeout"},
		"no connection":           {func(c *Config) { c.Concurrency = 0 }, "concurrency"},
		"too many":                {func(c *Config) { c.Concurrency = 1 << 20 }, "concurrency"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := valid()
			tt.change(&cfg)
			err := cfg.Validate()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want nil", err)
			case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want+" ")):
				t.Errorf("got %v, want a sentence about %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), testToken) {
				t.Errorf("the error shows the token: %v", err)
			}
			if _, newErr := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler)); (newErr == nil) != (err == nil) {
				t.Errorf("New: got %v, want it to agree with %v", newErr, err)
			}
		})
	}
}

func TestNewChecksItsSurroundings(t *testing.T) {
	for name, tt := range map[string]struct {
		words channels.WordsByLang
		base  string
	}{
		"no words":          {nil, ""},
		"base without host": {loadWords(t), "relais.example"},
		"base with a query": {loadWords(t), "https://relais.example/?a=b"},
	} {
		if _, err := New(valid(), tt.words, tt.base, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: got nil, want an error", name)
		}
	}
}

func TestConfigFromFileAndEnvironment(t *testing.T) {
	cfg := Default()
	err := yaml.Load([]byte("account_sid: AC01\nauth_token: t0k3n\nfrom: Relais\nmessaging_service_sid: MG01\nbase_url: https://a.example\ntimeout: 3s\nconcurrency: 8\nper_second: 30\n"), &cfg, yaml.WithKnownFields())
	if err != nil {
		t.Fatal(err)
	}
	err = env.ParseWithOptions(&cfg, env.Options{Environment: map[string]string{"FROM": "Zone", "TIMEOUT": "4s", "AUTH_TOKEN": "t0k3n2", "COUNTRIES": "BE,GB"}})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%+v %s", cfg, cfg.AuthToken.Reveal())
	want := "{BaseURL:https://a.example AccountSID:AC01 AuthToken:[hidden] From:Zone MessagingServiceSID:MG01 Timeout:4s Concurrency:8 PerSecond:30 Inbound:false Countries:BE, GB} t0k3n2"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
