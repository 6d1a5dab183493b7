package voice

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
	"relais/channels/twilio"
)

func TestRequestForm(t *testing.T) {
	for _, tt := range []struct {
		name, base string
		machine    Machine
		want       url.Values
	}{
		{"leaves messages", testBase, LeaveMessage, url.Values{
			"StatusCallback": {testBase + "/callbacks/voice/ID/2/fr/status"}, "StatusCallbackEvent": {"initiated", "completed"},
			"MachineDetection": {"DetectMessageEnd"},
		}},
		{"hangs up", testBase, HangUp, url.Values{
			"StatusCallback": {testBase + "/callbacks/voice/ID/2/fr/status"}, "StatusCallbackEvent": {"initiated", "completed"},
			"MachineDetection": {"Enable"}, "AsyncAmd": {"true"}, "AsyncAmdStatusCallback": {testBase + "/callbacks/voice/ID/2/fr/machine"},
		}},
		{"without callbacks", "", LeaveMessage, url.Values{"MachineDetection": {"DetectMessageEnd"}}},
		{"without callbacks nobody could hang up", "", HangUp, url.Values{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTwilio(t)
			cfg := s.config()
			cfg.Machine = tt.machine
			c, err := New(cfg, loadWords(t), nil, tt.base, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			d := delivery(t)
			d.Attempt = 2
			receipt, err := c.Send(t.Context(), d)
			if want := (channels.Receipt{Ref: "CA00000000000000000000000000000001", Awaits: tt.base != "", Units: 2}); err != nil || receipt != want {
				t.Errorf("got %+v, %v, want %+v", receipt, err, want)
			}
			got := s.lastForm(t)
			if twiml := got.Get("Twiml"); strings.Contains(twiml, "<Gather") != (tt.base != "") {
				t.Errorf("Gather in %s", twiml)
			}
			got.Del("Twiml")
			for name, value := range map[string]string{"To": "+3227341234", "From": "+3227931000", "Timeout": "30", "TimeLimit": "300"} {
				tt.want.Set(name, value)
			}
			for name, values := range tt.want {
				for i, value := range values {
					tt.want[name][i] = strings.Replace(value, "/ID/", "/"+d.ID.String()+"/", 1)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("form (-want +got)\n%s", diff)
			}
		})
	}
}

func TestExpiredIsNotCalled(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	d := delivery(t)
	d.NotAfter = time.Now().Add(-time.Second)
	if _, err := c.Send(t.Context(), d); channels.AsSendError(err).Class != channels.Rejected || len(s.forms) > 0 {
		t.Errorf("got %v, want it rejected without a call", err)
	}
	for _, number := range []string{"+447400123456", "+881612345678", "+3290612345"} { // decision 0028
		d := delivery(t)
		d.To = channels.NewAddress(number)
		_, err := c.Send(t.Context(), d)
		if channels.AsSendError(err).Class != channels.Rejected || len(s.forms) > 0 || strings.Contains(err.Error(), number) {
			t.Errorf("%s: got %v, want it rejected without a call", number[:4], err)
		}
	}
}

// TestFind: after a cut, a call to that number is this delivery's unless it is
// older, another's, or came to nothing.
func TestFind(t *testing.T) {
	since := time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC)
	at := func(d time.Duration) string { return since.Add(d).Format(time.RFC1123Z) }
	for name, tt := range map[string]struct {
		call map[string]any
		want bool
	}{
		"queued":             {map[string]any{"sid": "CA1", "status": "queued", "date_created": at(time.Second)}, true},
		"ringing":            {map[string]any{"sid": "CA1", "status": "ringing", "date_created": at(time.Second)}, true},
		"over":               {map[string]any{"sid": "CA1", "status": "completed", "date_created": at(time.Minute)}, true},
		"clocks differ":      {map[string]any{"sid": "CA1", "status": "ringing", "date_created": at(-30 * time.Second)}, true},
		"without a date":     {map[string]any{"sid": "CA1", "status": "ringing"}, true},
		"an earlier message": {map[string]any{"sid": "CA1", "status": "completed", "date_created": at(-2 * time.Minute)}, false},
		"busy":               {map[string]any{"sid": "CA1", "status": "busy", "date_created": at(time.Second)}, false},
		"nobody answered":    {map[string]any{"sid": "CA1", "status": "no-answer", "date_created": at(time.Second)}, false},
		"another message's":  {map[string]any{"sid": "CA9", "status": "ringing", "date_created": at(time.Second)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTwilio(t)
			c := s.channel(t, slog.New(slog.DiscardHandler))
			s.listed = []map[string]any{tt.call}
			d := delivery(t)
			c.made.add("CA9", channels.DeliveryID{})
			d.Since = since
			receipt, found, err := c.Find(t.Context(), d)
			if err != nil || found != tt.want || found && receipt.Ref != "CA1" {
				t.Errorf("got %+v, %v, %v, want found %v", receipt, found, err, tt.want)
			}
			if s.query.Get("To") != "+3227341234" || s.query.Get("From") != "+3227931000" {
				t.Errorf("asked for %v", s.query)
			}
		})
	}
}

func TestFindFails(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	s.answer = "cut after body"
	if _, found, err := c.Find(t.Context(), delivery(t)); err == nil || found {
		t.Errorf("got %v, %v, want an error", found, err)
	}
}

func TestMeaningsFitTogether(t *testing.T) {
	for code, m := range terms().All() {
		if m.Why == "" || m.Ours && m.Class != channels.Throttled && (m.Class != channels.Retryable || m.After != twilio.OurFault) || m.Class.Permanent() && m.After != 0 {
			t.Errorf("%d: %+v does not fit together", code, m)
		}
	}
}

func TestConfigFaults(t *testing.T) {
	good := newTwilio(t).config()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Config){
		"account_sid":  func(c *Config) { c.AccountSID = "12" },
		"auth_token":   func(c *Config) { c.AuthToken = channels.Secret{} },
		"from":         func(c *Config) { c.From = "Relais" },
		"base_url":     func(c *Config) { c.BaseURL = "http://api.twilio.com" },
		"timeout":      func(c *Config) { c.Timeout = 0 },
		"concurrency":  func(c *Config) { c.Concurrency = 0 },
		"ring":         func(c *Config) { c.Ring = time.Second },
		"repeats":      func(c *Config) { c.Repeats = 0 },
		"tries":        func(c *Config) { c.Tries = 0 },
		"retry_after":  func(c *Config) { c.RetryAfter = time.Second },
		"machine":      func(c *Config) { c.Machine = "sing" },
		"max_duration": func(c *Config) { c.MaxDuration = time.Second },
		"voices.nl":    func(c *Config) { c.Voices.Dutch = `x"><Play>` },
	} {
		c := good
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), want+" ") {
			t.Errorf("got %v, want a fault of %s", err, want)
		}
	}
}
