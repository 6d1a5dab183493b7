package sms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
)

func TestSendFillsTheForm(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	now := time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	d := delivery(t)
	d.NotAfter = now.Add(90*time.Minute + time.Second/2)
	receipt, err := c.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if want := (channels.Receipt{Ref: "SM00000000000000000000000000000001", Awaits: true}); receipt != want {
		t.Errorf("got receipt %+v, want %+v", receipt, want)
	}
	want := url.Values{
		"To":             {"+32470000000"},
		"From":           {"+32460201234"},
		"StatusCallback": {testBase + "/callbacks/sms/" + d.ID.String()},
		"ValidityPeriod": {"5400"},
		"Body":           {c.texts.text(d)},
	}
	if diff := cmp.Diff(want, s.lastForm(t)); diff != "" {
		t.Errorf("form (-want +got)\n%s", diff)
	}
}

func TestSendWithService(t *testing.T) {
	s := newTwilio(t)
	cfg := s.config()
	cfg.From, cfg.MessagingServiceSID = "", "MG0123456789abcdef0123456789abcdef"
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	receipt, err := c.Send(t.Context(), delivery(t))
	if err != nil || receipt.Awaits {
		t.Errorf("got %+v, %v, want a receipt that awaits nothing", receipt, err)
	}
	form := s.lastForm(t)
	if form.Has("From") || form.Has("StatusCallback") || form.Get("MessagingServiceSid") != cfg.MessagingServiceSID {
		t.Errorf("got form with %v, want the service alone, and no callback", form)
	}
}

func TestValidity(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	now := time.Now()
	c.now = func() time.Time { return now }
	for left, want := range map[time.Duration]string{
		time.Millisecond:    "1", // Twilio takes 1 to 36000
		time.Second:         "1",
		10*time.Hour - 1:    "35999",
		10 * time.Hour:      "",
		14 * 24 * time.Hour: "",
	} {
		d := delivery(t)
		d.NotAfter = now.Add(left)
		p, err := c.message(d)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p.ValidityPeriod != nil {
			got = fmt.Sprint(*p.ValidityPeriod)
		}
		if got != want {
			t.Errorf("%s left: got %q, want %q", left, got, want)
		}
	}
	d := delivery(t)
	d.NotAfter = now
	if _, err := c.Send(t.Context(), d); channels.AsSendError(err).Class != channels.Rejected || len(s.forms) > 0 {
		t.Errorf("expired: got %v, want it rejected without a call", err)
	}
}

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
		{401, 0, "", channels.SendError{Class: channels.Retryable, After: ourFault, Code: "401"}},
		{403, 0, "", channels.SendError{Class: channels.Retryable, After: ourFault, Code: "403"}},
		{404, 0, "", channels.SendError{Class: channels.Retryable, After: ourFault, Code: "404"}},
		{307, 0, "", channels.SendError{Class: channels.Retryable, After: ourFault, Code: "307"}},
		{408, 0, "", channels.SendError{Class: channels.Retryable, Code: "408"}},
		{500, 20500, "", channels.SendError{Class: channels.Retryable, Code: "20500"}},
		{503, 20503, "30", channels.SendError{Class: channels.Retryable, After: 30 * time.Second, Code: "20503"}},
		{503, 0, "999999999", channels.SendError{Class: channels.Retryable, After: 24 * time.Hour, Code: "503"}},
		{400, 21999, "", channels.SendError{Class: channels.Rejected, Code: "21999"}},
		{400, 21610, "30", channels.SendError{Class: channels.OptedOut, Code: "21610"}},
	}
	for code, m := range meanings() {
		rows = append(rows, row{400, code, "", channels.SendError{Class: m.class, After: m.after, Code: fmt.Sprint(code)}})
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
	all := meanings()
	for class, codes := range map[channels.Class][]int{
		channels.OptedOut:  {21610},
		channels.Gone:      {21211, 21614, 30005, 30006},
		channels.Rejected:  {21612, 21617, 30004, 30007},
		channels.Retryable: {20003, 30003, 30008},
		channels.Throttled: {20429},
	} {
		for _, code := range codes {
			if got := all[code].class; got != class {
				t.Errorf("%d: got %q, want %q", code, got, class)
			}
		}
	}
	for code, m := range all {
		if m.why == "" || m.ours && (m.class != channels.Retryable || m.after != ourFault) || m.class.Permanent() && m.after != 0 {
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
		"a page instead of JSON": {func(w http.ResponseWriter, _ url.Values) { fmt.Fprint(w, "<html>sign in</html>") }, channels.Ambiguous},
		"no message named":       {func(w http.ResponseWriter, _ url.Values) { fmt.Fprint(w, "{}") }, channels.Ambiguous},
		"cut in the answer": {func(w http.ResponseWriter, _ url.Values) {
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"sid": "SM`)
		}, channels.Ambiguous},
		"taken and failed at once": {func(w http.ResponseWriter, _ url.Values) {
			writeJSON(w, 201, map[string]any{"sid": "SM1", "status": "failed", "error_code": 30005})
		}, channels.Gone},
		"endless refusal": {func(w http.ResponseWriter, _ url.Values) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write(bytes.Repeat([]byte(" "), 2*maxAnswer))
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

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := newTwilio(t).config()
	cfg.BaseURL = "http://" + listener.Addr().String()
	_ = listener.Close()
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Retryable {
		t.Errorf("got %v, want retryable: nothing was sent", err)
	}
}

// TestWaitingForAConnectionIsNotSending: a call that never got one of the
// connections was certainly not taken.
func TestWaitingForAConnectionIsNotSending(t *testing.T) {
	s := newTwilio(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	s.fixed = func(w http.ResponseWriter, _ url.Values) {
		close(arrived)
		<-release
		writeJSON(w, 201, map[string]any{"sid": "SM1"})
	}
	cfg := s.config()
	cfg.Concurrency = 1
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	first := make(chan error, 1)
	go func() {
		_, err := c.Send(context.Background(), delivery(t))
		first <- err
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Send(ctx, delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Retryable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want retryable for the deadline", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the call before it: %v", err)
	}
}

func TestOwnTimeout(t *testing.T) {
	s := newTwilio(t)
	s.answer = "timeout"
	cfg := s.config()
	cfg.Timeout = 50 * time.Millisecond
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	_, err = c.Send(context.Background(), delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Ambiguous {
		t.Errorf("got %v, want ambiguous", err)
	}
}

// TestConnectionsAreKept: answers in chunks and refusals leave the connection usable.
func TestConnectionsAreKept(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	calls := 0
	s.fixed = func(w http.ResponseWriter, _ url.Values) {
		calls++
		if calls%2 == 0 {
			refuse(w, 400, 21610, "stop")
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = http.NewResponseController(w).Flush() // chunked from here on
		fmt.Fprint(w, `{"sid": "SM1"}`+"\n")
		_ = http.NewResponseController(w).Flush()
		fmt.Fprint(w, strings.Repeat(" ", 8192))
	}
	for range 10 {
		_, _ = c.Send(t.Context(), delivery(t))
	}
	if got := s.conns.Load(); got != 1 {
		t.Errorf("got %d connections for 10 calls, want 1", got)
	}
}
