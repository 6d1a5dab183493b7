package push

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/channeltest"
)

// BenchmarkSend sets the whole Send beside the least that any sender must do:
// encrypt the same number of bytes and post them over kept connections. Only
// their ratio within one run counts.
func BenchmarkSend(b *testing.B) {
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	defer sink.Close()
	cfg := testConfig(b)
	cfg.AllowInsecure = true
	c := newTestChannel(b, cfg, quiet())
	defer c.Close()
	d := channeltest.Delivery(0, newBrowser(b).address(sink.URL+"/wp/x"))
	to, err := c.Subscription([]byte(d.To.Reveal()))
	if err != nil {
		b.Fatal(err)
	}
	plain, err := c.payload(d)
	if err != nil {
		b.Fatal(err)
	}

	b.Run("send", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := c.Send(b.Context(), d); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("bare encryption and POST", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := barePost(c, sink.URL+"/wp/x", to, plain); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("encryption alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := seal(plain, to, fresh(b, to)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("payload alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.payload(d); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func barePost(c *Channel, endpoint string, to Subscription, plain []byte) error {
	by, err := agreeFresh(to.key)
	if err != nil {
		return err
	}
	body, err := seal(plain, to, by)
	if err != nil {
		return err
	}
	resp, err := c.client.Post(endpoint, "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		return err
	}
	drain(resp.Body)
	return resp.Body.Close()
}

// BenchmarkShorten is the worst case of a payload: a text that does not fit.
func BenchmarkShorten(b *testing.B) {
	words, err := channels.LoadWords()
	if err != nil {
		b.Fatal(err)
	}
	content := channeltest.Content(channels.ForMember, "fr")
	content.Body = string(bytes.Repeat([]byte("é"), 2500))
	d := channels.Delivery{Content: content, NotAfter: time.Now().Add(time.Hour)}
	for b.Loop() {
		if _, err := payload(d, say(content, words["fr"]), words["fr"]); err != nil {
			b.Fatal(err)
		}
	}
}
