package config

import (
	"log/slog"
	"net"
	"os"
	"time"

	"go.yaml.in/yaml/v4"

	"relais/channels"
)

// Secret is a password, token or key; it does not print itself.
type Secret = channels.Secret

// Config is everything that an operator can set. A field's yaml tag is its
// key, its help tag what docs/install.md says about it.
type Config struct {
	DataDir  string               `yaml:"data_dir" help:"folder of the embedded database and streams"`
	Node     string               `yaml:"node" help:"name of this node, different for each; the host's name when not set"`
	Log      Log                  `yaml:"log"`
	NATS     NATS                 `yaml:"nats"`
	Redis    Redis                `yaml:"redis"`
	Database Database             `yaml:"database"`
	Web      Web                  `yaml:"web"`
	Dispatch Dispatch             `yaml:"dispatch"`
	Trial    Trial                `yaml:"trial"`
	Prices   Prices               `yaml:"prices"`
	Keep     Keep                 `yaml:"keep"`
	Metrics  Metrics              `yaml:"metrics"`
	Traces   Traces               `yaml:"traces"`
	Channels map[string]yaml.Node `yaml:"channels"` // each channel's own part, not decoded; Channel reads it

	file     string            // where it was read from; empty: no file
	environ  map[string]string // the RELAIS_ variables that are set
	origins  map[string]origin // by key: where a value came from that is not the default
	faults   Faults            // what was wrong in the reading
	decoded  []channelPart     // what Channel has read, for Print
	channels map[string]int    // the line of each channel's part
}

// Log says what is logged, and how.
type Log struct {
	Level  slog.Level `yaml:"level" help:"debug, info, warn or error"`
	Format string     `yaml:"format" help:"text, or json for machines"`
}

// NATS says which broker to use: the embedded one unless URL is set.
type NATS struct {
	URL         URL    `yaml:"url" help:"external servers, as nats://a:4222,nats://b:4222; embedded when not set"`
	Listen      string `yaml:"listen" help:"where the embedded server lets other programs publish; off for nowhere"` // empty after Load: nowhere
	User        string `yaml:"user" help:"user name, for the external server or asked by the embedded one"`
	Password    Secret `yaml:"password" help:"the password of nats.user"`
	Token       Secret `yaml:"token" help:"token instead of user and password"`
	Credentials string `yaml:"credentials" help:"path of a .creds file for the external server"`
	Replicas    int    `yaml:"replicas" help:"copies of each stream on the external servers: 1, 3 or 5"`
}

// Redis says where Seen is kept: in memory unless URL is set.
type Redis struct {
	URL URL `yaml:"url" help:"redis://:password@host:6379/0; in memory when not set"`
}

// Database says where the rows are kept: in SQLite in DataDir unless URL is set.
type Database struct {
	URL URL `yaml:"url" help:"postgres://user:password@host:5432/relais; SQLite in data_dir when not set"`
}

// Web says where pages and API are.
type Web struct {
	Listen    string `yaml:"listen" help:"where pages, API and provider callbacks are served"`
	PublicURL string `yaml:"public_url" help:"what links in messages begin with; http:// and web.listen when not set"` // no slash at its end; empty after Load: Listen has port 0
	APIToken  Secret `yaml:"api_token" help:"programs that send it may do everything; people sign in"`
	OIDC      OIDC   `yaml:"oidc"`
	Open      bool   `yaml:"open" help:"true: whoever is on this machine may do everything without signing in, to try Relais out; not where others can reach it"`
}

// OIDC says who else vouches for the people of a zone: its own sign-in, by OpenID Connect.
type OIDC struct {
	Issuer       string `yaml:"issuer" help:"the provider, as https://login.police.example; nobody but Relais signs people in when not set"`
	ClientID     string `yaml:"client_id" help:"what the provider calls this Relais"`
	ClientSecret Secret `yaml:"client_secret" help:"the password of web.oidc.client_id"`
	Zone         string `yaml:"zone" help:"the zone whose people it vouches for; people with a post in another one sign in by code"`
	Name         string `yaml:"name" help:"what people call it, on the button of the sign-in page"`
}

// Metrics says where figures are shown to Prometheus.
type Metrics struct {
	Listen string `yaml:"listen" help:"where /metrics is served, on a network of its own; nowhere when not set"`
}

// Traces says where the spans of each message are sent.
type Traces struct {
	Endpoint string `yaml:"endpoint" help:"where spans are sent by OTLP over HTTP, as http://127.0.0.1:4318; nowhere when not set"`
}

// Dispatch tunes the pipeline.
type Dispatch struct {
	Lease        time.Duration `yaml:"lease" help:"how long a node may work on a job before another may take it"`
	Sweep        time.Duration `yaml:"sweep" help:"how often deadlines, retries and digests are looked for"`
	JobSize      int           `yaml:"job_size" help:"deliveries in one job, 1 to 1000"`
	DigestMaxAge time.Duration `yaml:"digest_max_age" help:"a digest missed during an outage still goes when it is not older than this"`

	DuplicateWindow time.Duration `yaml:"duplicate_window" help:"a message nearly like one published within this time is shown to its author before it goes; 0 for never"`
	LoopLimit       int           `yaml:"loop_limit" help:"so many like texts go to one address within five minutes; more are a loop, which is stopped and shown as an incident"`
	RemindMandated  time.Duration `yaml:"remind_mandated" help:"feedback still owed this long after its author was reminded is the mandated officers' concern"`
}

// Prices is what providers ask, in euros, so that budgets can be kept.
type Prices struct {
	SMSPart     float64 `yaml:"sms_part" help:"euros for one part of an SMS, as your provider's price list has it"`
	VoiceMinute float64 `yaml:"voice_minute" help:"euros for one minute of a call; a begun one counts whole"`
}

// Default returns what holds when nothing is set: one node, everything embedded.
func Default() *Config {
	return &Config{
		DataDir: "relais-data",
		Node:    hostName(),
		Log:     Log{Level: slog.LevelInfo, Format: "text"},
		NATS:    NATS{Listen: "127.0.0.1:4222", Replicas: 1},
		Web:     Web{Listen: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080"},
		Dispatch: Dispatch{
			Lease:        time.Minute,
			Sweep:        time.Second,
			JobSize:      500,
			DigestMaxAge: 36 * time.Hour,

			DuplicateWindow: 2 * time.Hour,
			LoopLimit:       5,
			RemindMandated:  24 * time.Hour,
		},
		Trial:    Trial{Outbox: "127.0.0.1:8025"},
		Keep:     Keep{Members: 30, Consent: 3 * 365, Deliveries: 90, Journal: 2 * 365, Missing: 7},
		Prices:   Prices{SMSPart: 0.055, VoiceMinute: 0.05},
		Channels: map[string]yaml.Node{},
		origins:  map[string]origin{},
		environ:  map[string]string{},
		channels: map[string]int{},
	}
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "relais"
	}
	return name
}

// onLoopback says whether only programs on this machine can reach an address.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
