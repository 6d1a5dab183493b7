package voice

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"relais/channels"
)

// The doctor asks for the account, and calls nobody.
func TestCheck(t *testing.T) {
	for body, fine := range map[string]bool{`{"status":"active"}`: true, `{"status":"closed"}`: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/2010-04-01/Accounts/"+testSID+".json" {
				t.Errorf("asked %s %s", r.Method, r.URL.Path)
			}
			_, _ = w.Write([]byte(body))
		}))
		cfg := (&twilioServer{Server: server}).config()
		words, err := channels.LoadWords()
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(cfg, words, nil, "", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(t.Context()); (err == nil) != fine || err != nil && !channels.AsSendError(err).Ours {
			t.Errorf("%s: got %v", body, err)
		}
		c.Close()
		server.Close()
	}
}
