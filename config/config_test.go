package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// load reads a file with the given content, and an environment.
func load(t *testing.T, yaml string, environ ...string) (*Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "relais.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, environ)
}

func TestDefaultsAreValid(t *testing.T) {
	c, err := Load("", nil)
	if err != nil {
		t.Fatalf("Load without file and environment: %v", err)
	}
	if want := "http://127.0.0.1:8080"; c.Web.PublicURL != want {
		t.Errorf("public_url: got %q, want %q", c.Web.PublicURL, want)
	}
	if faults := Default().Validate(); len(faults) > 0 {
		t.Errorf("Default: %v", faults)
	}
}

func TestEnvironmentGoesOverFile(t *testing.T) {
	c, err := load(t, `
data_dir: /srv/relais
log: {level: warn, format: json}
dispatch:
  lease: 2m
web:
  listen: 127.0.0.1:9000
`, "RELAIS_WEB_LISTEN=127.0.0.1:9001", "RELAIS_LOG_FORMAT=", "PATH=/bin")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.DataDir, c.Log.Level, c.Log.Format, c.Dispatch.Lease, c.Web.Listen, c.Web.PublicURL}
	want := []any{"/srv/relais", slog.LevelWarn, "json", 2 * time.Minute, "127.0.0.1:9001", "http://127.0.0.1:9001"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A value for each key that differs from its default, so that the table below
// cannot forget one.
func valueOf(k key) string {
	switch k.name {
	case "log.level":
		return "error"
	case "web.listen", "nats.listen", "trial.outbox":
		return "127.0.0.1:1234"
	}
	switch k.value.Interface().(type) {
	case time.Duration:
		return "45s"
	case int:
		return "5"
	case bool:
		return "true"
	case float64:
		return "0.07"
	case []string:
		return "an@other.be"
	}
	return "other"
}

func TestEveryKeyFromFileAndEnvironment(t *testing.T) {
	for _, k := range keysOf("", Default()) {
		t.Run(k.name, func(t *testing.T) {
			if k.help == "" {
				t.Error("has no help")
			}
			want := reflect.New(k.value.Type()).Elem()
			if err := setFromText(want, valueOf(k)); err != nil {
				t.Fatal(err)
			}
			for source, c := range map[string]*Config{
				"file":        readFrom(t, nested(k.name, inFile(k))),
				"environment": readFrom(t, "", envName(k.name)+"="+valueOf(k)),
			} {
				if len(c.faults) > 0 {
					t.Errorf("%s: %v", source, c.faults)
				}
				if got := valueNamed(t, c, k.name); !reflect.DeepEqual(got, want.Interface()) {
					t.Errorf("%s: got %v, want %v", source, got, want.Interface())
				}
			}
		})
	}
}

// inFile is the value as a file has it.
func inFile(k key) string {
	if _, list := k.value.Interface().([]string); list {
		return "[" + valueOf(k) + "]"
	}
	return valueOf(k)
}

func readFrom(t *testing.T, yaml string, environ ...string) *Config {
	t.Helper()
	c, err := load(t, yaml, environ...)
	if c == nil {
		t.Fatal(err)
	}
	return c
}

func nested(name, value string) string {
	group, leaf, ok := strings.Cut(name, ".")
	if !ok {
		return name + ": " + value + "\n"
	}
	return group + ":\n  " + leaf + ": " + value + "\n"
}

func valueNamed(t *testing.T, c *Config, name string) any {
	t.Helper()
	for _, k := range keysOf("", c) {
		if k.name == name {
			return k.value.Interface()
		}
	}
	t.Fatalf("no key %s", name)
	return nil
}

func TestEnvName(t *testing.T) {
	for name, want := range map[string]string{
		"data_dir":                  "RELAIS_DATA_DIR",
		"nats.url":                  "RELAIS_NATS_URL",
		"web.public_url":            "RELAIS_WEB_PUBLIC_URL",
		"channels.sms.account_sid":  "RELAIS_CHANNELS_SMS_ACCOUNT_SID",
		"channels.web-push.subject": "RELAIS_CHANNELS_WEB_PUSH_SUBJECT",
	} {
		if got := envName(name); got != want {
			t.Errorf("envName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name, yaml string
		environ    []string
		want       []string // "line source key", then a word of problem or remedy
	}{
		{"misspelt key", "web:\n  lisen: 127.0.0.1:80\n", nil, []string{"2 web.lisen|did you mean web.listen?"}},
		{"misspelt group", "datbase:\n  url: x\n", nil, []string{"1 datbase|is not a key"}},
		{"all of them", "logg: 1\nnode: a\nnats:\n  replicas: many\n", nil, []string{"1 logg|did you mean", "4 nats.replicas|whole number"}},
		{"key twice", "node: a\nnode: b\n", nil, []string{"2 node|second time"}},
		{"group twice", "web:\n  listen: 127.0.0.1:1\nweb:\n  listen: 127.0.0.1:2\n", nil, []string{"3 web|second time"}},
		{"channel twice", "channels:\n  sms: {}\n  sms: {}\n", nil, []string{"3 channels.sms|second time"}},
		{"group without keys", "web: hello\n", nil, []string{"1 web|not a group"}},
		{"file of another kind", "- a\n- b\n", nil, []string{"1 |not a group"}},
		{"channels without names", "channels: [sms]\n", nil, []string{"1 channels|not a group"}},
		{"duration without unit", "dispatch:\n  lease: 60\n", nil, []string{"2 dispatch.lease|with its unit"}},
		{"variable misspelt", "", []string{"RELAIS_NATS_URI=nats://a"}, []string{"0 |did you mean RELAIS_NATS_URL?"}},
		{"variable of the wrong type", "", []string{"RELAIS_DISPATCH_JOB_SIZE=lots"}, []string{"0 dispatch.job_size|whole number"}},
		{"log format", "log: {format: xml}\n", nil, []string{"1 log.format|text or json"}},
		{"open to all", "web:\n  listen: 0.0.0.0:8080\n  open: true\n  public_url: https://r.example\n", nil, []string{"3 web.open|others than this machine"}},
		{"open behind a web server", "web:\n  open: true\n  public_url: https://r.example\n", nil, []string{"2 web.open|leave it out"}},
		{"provider without the rest", "web:\n  oidc:\n    issuer: http://login.example\n", nil, []string{
			"3 web.oidc.issuer|https://", "0 web.oidc.client_id|missing", "0 web.oidc.client_secret|missing", "0 web.oidc.zone|missing", "0 web.oidc.name|missing",
		}},
		{"open without a name", "web:\n  listen: :8080\n  api_token: t\n", nil, []string{"0 web.public_url|missing"}},
		{"no port", "web: {listen: localhost}\n", nil, []string{"1 web.listen|host and port"}},
		{"broker open to all", "", []string{"RELAIS_NATS_LISTEN=:4222"}, []string{"0 nats.listen|nats.token"}},
		{"user without password", "nats: {user: u}\n", nil, []string{"1 nats.user|both or neither"}},
		{"user and token", "nats: {user: u, password: p, token: t}\n", nil, []string{"1 nats.token|keep one"}},
		{"wrong server", "database: {url: mysql://h/d}\n", nil, []string{"1 database.url|postgres://"}},
		{"one of several servers", "nats: {url: 'nats://a:1,http://b'}\n", nil, []string{"1 nats.url|nats://"}},
		{"public address", "web: {public_url: relais.example}\n", nil, []string{"1 web.public_url|https://"}},
		{"limits", "dispatch: {lease: 1ms, sweep: 2h, job_size: 0, digest_max_age: 1s}\nnats: {replicas: 2}\n", nil, []string{
			"2 nats.replicas|1, 3 or 5", "1 dispatch.lease|1s", "1 dispatch.sweep|1m", "1 dispatch.job_size|1000", "1 dispatch.digest_max_age|minute",
		}},
		{"empty names", "data_dir: ''\nnode: ' '\n", nil, []string{"1 data_dir|empty", "2 node|empty"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := load(t, tc.yaml, tc.environ...)
			var faults Faults
			if !errors.As(err, &faults) || c == nil {
				t.Fatalf("got %v and config %v, want Faults and a config", err, c != nil)
			}
			if len(faults) != len(tc.want) {
				t.Fatalf("got\n%v\nwant %q", faults, tc.want)
			}
			for i, want := range tc.want {
				place, word, _ := strings.Cut(want, "|")
				if got := fmt.Sprintf("%d %s", faults[i].Line, faults[i].Key); got != place {
					t.Errorf("got %q, want %q", got, place)
				}
				if !strings.Contains(faults[i].Error(), word) {
					t.Errorf("%q does not say %q", faults[i].Error(), word)
				}
			}
		})
	}
}

func TestAllowedInSpiteOfAppearances(t *testing.T) {
	for name, tc := range map[string]struct {
		yaml    string
		environ []string
	}{
		"empty file":          {"", nil},
		"only comments":       {"# nothing yet\n", nil},
		"key without value":   {"redis:\n  url:\nweb:\n", nil},
		"test variables":      {"", []string{"RELAIS_TEST_REDIS_URL=x", "RELAIS_SEED=7"}},
		"port of the system":  {"web: {listen: 127.0.0.1:0}\n", nil},
		"broker not listed":   {"nats: {listen: off}\n", nil},
		"for others":          {"web: {listen: '0.0.0.0:80', public_url: 'https://r.example/'}\n", nil},
		"open here":           {"web: {open: true, public_url: 'http://localhost:8080'}\n", nil},
		"broker with a token": {"nats: {listen: ':4222', token: t}\n", nil},
		"external broker":     {"nats: {url: 'nats://u:p,w@a:4222', listen: ':4222'}\n", nil},
		"anchors":             {"web: &w {listen: 'localhost:1'}\n", nil},
		"ipv6 loopback":       {"web: {listen: '[::1]:80'}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(t, tc.yaml, tc.environ...); err != nil {
				t.Error(err)
			}
		})
	}
}

// Links are made by putting a path behind it.
func TestPublicURLEndsWithoutSlash(t *testing.T) {
	c, err := load(t, "web: {public_url: 'https://r.example/'}\n")
	if err != nil || c.Web.PublicURL != "https://r.example" {
		t.Errorf("got %q, %v", c.Web.PublicURL, err)
	}
}

func TestUnreadableFile(t *testing.T) {
	if c, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil); c != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, %v", c, err)
	}
	for _, content := range []string{"web: {listen: 'x\n", "a: b: c\n", "node: a\n---\nnode: b\n"} {
		_, err := load(t, content)
		var fault Fault
		if !errors.As(err, &fault) || fault.Line == 0 {
			t.Errorf("%q: got %v, want a Fault that names the line", content, err)
		}
	}
}

func TestFileNamedByTheEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.yaml")
	if err := os.WriteFile(path, []byte("node: here\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load("", []string{"RELAIS_CONFIG=" + path})
	if err != nil {
		t.Fatal(err)
	}
	if c.Node != "here" {
		t.Errorf("node: got %q, want here", c.Node)
	}
}

func TestFaultText(t *testing.T) {
	got := Faults{
		{Key: "a.b", Source: "relais.yaml", Line: 3, Problem: "is wrong", Remedy: "fix it"},
		{Source: "RELAIS_X", Problem: "sets nothing"},
	}.Error()
	if want := "relais.yaml:3: a.b is wrong; fix it\nRELAIS_X: sets nothing"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
