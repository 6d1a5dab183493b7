package voice

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
	"relais/channels/twilio"
	"relais/channels/twilio/twiliotest"
)

func signed(t *testing.T, path string, form url.Values) *http.Request {
	t.Helper()
	return twiliotest.Callback(t, path, twiliotest.Sign(testToken, testBase+path, form), strings.NewReader(form.Encode()))
}

// saying is a callback's form: pairs of parameter and value beside the usual ones.
func saying(pairs ...string) url.Values {
	form := url.Values{"CallSid": {"CA1"}, "AccountSid": {testSID}, "From": {"+3227931000"}, "To": {"+3227341234"}, "Direction": {"outbound-api"}, "SomethingNew": {"é ü"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func reporting(t *testing.T, machine Machine, texts Texts) *Channel {
	t.Helper()
	s := newTwilio(t)
	cfg := s.config()
	cfg.Machine = machine
	c, err := New(cfg, loadWords(t), texts, testBase, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.now = func() time.Time { return time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC) }
	return c
}

// TestOutcomes tables what each end of a call means, under both policies.
func TestOutcomes(t *testing.T) {
	id := delivery(t).ID
	for _, tt := range []struct {
		name, word string
		form       url.Values
		leave      channels.Report // where a message is left
		hang       channels.Report // where it is hung up
	}{
		{"waits in the queue", wordStatus, saying("CallStatus", "queued"), taken(), taken()},
		{"dialled", wordStatus, saying("CallStatus", "initiated"), taken(), taken()},
		{"rings", wordStatus, saying("CallStatus", "ringing"), taken(), taken()},
		{"answered", wordStatus, saying("CallStatus", "in-progress"), taken(), taken()},
		{"a person listened", wordStatus, saying("CallStatus", "completed", "CallDuration", "42"), said(), said()},
		{"a person, says Twilio", wordStatus, saying("CallStatus", "completed", "AnsweredBy", "human"), said(), said()},
		{"nobody knows who", wordStatus, saying("CallStatus", "completed", "AnsweredBy", "unknown"), said(), said()},
		{"a machine, at the end", wordStatus, saying("CallStatus", "completed", "AnsweredBy", "machine_end_beep"), said(), missedBy("machine")},
		{"a fax, at the end", wordStatus, saying("CallStatus", "completed", "AnsweredBy", "fax"), said(), failed(channels.Rejected, "fax")},
		{"busy", wordStatus, saying("CallStatus", "busy"), missedBy("busy"), missedBy("busy")},
		{"nobody answers", wordStatus, saying("CallStatus", "no-answer"), missedBy("no-answer"), missedBy("no-answer")},
		{"cancelled at Twilio", wordStatus, saying("CallStatus", "canceled"), missedBy("canceled"), missedBy("canceled")},
		{"network fault", wordStatus, saying("CallStatus", "failed"), missedBy("failed"), missedBy("failed")},
		{"overloaded", wordStatus, saying("CallStatus", "failed", "SipResponseCode", "503"), missedBy("SIP 503"), missedBy("SIP 503")},
		{"not found", wordStatus, saying("CallStatus", "failed", "SipResponseCode", "404"), failed(channels.Rejected, "SIP 404"), failed(channels.Rejected, "SIP 404")},
		{"number changed", wordStatus, saying("CallStatus", "failed", "SipResponseCode", "410"), failed(channels.Gone, "SIP 410"), failed(channels.Gone, "SIP 410")},
		{"no whole number", wordStatus, saying("CallStatus", "failed", "SipResponseCode", "484"), failed(channels.Gone, "SIP 484"), failed(channels.Gone, "SIP 484")},
		{"exists nowhere", wordStatus, saying("CallStatus", "failed", "SipResponseCode", "604"), failed(channels.Gone, "SIP 604"), failed(channels.Gone, "SIP 604")},
		{"confirmed", wordKey, saying("Digits", "1"), confirmed(), confirmed()},
		{"asks again", wordKey, saying("Digits", "9"), channels.Report{Code: "key 9"}, channels.Report{Code: "key 9"}},
		{"another key", wordKey, saying("Digits", "5"), channels.Report{Code: "key 5"}, channels.Report{Code: "key 5"}},
		{"not the one key", wordKey, saying("Digits", "11"), channels.Report{Code: "key 1"}, channels.Report{Code: "key 1"}},
		{"no key", wordKey, saying(), channels.Report{Code: "key "}, channels.Report{Code: "key "}},
		{"a machine", wordMachine, saying("AnsweredBy", "machine_start"), channels.Report{}, missedBy("machine")},
		{"a fax", wordMachine, saying("AnsweredBy", "fax"), channels.Report{}, failed(channels.Rejected, "fax")},
		{"a person", wordMachine, saying("AnsweredBy", "human"), channels.Report{}, channels.Report{}},
		{"unsure", wordMachine, saying("AnsweredBy", "unknown"), channels.Report{}, channels.Report{}},
	} {
		for machine, want := range map[Machine]channels.Report{LeaveMessage: tt.leave, HangUp: tt.hang} {
			t.Run(tt.name+"/"+string(machine), func(t *testing.T) {
				c := reporting(t, machine, nil)
				want.Delivery, want.Ref, want.Attempt, want.At = id, "CA1", 2, c.now()
				path := strings.TrimPrefix(c.address(id, 2, broker.French, tt.word), testBase)
				for range 2 { // a replay says the same
					got, err := c.ParseReport(signed(t, path, tt.form))
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("(-want +got)\n%s", diff)
					}
				}
			})
		}
	}
}

func taken() channels.Report     { return channels.Report{State: channels.Accepted} }
func said() channels.Report      { return channels.Report{State: channels.Accepted, Last: true} }
func confirmed() channels.Report { return channels.Report{State: channels.Delivered, Code: "key 1"} }

func failed(class channels.Class, code string) channels.Report {
	return channels.Report{State: channels.Failed, Class: class, Code: code}
}

func missedBy(code string) channels.Report {
	return channels.Report{State: channels.Failed, Class: channels.Retryable, Code: code, Tries: 3, After: 2 * time.Minute}
}

func TestReportAddresses(t *testing.T) {
	id := delivery(t).ID
	rest := id.String() + "/1/de/status"
	form := saying("CallStatus", "busy")
	for name, tt := range map[string]struct{ base, signed, arrives string }{
		"plain":                        {"https://relais.be", "https://relais.be" + callbackPath + rest, callbackPath + rest},
		"base with a slash":            {"https://relais.be/", "https://relais.be" + callbackPath + rest, callbackPath + rest},
		"base with a port":             {"https://relais.be:8443", "https://relais.be:8443" + callbackPath + rest, callbackPath + rest},
		"port added by Twilio":         {"https://relais.be", "https://relais.be:443" + callbackPath + rest, callbackPath + rest},
		"prefix that the proxy strips": {"https://relais.be/plp", "https://relais.be/plp" + callbackPath + rest, callbackPath + rest},
		"prefix that it leaves":        {"https://relais.be/plp", "https://relais.be/plp" + callbackPath + rest, "/plp" + callbackPath + rest},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := New(newTwilio(t).config(), loadWords(t), nil, tt.base, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.ParseReport(twiliotest.Callback(t, tt.arrives, twiliotest.Sign(testToken, tt.signed, form), strings.NewReader(form.Encode())))
			if err != nil || got.Delivery != id || got.Code != "busy" {
				t.Errorf("got %+v, %v, want the delivery missed", got, err)
			}
		})
	}
}

func TestReportRefuses(t *testing.T) {
	c := reporting(t, LeaveMessage, nil)
	id := delivery(t).ID.String()
	path := callbackPath + id + "/1/fr/status"
	form := saying("CallStatus", "completed")
	body := form.Encode()
	good := twiliotest.Sign(testToken, testBase+path, form)
	huge := "Digits=" + strings.Repeat("1", 10<<20)
	for name, tt := range map[string]struct {
		path, signature string
		body            io.Reader
		want            error
	}{
		"no signature":             {path, "", strings.NewReader(body), twilio.ErrForged},
		"another token":            {path, twiliotest.Sign("guessed", testBase+path, form), strings.NewReader(body), twilio.ErrForged},
		"another status":           {path, good, strings.NewReader(strings.Replace(body, "completed", "busy", 1)), twilio.ErrForged},
		"another delivery":         {callbackPath + "019abcde-0000-7000-8000-0000000000ff/1/fr/status", good, strings.NewReader(body), twilio.ErrForged},
		"another attempt":          {callbackPath + id + "/2/fr/status", good, strings.NewReader(body), twilio.ErrForged},
		"turned into a key":        {callbackPath + id + "/1/fr/key", good, strings.NewReader(body + "&Digits=1"), twilio.ErrForged},
		"another address":          {path, twiliotest.Sign(testToken, "https://evil.example"+path, form), strings.NewReader(body), twilio.ErrForged},
		"the address behind proxy": {path, twiliotest.Sign(testToken, "http://127.0.0.1:8080"+path, form), strings.NewReader(body), twilio.ErrForged},
		"added query":              {path + "?x=1", good, strings.NewReader(body), twilio.ErrForged},
		"added parameter":          {path, good, strings.NewReader(body + "&AnsweredBy=fax"), twilio.ErrForged},
		"10 MB":                    {path, twiliotest.Sign(testToken, testBase+path, url.Values{}), strings.NewReader(huge), channels.ErrTooLarge},
		"10 MB, signed":            {path, twiliotest.Sign(testToken, testBase+path, url.Values{"Digits": {huge[7:]}}), strings.NewReader(huge), channels.ErrTooLarge},
		"no delivery id":           {callbackPath, good, strings.NewReader(body), twilio.ErrMalformed},
		"attempt zero":             {callbackPath + id + "/0/fr/status", good, strings.NewReader(body), twilio.ErrMalformed},
		"attempt of letters":       {callbackPath + id + "/x/fr/status", good, strings.NewReader(body), twilio.ErrMalformed},
		"unknown language":         {callbackPath + id + "/1/xx/status", good, strings.NewReader(body), twilio.ErrMalformed},
		"unknown word":             {callbackPath + id + "/1/fr/approve", good, strings.NewReader(body), twilio.ErrMalformed},
		"elsewhere":                {"/callbacks/sms/" + id, good, strings.NewReader(body), twilio.ErrMalformed},
		"breaks off":               {path, good, io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), twilio.ErrMalformed},
		"no status":                {path, twiliotest.Sign(testToken, testBase+path, saying()), strings.NewReader(saying().Encode()), twilio.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.ParseReport(twiliotest.Callback(t, tt.path, tt.signature, tt.body))
			if !errors.Is(err, tt.want) || got != (channels.Report{}) {
				t.Errorf("got %+v, %v, want %v", got, err, tt.want)
			}
			if err != nil && (strings.Contains(fmt.Sprintf("%+v", err), "27341234") || strings.Contains(err.Error(), testToken)) {
				t.Errorf("the error shows the number or the token: %v", err)
			}
		})
	}
}

func TestWithoutCallbacksNothingIsBelieved(t *testing.T) {
	c, err := New(newTwilio(t).config(), loadWords(t), nil, "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	path := callbackPath + delivery(t).ID.String() + "/1/fr/key"
	form := saying("Digits", "1")
	if _, err := c.ParseReport(twiliotest.Callback(t, path, twiliotest.Sign(testToken, path, form), strings.NewReader(form.Encode()))); !errors.Is(err, twilio.ErrForged) {
		t.Errorf("got %v, want %v", err, twilio.ErrForged)
	}
}

// TestKeys: 1 is thanked, every other key has the message said again, and a
// call never ends without whom to call when it is urgent.
func TestKeys(t *testing.T) {
	content := channeltest.Content(channels.ForMember, broker.German)
	for name, tt := range map[string]struct {
		digits string
		texts  fixedTexts
		want   string
	}{
		"heard":                 {"1", fixedTexts{}, "Vielen Dank, Ihre Bestätigung ist angekommen."},
		"again":                 {"9", fixedTexts{content: content}, "corps-2b9e44"},
		"the wrong key":         {"4", fixedTexts{content: content}, "corps-2b9e44"},
		"the text is not there": {"9", fixedTexts{err: errors.New("database is away")}, "Auf Wiederhören."},
	} {
		t.Run(name, func(t *testing.T) {
			c := reporting(t, LeaveMessage, tt.texts)
			path := strings.TrimPrefix(c.address(delivery(t).ID, 1, broker.German, wordKey), testBase)
			r := signed(t, path, saying("Digits", tt.digits))
			report, err := c.ParseReport(r)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			c.AnswerCallback(w, r, report)
			outline(t, w.Body.String())
			said, err := heard(w.Body.String())
			if err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/xml; charset=utf-8" {
				t.Fatalf("got %d, %v, %v", w.Code, w.Header(), err)
			}
			if !strings.Contains(said, tt.want) || !strings.HasSuffix(said, loadWords(t)[broker.German].Emergency) {
				t.Errorf("got %q, want %q in it, and the emergency line last", said, tt.want)
			}
		})
	}
}

// TestMachineIsHungUpOn: only where the policy says so, and only machines.
func TestMachineIsHungUpOn(t *testing.T) {
	for _, tt := range []struct {
		machine Machine
		who     string
		want    []string
	}{
		{HangUp, "machine_start", []string{"CA1.json completed"}},
		{HangUp, "fax", []string{"CA1.json completed"}},
		{HangUp, "human", nil},
		{HangUp, "unknown", nil},
		{LeaveMessage, "machine_start", nil},
	} {
		s := newTwilio(t)
		cfg := s.config()
		cfg.Machine = tt.machine
		c, err := New(cfg, loadWords(t), nil, testBase, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		r := signed(t, strings.TrimPrefix(c.address(delivery(t).ID, 1, broker.French, wordMachine), testBase), saying("AnsweredBy", tt.who))
		report, err := c.ParseReport(r)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		c.AnswerCallback(w, r, report)
		c.Close()
		if w.Code != http.StatusNoContent || !slices.Equal(s.updated, tt.want) {
			t.Errorf("%s, %s: got %d and changed %v, want %v", tt.machine, tt.who, w.Code, s.updated, tt.want)
		}
	}
}
