package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// smsConfig stands for a channel's own configuration.
type smsConfig struct {
	AccountSID string        `yaml:"account_sid"`
	AuthToken  Secret        `yaml:"auth_token"`
	BaseURL    string        `yaml:"base_url"`
	Timeout    time.Duration `yaml:"timeout"`
	Senders    []string      `yaml:"senders"`
	TLS        struct {
		Policy string `yaml:"policy"`
	} `yaml:"tls"`
}

func smsDefaults() *smsConfig {
	return &smsConfig{BaseURL: "https://api.example", Timeout: 10 * time.Second}
}

func TestChannelFromFileAndEnvironment(t *testing.T) {
	c, err := load(t, `
channels:
  sms:
    account_sid: AC1
    timeout: 3s
    tls: {policy: opportunistic}
`, "RELAIS_CHANNELS_SMS_AUTH_TOKEN=very-secret", "RELAIS_CHANNELS_SMS_SENDERS=a,b", "RELAIS_CHANNELS_SMS_TLS_POLICY=mandatory")
	if err != nil {
		t.Fatal(err)
	}
	got := smsDefaults()
	present, err := c.Channel("sms", got)
	if err != nil || !present {
		t.Fatalf("got present %v, %v", present, err)
	}
	want := &smsConfig{AccountSID: "AC1", AuthToken: Secret{}, BaseURL: "https://api.example", Timeout: 3 * time.Second, Senders: []string{"a", "b"}}
	want.TLS.Policy = "mandatory"
	if token := got.AuthToken.Reveal(); token != "very-secret" {
		t.Errorf("auth_token: got another value")
	}
	got.AuthToken = Secret{}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestChannelPresence(t *testing.T) {
	for name, tc := range map[string]struct {
		yaml    string
		environ []string
		want    bool
	}{
		"nothing":            {"", nil, false},
		"another":            {"channels: {push: {}}\n", nil, false},
		"empty part":         {"channels: {sms: {}}\n", nil, true},
		"name only":          {"channels:\n  sms:\n", nil, true},
		"variable":           {"", []string{"RELAIS_CHANNELS_SMS_ACCOUNT_SID=AC1"}, true},
		"variable of others": {"", []string{"RELAIS_CHANNELS_SMSX_ACCOUNT_SID=AC1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := load(t, tc.yaml, tc.environ...)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Channel("sms", smsDefaults()); got != tc.want || err != nil {
				t.Errorf("got %v, %v, want %v", got, err, tc.want)
			}
		})
	}
}

func TestCheckFindsAll(t *testing.T) {
	c, _ := load(t, `nodde: x
channels:
  sms:
    acount_sid: AC1
    timeout: soon
  emial: {}
`, "RELAIS_CHANNELS_SMS_AUTHTOKEN=s3cret", "RELAIS_CHANNELS_FAX_NUMBER=1")
	if c == nil {
		t.Fatal("no config")
	}
	faults := c.Check(map[string]func(*Config) error{
		"sms":   func(c *Config) error { _, err := c.Channel("sms", smsDefaults()); return err },
		"email": func(*Config) error { return errors.New("no server") },
		"push":  func(*Config) error { return Fault{Key: "channels.push.key", Problem: "is missing"} },
	})
	var got []string
	for _, f := range faults {
		text := strings.ReplaceAll(f.Error(), c.file, "F")
		got = append(got, text)
	}
	want := []string{
		"F:1: nodde is not a key; did you mean node?",
		"channels.email is not right: no server",
		"channels.push.key is missing",
		"F:4: channels.sms.acount_sid is not a key; did you mean channels.sms.account_sid?",
		"F:5: channels.sms.timeout is not a length of time; write it with its unit, as 90s, 1m30s or 36h",
		"RELAIS_CHANNELS_SMS_AUTHTOKEN: sets nothing; did you mean RELAIS_CHANNELS_SMS_AUTH_TOKEN?",
		"F:6: channels.emial is not a channel; did you mean email?",
		"RELAIS_CHANNELS_FAX_NUMBER: sets nothing; use one of email, push, sms",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
