package email

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	"go.yaml.in/yaml/v4"

	"relais/channels"
)

func valid() Config {
	cfg := Default()
	cfg.Host, cfg.From = "smtp.zone.example", "bin@zone.example"
	return cfg
}

func TestDefaultNeedsOnlyHostAndFrom(t *testing.T) {
	if err := valid().Validate(); err != nil {
		t.Errorf("got %v", err)
	}
	got := strings.Split(Default().Validate().Error(), "\n")
	if len(got) != 2 || !strings.HasPrefix(got[0], "host ") || !strings.HasPrefix(got[1], "from ") {
		t.Errorf("got faults %q, want host and from", got)
	}
}

func TestFaultsNameKeyAndRemedy(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(c *Config)
		key    string // "": no fault
	}{
		"no host":           {func(c *Config) { c.Host = "" }, "host"},
		"host with blank":   {func(c *Config) { c.Host = "smtp zone" }, "host"},
		"host with path":    {func(c *Config) { c.Host = "smtp://zone.example" }, "host"},
		"port 0":            {func(c *Config) { c.Port = 0 }, "port"},
		"port too high":     {func(c *Config) { c.Port = 70000 }, "port"},
		"unknown tls":       {func(c *Config) { c.TLS = "ssl" }, "tls"},
		"no tls":            {func(c *Config) { c.TLS = "" }, "tls"},
		"password in clear": {func(c *Config) { c.TLS, c.Username, c.Password = Plain, "u", channels.NewSecret("p") }, "tls"},
		"in clear, without": {func(c *Config) { c.TLS = Plain }, ""},
		"in clear, on localhost": {func(c *Config) {
			c.TLS, c.Host, c.Username, c.Password = Plain, "localhost", "u", channels.NewSecret("p")
		}, ""},
		"in clear, on loopback": {func(c *Config) { c.TLS, c.Host, c.Username, c.Password = Plain, "::1", "u", channels.NewSecret("p") }, ""},
		"password alone":        {func(c *Config) { c.Password = channels.NewSecret("p") }, "username"},
		"username alone":        {func(c *Config) { c.Username = "u" }, "username"},
		"both":                  {func(c *Config) { c.Username, c.Password = "u", channels.NewSecret("p") }, ""},
		"from with name":        {func(c *Config) { c.From = "BIN <bin@zone.example>" }, "from"},
		"from without domain":   {func(c *Config) { c.From = "bin" }, "from"},
		"reply_to":              {func(c *Config) { c.ReplyTo = "bin@" }, "reply_to"},
		"no connections":        {func(c *Config) { c.Connections = 0 }, "connections"},
		"too many connections":  {func(c *Config) { c.Connections = 5000 }, "connections"},
		"no mails":              {func(c *Config) { c.MaxPerConnection = 0 }, "max_per_connection"},
		"below 0 a second":      {func(c *Config) { c.PerSecond = -1 }, "per_second"},
		"no idle time":          {func(c *Config) { c.Idle = 0 }, "idle"},
		"no time":               {func(c *Config) { c.Timeout = -time.Second }, "timeout"},
		"hello with line break": {func(c *Config) { c.Hello = "a\r\nb" }, "hello"},
	} {
		cfg := valid()
		tc.change(&cfg)
		err := cfg.Validate()
		if tc.key == "" {
			if err != nil {
				t.Errorf("%s: got %v, want none", name, err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), tc.key+" ") || !strings.Contains(err.Error(), ";") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one sentence on %s with a remedy", name, err, tc.key)
		}
	}
}

func TestConfigIsRead(t *testing.T) {
	cfg := Default()
	file := "host: smtp.zone.example\nport: 465\nusername: relais\npassword: geheim\ntls: implicit\nfrom: bin@zone.example\nfrom_name: Zone\n" +
		"reply_to: a@zone.example\nconnections: 4\nmax_per_connection: 50\nidle: 30s\ntimeout: 10s\nhello: relais.zone.example\nper_second: 20\n"
	if err := yaml.Load([]byte(file), &cfg, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	if err := env.ParseWithOptions(&cfg, env.Options{Environment: map[string]string{"PASSWORD": "anders", "IDLE": "45s"}}); err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Errorf("validate: %v", err)
	}
	if cfg.Password.Reveal() != "anders" || cfg.Idle != 45*time.Second || cfg.MaxPerConnection != 50 || cfg.PerSecond != 20 || cfg.TLS != Implicit {
		t.Errorf("got %+v", cfg)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg), "anders") {
		t.Error("the configuration prints its password")
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	if _, err := New(Default(), words(t), "relais.example", log); err == nil {
		t.Error("took a configuration without host")
	}
	for _, host := range []string{"", "a b", "x>y"} {
		if _, err := New(valid(), words(t), host, log); err == nil {
			t.Errorf("took %q as host of message ids", host)
		}
	}
	if _, err := New(valid(), channels.WordsByLang{}, "relais.example", log); err == nil {
		t.Error("took a catalogue without the emergency line")
	}
}
