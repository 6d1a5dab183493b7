package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"

	"relais/channels"
)

// Each fault, set from the page and from the API while messages go, holds from
// the next message on, and ends when it is told to behave.
func TestEachFaultIsSetWhileItRuns(t *testing.T) {
	set := map[string]func(t *testing.T, s *Sandbox, form url.Values, body string){
		"page": func(t *testing.T, s *Sandbox, form url.Values, _ string) {
			if got := call(t, http.MethodPost, s.URL()+"/faults/sms?lang=en", form.Encode(), formHead); got.status != http.StatusOK {
				t.Fatalf("the page answers %d", got.status)
			}
		},
		"API": func(t *testing.T, s *Sandbox, _ url.Values, body string) {
			if got := call(t, http.MethodPut, s.URL()+"/faults/sms", body, nil); got.status != http.StatusNoContent {
				t.Fatalf("the API answers %d %s", got.status, got.body)
			}
		},
	}
	for _, fault := range []struct {
		name     string
		form     url.Values
		body     string
		status   int           // of the answer; 0: the line is cut
		took     time.Duration // at least
		statuses []string      // of the callbacks, sorted; none: it was not taken
		unsorted bool          // they come in another order than they happened in
	}{
		{"latency", url.Values{"latency": {"30"}}, `{"latency":"30ms"}`, 201, 30 * time.Millisecond, []string{"delivered", "queued", "sent"}, false},
		{"errors", url.Values{"errors": {"100"}}, `{"errorRate":1}`, 503, 0, nil, false},
		{"throttling", url.Values{"throttled": {"100"}, "retryAfter": {"7"}}, `{"throttleRate":1,"retryAfter":"7s"}`, 429, 0, nil, false},
		{"cut before it is taken", url.Values{"cutBefore": {"100"}}, `{"cutRate":1,"cutLost":1}`, 0, 0, nil, false},
		{"cut after it is taken", url.Values{"cutAfter": {"100"}}, `{"cutRate":1}`, 0, 0, []string{"delivered", "queued", "sent"}, false},
		{"late", url.Values{"late": {"0.03"}}, `{"lateCallbacks":"30ms"}`, 201, 0, []string{"delivered", "queued", "sent"}, false},
		{"twice", url.Values{"twice": {"100"}}, `{"duplicateCallbacks":1}`, 201, 0, []string{"delivered", "delivered", "queued", "queued", "sent", "sent"}, false},
		{"permuted", url.Values{"permuted": {"on"}}, `{"permuteCallbacks":true}`, 201, 0, []string{"delivered", "queued", "sent"}, true},
		{"refused", url.Values{"refuse": {"+32470123456 21610"}}, `{"refuse":{"+32470123456":21610}}`, 400, 0, nil, false},
		{"undelivered", url.Values{"undelivered": {"+32470123456 30003"}}, `{"undelivered":{"+32470123456":30003}}`, 201, 0, []string{"queued", "sent", "undelivered"}, false},
	} {
		for from, change := range set {
			t.Run(fault.name+" from the "+from, func(t *testing.T) {
				s := start(t, func(cfg *Config) { cfg.Seed = 3 })
				r := receive(t, always)
				send := func() (status int, err error) {
					_, err = twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetStatusCallback(r.url))
					var refused *client.TwilioRestError
					if errors.As(err, &refused) {
						return refused.Status, err
					}
					if err != nil {
						return 0, err
					}
					return http.StatusCreated, nil
				}
				well := func(when string) {
					if status, err := send(); status != http.StatusCreated {
						t.Fatalf("%s: got %d, %v", when, status, err)
					}
					if got, _ := r.wait(t, 3); !slices.Equal(got, []string{"queued", "sent", "delivered"}) {
						t.Errorf("%s: callbacks %v", when, got)
					}
				}
				well("before")
				change(t, s, fault.form, fault.body)
				before, began := s.Count(channels.SMS), time.Now()
				status, err := send()
				if status != fault.status {
					t.Errorf("got %d, %v, want %d", status, err, fault.status)
				}
				if took := time.Since(began); took < fault.took {
					t.Errorf("answered after %s, want at least %s", took, fault.took)
				}
				got, _ := r.wait(t, len(fault.statuses))
				inOrder := slices.Equal(got, []string{"queued", "sent", "delivered"})
				for n := 1; fault.unsorted && inOrder; n++ { // one of six orders is the usual one
					if n == 20 {
						t.Fatal("20 messages, and all callbacks came in order")
					}
					if _, err := send(); err != nil {
						t.Fatal(err)
					}
					before++
					got, _ = r.wait(t, 3)
					inOrder = slices.Equal(got, []string{"queued", "sent", "delivered"})
				}
				slices.Sort(got)
				if !slices.Equal(got, fault.statuses) || s.Count(channels.SMS)-before != min(len(fault.statuses), 1) {
					t.Errorf("callbacks %v, want %v; taken %d", got, fault.statuses, s.Count(channels.SMS)-before)
				}
				change(t, s, url.Values{"behave": {"yes"}}, `{}`)
				well("after")
			})
		}
	}
}

// What the page sets the API shows, for each stand-in.
func TestPageAndAPIAgree(t *testing.T) {
	s := start(t, nil)
	for _, on := range shownChannels() {
		at := s.URL() + "/faults/" + string(on)
		call(t, http.MethodPost, at, url.Values{"latency": {"20"}, "errors": {"10"}, "whoAnswers": {"* busy"}}.Encode(), formHead)
		var got faultsJSON
		if err := json.Unmarshal([]byte(call(t, http.MethodGet, at, "", nil).body), &got); err != nil {
			t.Fatal(err)
		}
		if got.Latency != span(20*time.Millisecond) || got.ErrorRate != 0.1 {
			t.Errorf("%s: the API shows %+v", on, got)
		}
		if on == channels.Voice && got.Answers["*"] != AnswerBusy {
			t.Errorf("who answers calls: the API shows %v", got.Answers)
		}
	}
	if page := call(t, http.MethodGet, s.URL()+"/faults?lang=en", "", nil).body; !contains(page, "* busy") {
		t.Error("the page does not show who answers calls")
	}
}
