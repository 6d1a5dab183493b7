package sms

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/twilio"
)

// TestEveryCode goes through the table by the wire, as an answer to a call.
func TestEveryCode(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	type row struct {
		status, code int
		retryAfter   string
		want         channels.SendError
	}
	rows := []row{
		{429, 0, "12", channels.SendError{Class: channels.Throttled, After: 12 * time.Second, Code: "429"}},
		{429, 20429, "", channels.SendError{Class: channels.Throttled, Code: "20429"}},
		{401, 0, "", channels.SendError{Class: channels.Retryable, After: twilio.OurFault, Code: "401"}},
		{403, 0, "", channels.SendError{Class: channels.Retryable, After: twilio.OurFault, Code: "403"}},
		{404, 0, "", channels.SendError{Class: channels.Retryable, After: twilio.OurFault, Code: "404"}},
		{307, 0, "", channels.SendError{Class: channels.Retryable, After: twilio.OurFault, Code: "307"}},
		{408, 0, "", channels.SendError{Class: channels.Retryable, Code: "408"}},
		{500, 20500, "", channels.SendError{Class: channels.Retryable, Code: "20500"}},
		{503, 20503, "30", channels.SendError{Class: channels.Retryable, After: 30 * time.Second, Code: "20503"}},
		{503, 0, "999999999", channels.SendError{Class: channels.Retryable, After: 24 * time.Hour, Code: "503"}},
		{400, 21999, "", channels.SendError{Class: channels.Rejected, Code: "21999"}},
		{400, 21610, "30", channels.SendError{Class: channels.OptedOut, Code: "21610"}},
	}
	for code, m := range terms().All() {
		rows = append(rows, row{400, code, "", channels.SendError{Class: m.Class, After: m.After, Code: fmt.Sprint(code)}})
	}
	for _, tt := range rows {
		t.Run(fmt.Sprint(tt.status, " ", tt.code), func(t *testing.T) {
			s.mu.Lock()
			s.fixed = func(w http.ResponseWriter, form url.Values) {
				if tt.retryAfter != "" {
					w.Header().Set("Retry-After", tt.retryAfter)
				}
				refuse(w, tt.status, tt.code, "to "+form.Get("To"))
			}
			s.mu.Unlock()
			_, err := c.Send(t.Context(), delivery(t))
			got := channels.AsSendError(err)
			if got.Class != tt.want.Class || got.After != tt.want.After || got.Code != tt.want.Code {
				t.Errorf("got %s after %s code %s, want %s after %s code %s", got.Class, got.After, got.Code, tt.want.Class, tt.want.After, tt.want.Code)
			}
		})
	}
}

// TestMeaningsHold keeps the classes of the codes that decide over addresses.
func TestMeaningsHold(t *testing.T) {
	all := terms().All()
	for class, codes := range map[channels.Class][]int{
		channels.OptedOut:  {21610},
		channels.Gone:      {21211, 21614, 30005, 30006},
		channels.Rejected:  {21612, 21617, 30004, 30007},
		channels.Retryable: {20003, 30003, 30008},
		channels.Throttled: {20429},
	} {
		for _, code := range codes {
			if got := all[code].Class; got != class {
				t.Errorf("%d: got %q, want %q", code, got, class)
			}
		}
	}
	for code, m := range all {
		if m.Why == "" || m.Ours && m.Class != channels.Throttled && (m.Class != channels.Retryable || m.After != twilio.OurFault) || m.Class.Permanent() && m.After != 0 {
			t.Errorf("%d: %+v does not fit together", code, m)
		}
	}
}

func TestRefusedAccountIsLoudOnceAndQuietAboutSecrets(t *testing.T) {
	s := newTwilio(t)
	var logged bytes.Buffer
	cfg := s.config()
	cfg.AuthToken = channels.NewSecret("wr0ngt0ken")
	c, err := New(cfg, loadWords(t), "", slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for range 3 {
		_, err := c.Send(t.Context(), delivery(t))
		got := channels.AsSendError(err)
		if got.Class != channels.Retryable || got.After != 5*time.Minute || strings.Contains(err.Error(), "wr0ngt0ken") {
			t.Errorf("got %v after %s, want retryable after 5m", err, got.After)
		}
	}
	if n := strings.Count(logged.String(), "level=ERROR"); n != 1 || strings.Contains(logged.String(), "wr0ngt0ken") {
		t.Errorf("got %d errors in the log, want one without the token:\n%s", n, &logged)
	}
}

func TestAnswersThatAreNotTwilios(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	for name, tt := range map[string]struct {
		serve func(w http.ResponseWriter, form url.Values)
		want  channels.Class
	}{
		"a page instead of JSON": {func(w http.ResponseWriter, _ url.Values) { _, _ = io.WriteString(w, "<html>sign in</html>") }, channels.Ambiguous},
		"no message named":       {func(w http.ResponseWriter, _ url.Values) { _, _ = io.WriteString(w, "{}") }, channels.Ambiguous},
		"cut in the answer": {func(w http.ResponseWriter, _ url.Values) {
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"sid": "SM`)
		}, channels.Ambiguous},
		"taken and failed at once": {func(w http.ResponseWriter, _ url.Values) {
			writeJSON(w, 201, map[string]any{"sid": "SM1", "status": "failed", "error_code": 30005})
		}, channels.Gone},
		"endless refusal": {func(w http.ResponseWriter, _ url.Values) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write(bytes.Repeat([]byte(" "), 2<<20))
		}, channels.Retryable},
	} {
		t.Run(name, func(t *testing.T) {
			s.mu.Lock()
			s.fixed = tt.serve
			s.mu.Unlock()
			_, err := c.Send(t.Context(), delivery(t))
			if err == nil || channels.AsSendError(err).Class != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
