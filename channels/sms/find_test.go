package sms

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/channeltest"
)

func TestFind(t *testing.T) {
	d := delivery(t)
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	text := c.texts.text(d)
	sent := d.Content.Sent
	message := func(change func(m map[string]any)) map[string]any {
		m := map[string]any{
			"sid": "SM7", "status": "sent", "body": text, "to": d.To.Reveal(), "direction": "outbound-api",
			"date_created": sent.Add(time.Minute).Format(time.RFC1123Z), "date_sent": nil,
		}
		if change != nil {
			change(m)
		}
		return m
	}
	for name, tt := range map[string]struct {
		listed []map[string]any
		want   bool
	}{
		"nothing":              {nil, false},
		"taken":                {[]map[string]any{message(nil)}, true},
		"still queued":         {[]map[string]any{message(func(m map[string]any) { m["status"] = "queued" })}, true},
		"behind another text":  {[]map[string]any{message(func(m map[string]any) { m["body"] = "Autre" }), message(nil)}, true},
		"another text":         {[]map[string]any{message(func(m map[string]any) { m["body"] = text + "x" })}, false},
		"another link":         {[]map[string]any{message(func(m map[string]any) { m["body"] = text[:len(text)-1] + "z" })}, false},
		"failed there":         {[]map[string]any{message(func(m map[string]any) { m["status"] = "undelivered" })}, false},
		"an answer of theirs":  {[]map[string]any{message(func(m map[string]any) { m["status"] = "received" })}, false},
		"the same, last month": {[]map[string]any{message(func(m map[string]any) { m["date_created"] = sent.AddDate(0, -1, 0).Format(time.RFC1123Z) })}, false},
		"accents replaced":     {[]map[string]any{message(func(m map[string]any) { m["body"] = Transliterate(text) })}, true},
		"trial account":        {[]map[string]any{message(func(m map[string]any) { m["body"] = "Sent from your Twilio trial account - " + text })}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s.mu.Lock()
			s.listed = tt.listed
			s.mu.Unlock()
			receipt, found, err := c.Find(t.Context(), d)
			if err != nil || found != tt.want {
				t.Fatalf("got %v, %v, want %v", found, err, tt.want)
			}
			if want := (channels.Receipt{Ref: "SM7", Awaits: true, Units: 4}); found && receipt != want {
				t.Errorf("got %+v, want %+v", receipt, want)
			}
			if got, want := s.query.Encode(), (url.Values{"To": {d.To.Reveal()}, "PageSize": {"100"}}).Encode(); got != want {
				t.Errorf("asked for %q, want %q", got, want)
			}
		})
	}
}

func TestFindAfterACut(t *testing.T) {
	s := newTwilio(t)
	provider := standIn{s, s.channel(t, slog.New(slog.DiscardHandler))}
	d := delivery(t)
	provider.Answer(channeltest.CutAfterBody)
	if _, err := provider.ch.Send(t.Context(), d); channels.AsSendError(err).Class != channels.Ambiguous {
		t.Fatalf("got %v, want ambiguous", err)
	}
	provider.Answer(channeltest.Accept)
	s.mu.Lock()
	s.listed = []map[string]any{{"sid": "SM1", "status": "queued", "body": provider.ch.texts.text(d), "date_created": d.Content.Sent.Format(time.RFC1123Z)}}
	s.mu.Unlock()
	if receipt, found, err := provider.ch.Find(t.Context(), d); err != nil || !found || receipt.Ref != "SM1" {
		t.Errorf("got %+v, %v, %v, want SM1 found", receipt, found, err)
	}
}

func TestFindSaysWhenItCannotTell(t *testing.T) {
	s := newTwilio(t)
	cfg := s.config()
	cfg.AuthToken = channels.NewSecret("wr0ngt0ken")
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if _, found, err := c.Find(t.Context(), delivery(t)); found || err == nil {
		t.Errorf("got %v, %v, want an error", found, err)
	}
}

// TestFindHidesTheNumber: the number stands in the address that is asked, which
// errors of net/http quote.
func TestFindHidesTheNumber(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	hides := func(when string) {
		_, found, err := c.Find(t.Context(), delivery(t))
		if found || err == nil || strings.Contains(fmt.Sprintf("%+v", err), "32470000000") {
			t.Errorf("%s: got %v, %v, want an error without the number", when, found, err)
		}
	}
	standIn{s, c}.Answer(channeltest.CutAfterBody)
	hides("cut")
	s.CloseClientConnections()
	_ = s.Listener.Close()
	hides("nobody listens")
}
