package config

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPrintHidesSecretsAndNamesSources(t *testing.T) {
	c, err := load(t, `
node: one
nats: {url: "nats://s3cret@a:4222,nats://bob:s3cret@b:4222"}
redis: {url: "redis://:s3cret@h:6379/0"}
database: {url: "postgres://relais:s3c,s3cret@h/d?sslmode=off&sslpassword=s3cret"}
channels:
  sms: {account_sid: AC1, base_url: "http://me:s3cret@proxy", auth_token: s3cret}
`, "RELAIS_WEB_API_TOKEN=s3cret", "RELAIS_DISPATCH_LEASE=90s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Channel("sms", smsDefaults()); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(out.String(), c.file, "F")
	if strings.Contains(got, "s3c") {
		t.Errorf("shows a secret:\n%s", got)
	}
	for _, want := range []string{
		"node: one # F:2\n",
		"  url: nats://[hidden]@a:4222,nats://bob:[hidden]@b:4222 # F:3\n",
		"  url: redis://:[hidden]@h:6379/0 # F:4\n",
		"  url: postgres://relais:[hidden]@h/d?sslmode=off&sslpassword=[hidden] # F:5\n",
		"  api_token: '[hidden]' # RELAIS_WEB_API_TOKEN\n",
		"  lease: 1m30s # RELAIS_DISPATCH_LEASE\n",
		"  digest_max_age: 36h\n",
		"  sms:\n    account_sid: AC1 # F:7\n    auth_token: '[hidden]' # F:7\n    base_url: http://me:[hidden]@proxy # F:7\n    timeout: 10s\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("does not show %q:\n%s", want, got)
		}
	}
}

// What Print writes is a file that Load takes, but for the hidden values.
func TestPrintedIsReadable(t *testing.T) {
	var out strings.Builder
	if err := Default().Print(&out); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, out.String()); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestURLDoesNotPrintItsPassword(t *testing.T) {
	u := NewURL("redis://:s3cret@h:6379")
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("config", "url", u, "group", Redis{URL: u})
	for _, got := range []string{fmt.Sprint(u), fmt.Sprintf("%#v %s %q %x", u, u, u, u), logged.String(), fmt.Sprintf("%+v", Redis{URL: u})} {
		if strings.Contains(got, "s3cret") {
			t.Errorf("prints %q", got)
		}
	}
	if got := u.Reveal(); got != "redis://:s3cret@h:6379" {
		t.Errorf("Reveal: got %q", got)
	}
}
