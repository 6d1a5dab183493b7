package sms

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"relais/channels"
)

// The doctor asks for the account, and for nothing else.
func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body       string
		ours, fine bool
	}{
		"active":         {200, `{"sid":"AC1","status":"active"}`, false, true},
		"suspended":      {200, `{"sid":"AC1","status":"suspended"}`, true, false},
		"another token":  {401, `{"code":20003,"message":"Authenticate with hush"}`, true, false},
		"out of service": {503, `{"code":20503}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/2010-04-01/Accounts/"+testSID+".json" {
					t.Errorf("asked %s %s", r.Method, r.URL.Path)
				}
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			}))
			defer server.Close()
			c := (&twilioServer{Server: server}).channel(t, slog.New(slog.DiscardHandler))
			err := c.Check(t.Context())
			if (err == nil) != tc.fine {
				t.Fatalf("got %v", err)
			}
			if err != nil && (channels.AsSendError(err).Ours != tc.ours || strings.Contains(err.Error(), "hush")) {
				t.Errorf("got %v, ours %v; want %v, and nothing of the answer's text", err, channels.AsSendError(err).Ours, tc.ours)
			}
		})
	}
}

func TestCheckOfAProviderThatIsAway(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	c := (&twilioServer{Server: server}).channel(t, slog.New(slog.DiscardHandler))
	server.Close()
	if err := c.Check(t.Context()); err == nil || !channels.AsSendError(err).Down {
		t.Errorf("got %v, want that nobody answers", err)
	}
}
