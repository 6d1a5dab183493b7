package sandbox

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
)

// receiver stands for the program that Twilio calls back.
type receiver struct {
	url      string
	statuses chan url.Values
}

// receive checks each callback's signature as Twilio's own library does.
func receive(t *testing.T, answer func(n int) int) *receiver {
	t.Helper()
	validator := client.NewRequestValidator(token)
	r := &receiver{statuses: make(chan url.Values, 100)}
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Errorf("read a callback: %v", err)
		}
		if !validator.ValidateBody(r.url, body, req.Header.Get("X-Twilio-Signature")) {
			t.Error("a callback's signature is not valid")
		}
		n++ // one message at a time: callbacks come one after the other
		if status := answer(n); status != http.StatusNoContent {
			w.WriteHeader(status)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Errorf("parse a callback: %v", err)
		}
		r.statuses <- form
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL + "/callbacks/sms?delivery=0190a5b0-0000-7000-8000-000000000001&x=%C3%A9"
	return r
}

func always(int) int { return http.StatusNoContent }

// wait returns the statuses of the next callbacks.
func (r *receiver) wait(t *testing.T, n int) (statuses []string, last url.Values) {
	t.Helper()
	for range n {
		select {
		case last = <-r.statuses:
			statuses = append(statuses, last.Get("MessageStatus"))
		case <-time.After(10 * time.Second):
			t.Fatalf("got callbacks %v, want %d", statuses, n)
		}
	}
	return statuses, last
}

func TestCallbacksFollowTheMessage(t *testing.T) {
	s := start(t, nil)
	r := receive(t, always)
	sent, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(r.url))
	if err != nil {
		t.Fatal(err)
	}
	statuses, last := r.wait(t, 3)
	if want := []string{"queued", "sent", "delivered"}; !slices.Equal(statuses, want) {
		t.Errorf("got %v, want %v", statuses, want)
	}
	want := url.Values{
		"MessageSid": {*sent.Sid}, "SmsSid": {*sent.Sid}, "MessageStatus": {"delivered"}, "SmsStatus": {"delivered"},
		"To": {"+32470123456"}, "From": {"PLPTilleuls"}, "AccountSid": {account}, "ApiVersion": {"2010-04-01"},
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("callback (-want +got):\n%s", diff)
	}
}

func TestCallbacksSayWhyItFailed(t *testing.T) {
	s := start(t, nil)
	r := receive(t, always)
	if err := s.Set(channels.SMS, Faults{Undelivered: map[string]int{"+32470123456": 30003}}); err != nil {
		t.Fatal(err)
	}
	api := twilioClient(t, s, token)
	if _, err := api.CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(r.url)); err != nil {
		t.Fatal(err)
	}
	statuses, last := r.wait(t, 3)
	if statuses[2] != "undelivered" || last.Get("ErrorCode") != "30003" {
		t.Errorf("got %v with ErrorCode %q", statuses, last.Get("ErrorCode"))
	}
	listed, err := api.ListMessage(&openapi.ListMessageParams{})
	if err != nil || len(listed) != 1 || *listed[0].Status != "undelivered" || *listed[0].ErrorCode != 30003 {
		t.Errorf("the list does not say so: %v", err)
	}
}

func TestCallbacksWithFaults(t *testing.T) {
	cases := []struct {
		name   string
		faults Faults
		want   []string // sorted
	}{
		{"twice", Faults{DuplicateCallbacks: 1}, []string{"delivered", "delivered", "queued", "queued", "sent", "sent"}},
		{"any order", Faults{PermuteCallbacks: true}, []string{"delivered", "queued", "sent"}},
		{"late", Faults{LateCallbacks: time.Millisecond}, []string{"delivered", "queued", "sent"}},
		{"after a cut", Faults{CutRate: 1}, []string{"delivered", "queued", "sent"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, func(cfg *Config) { cfg.Seed = 3 })
			r := receive(t, always)
			if err := s.Set(channels.SMS, c.faults); err != nil {
				t.Fatal(err)
			}
			_, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(r.url))
			if (err != nil) != (c.faults.CutRate > 0) {
				t.Fatal(err)
			}
			got, _ := r.wait(t, len(c.want))
			inOrder := slices.Equal(got, []string{"queued", "sent", "delivered"})
			if c.faults.PermuteCallbacks && inOrder {
				t.Errorf("with seed 3 they came in order")
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("callbacks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCallbacksWaitForAReceiverThatIsNotThere(t *testing.T) {
	s := start(t, nil)
	r := receive(t, func(n int) int {
		if n == 1 {
			return http.StatusBadGateway
		}
		return http.StatusNoContent
	})
	if _, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(r.url)); err != nil {
		t.Fatal(err)
	}
	if got, _ := r.wait(t, 3); !slices.Equal(got, []string{"queued", "sent", "delivered"}) {
		t.Errorf("got %v", got)
	}
}

// Nobody listens at all: the message is delivered all the same, and Close does not hang.
func TestCallbacksWithoutReceiver(t *testing.T) {
	s := start(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String() + "/"
	_ = listener.Close()
	if _, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(nobody)); err != nil {
		t.Fatal(err)
	}
}
