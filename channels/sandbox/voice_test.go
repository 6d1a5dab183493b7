package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
)

const (
	landline   = "+3227341234"
	voiceTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="ACTION" numDigits="1"><Say language="fr-FR">Bonjour &amp; bonsoir.</Say></Gather><Say>Urgent ? Appelez le 101.</Say><Hangup></Hangup></Response>`
	deliveryID = "019abcde-0000-7000-8000-000000000001"
)

// subscriberLine takes what the telephone company posts, in order, and answers keys.
type subscriberLine struct {
	*httptest.Server
	mu   sync.Mutex
	said []string
	over chan struct{} // closed after so many
	left int
}

func newSubscriberLine(t *testing.T, expects int) *subscriberLine {
	t.Helper()
	r := &subscriberLine{over: make(chan struct{}), left: expects}
	validator := client.NewRequestValidator(token)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		form, _ := url.ParseQuery(string(body))
		if !validator.ValidateBody(r.URL+req.URL.Path, body, req.Header.Get("X-Twilio-Signature")) || form.Get("CallSid") == "" || form.Get("To") != landline {
			t.Errorf("%s: not signed as Twilio does, or without call and number: %v", req.URL.Path, form)
		}
		word := req.URL.Path[strings.LastIndex(req.URL.Path, "/")+1:]
		for _, name := range []string{"CallStatus", "AnsweredBy", "SipResponseCode", "Digits"} {
			if value := form.Get(name); value != "" {
				word += " " + value
			}
		}
		if strings.HasPrefix(word, "key") {
			_, _ = io.WriteString(w, strings.Replace(voiceTwiML, "ACTION", r.URL+"/"+deliveryID+"/key", 1))
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, word)
		if r.left--; r.left == 0 {
			close(r.over)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *subscriberLine) wait(t *testing.T) []string {
	t.Helper()
	select {
	case <-r.over:
	case <-time.After(10 * time.Second):
		t.Error("the telephone company said less than expected")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

func (r *subscriberLine) params(machine string) *openapi.CreateCallParams {
	at := r.URL + "/" + deliveryID
	p := (&openapi.CreateCallParams{}).SetTo(landline).SetFrom("+3227931000").SetTwiml(strings.Replace(voiceTwiML, "ACTION", at+"/key", 1))
	p.SetStatusCallback(at + "/status").SetStatusCallbackEvent([]string{"initiated", "completed"}).SetMachineDetection(machine)
	if machine == "Enable" {
		p.SetAsyncAmd("true").SetAsyncAmdStatusCallback(at + "/machine")
	}
	return p
}

func TestWhoAnswersACall(t *testing.T) {
	for _, tt := range []struct {
		name, machine string
		set           Faults
		want          []string
	}{
		{"a person", "DetectMessageEnd", Faults{}, []string{"status initiated", "key 1", "status completed human"}},
		{"who asks again", "DetectMessageEnd", Faults{Answers: map[string]string{landline: "again"}}, []string{"status initiated", "key 9", "key 1", "status completed human"}},
		{"who hangs up", "DetectMessageEnd", Faults{Answers: map[string]string{"*": "listen"}}, []string{"status initiated", "status completed human"}},
		{"a machine", "DetectMessageEnd", Faults{Answers: map[string]string{landline: "machine", "*": "key"}}, []string{"status initiated", "status completed machine_end_beep"}},
		{"a machine, heard while speaking", "Enable", Faults{Answers: map[string]string{"*": "machine"}}, []string{"status initiated", "machine machine_start", "status completed"}},
		{"a fax", "Enable", Faults{Answers: map[string]string{"*": "fax"}}, []string{"status initiated", "machine fax", "status completed"}},
		{"busy", "Enable", Faults{Answers: map[string]string{"*": "busy"}}, []string{"status initiated", "status busy"}},
		{"nobody", "Enable", Faults{Answers: map[string]string{"*": "no-answer"}}, []string{"status initiated", "status no-answer"}},
		{"no such number", "Enable", Faults{Undelivered: map[string]int{landline: 404}}, []string{"status initiated", "status failed 404"}},
		{"everything twice", "DetectMessageEnd", Faults{DuplicateCallbacks: 1}, []string{"status initiated", "status initiated", "key 1", "key 1", "status completed human", "status completed human"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, nil)
			if err := s.Set(channels.Voice, tt.set); err != nil {
				t.Fatal(err)
			}
			r := newSubscriberLine(t, len(tt.want))
			made, err := twilioClient(t, s, token).CreateCall(r.params(tt.machine))
			if err != nil {
				t.Fatal(err)
			}
			if got := r.wait(t); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			item := s.Taken()[0]
			if item.Channel != channels.Voice || item.Text != "Bonjour & bonsoir.\nUrgent ? Appelez le 101." || item.Ref != *made.Sid || item.Delivery.String() != deliveryID || item.Answer == "" {
				t.Errorf("the outbox has %q by %s under %s for %s", item.Text, item.Answer, item.Ref, item.Delivery)
			}
		})
	}
}

func TestCallsAreListedAndHungUp(t *testing.T) {
	s := start(t, nil)
	api := twilioClient(t, s, token)
	r := newSubscriberLine(t, 3)
	made, err := api.CreateCall(r.params("DetectMessageEnd"))
	if err != nil {
		t.Fatal(err)
	}
	r.wait(t)
	if _, err := api.UpdateCall(*made.Sid, (&openapi.UpdateCallParams{}).SetStatus("completed")); err != nil {
		t.Error(err)
	}
	if _, err := api.UpdateCall("CA0", (&openapi.UpdateCallParams{}).SetStatus("completed")); err == nil {
		t.Error("a call that does not exist was hung up")
	}
	for to, want := range map[string]int{landline: 1, "+3281223344": 0} {
		page, err := api.PageCall((&openapi.ListCallParams{}).SetTo(to).SetFrom("+3227931000"), "", "")
		if err != nil || len(page.Calls) != want {
			t.Fatalf("%s: got %d calls, %v; want %d", to, len(page.Calls), err, want)
		}
		if want == 1 && (*page.Calls[0].Status != "completed" || *page.Calls[0].AnsweredBy != "human" || *page.Calls[0].Sid != *made.Sid) {
			t.Errorf("got %s by %v", *page.Calls[0].Status, page.Calls[0].AnsweredBy)
		}
	}
}

func TestCallsThatAreRefused(t *testing.T) {
	s := start(t, nil)
	if err := s.Set(channels.Voice, Faults{Refuse: map[string]int{"+3281223344": 21215}}); err != nil {
		t.Fatal(err)
	}
	good := url.Values{"To": {landline}, "From": {"+3227931000"}, "Twiml": {voiceTwiML}}
	for name, tt := range map[string]struct {
		key, value string
		want       string
	}{
		"no number":        {"To", "101", "21211"},
		"not Belgian":      {"To", "+321", "21211"},
		"no caller":        {"From", "", "21213"},
		"nothing to say":   {"Twiml", "", "21205"},
		"too long":         {"Twiml", "<Response><Say>" + strings.Repeat("a", 4000) + "</Say></Response>", "21205"},
		"not well-formed":  {"Twiml", "<Response><Say>a & b</Say></Response>", "12100"},
		"another verb":     {"Twiml", "<Response><Say>a</Say><Dial>+32900123456</Dial></Response>", "12100"},
		"not TwiML":        {"Twiml", "<html><Say>a</Say></html>", "12100"},
		"says nothing":     {"Twiml", "<Response><Hangup/></Response>", "12100"},
		"as the page says": {"To", "+3281223344", "21215"},
	} {
		form := url.Values{}
		for key := range good {
			form.Set(key, good.Get(key))
		}
		form.Set(tt.key, tt.value)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/2010-04-01/Accounts/"+account+"/Calls.json", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(account, token)
		if got, err := do(req); err != nil || got.status != 400 || !contains(got.body, `"code":`+tt.want) {
			t.Errorf("%s: got %d, %s, %v; want %s", name, got.status, got.body, err, tt.want)
		}
	}
	if n := s.Count(channels.Voice); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

func TestAnswersAreChecked(t *testing.T) {
	s := start(t, nil)
	if got := call(t, http.MethodPut, s.URL()+"/faults/voice", `{"answers": {"*": "parrot"}}`, nil); got.status != 400 || !contains(got.body, "parrot") {
		t.Errorf("got %d, %s", got.status, got.body)
	}
	got := call(t, http.MethodPost, s.URL()+"/faults/voice?lang=en", url.Values{"whoAnswers": {"* busy\n+32 2 734 12 34 machine"}}.Encode(), formHead)
	if want := map[string]string{"*": "busy", landline: "machine"}; s.faults.of(channels.Voice).Answers[landline] != want[landline] || s.faults.of(channels.Voice).Answers["*"] != "busy" {
		t.Errorf("got %v, want %v", s.faults.of(channels.Voice).Answers, want)
	}
	if !contains(got.body, landline[1:]+" machine") {
		t.Error("the page does not show who answers")
	}
	for number, want := range map[string]string{landline: "+32 2 734 12 34", "+3281223344": "+32 81 22 33 44", "+32470123456": "+32 470 12 34 56", "+33123456789": "+33123456789"} {
		if got := readableNumber(number); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
