package sms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
	"relais/channels/twilio"
	"relais/channels/twilio/twiliotest"
)

func statusForm(status, code string) url.Values {
	form := url.Values{
		"MessageSid": {"SM1"}, "SmsSid": {"SM1"}, "AccountSid": {testSID}, "From": {"+32460201234"},
		"To": {"+32470000000"}, "MessageStatus": {status}, "ApiVersion": {"2010-04-01"}, "SomethingNew": {"é ü"},
	}
	if code != "" {
		form.Set("ErrorCode", code)
	}
	return form
}

func reporting(t *testing.T, base string) *Channel {
	t.Helper()
	cfg := Default()
	cfg.AccountSID, cfg.AuthToken, cfg.From = testSID, channels.NewSecret(testToken), "Relais"
	c, err := New(cfg, loadWords(t), base, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.now = func() time.Time { return time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC) }
	return c
}

func TestReportStates(t *testing.T) {
	c := reporting(t, testBase)
	id := delivery(t).ID
	path := callbackPath + id.String()
	for _, tt := range []struct {
		status, code string
		state        channels.State
		class        channels.Class
	}{
		{"accepted", "", channels.Accepted, ""},
		{"queued", "", channels.Accepted, ""},
		{"sending", "", channels.Accepted, ""},
		{"sent", "", channels.Accepted, ""},
		{"delivered", "", channels.Delivered, ""},
		{"read", "", channels.Delivered, ""},
		{"undelivered", "30003", channels.Failed, channels.Retryable},
		{"undelivered", "30004", channels.Failed, channels.Rejected},
		{"undelivered", "30005", channels.Failed, channels.Gone},
		{"undelivered", "30006", channels.Failed, channels.Gone},
		{"failed", "21610", channels.Failed, channels.OptedOut},
		{"failed", "30999", channels.Failed, channels.Retryable},
		{"failed", "", channels.Failed, channels.Retryable},
	} {
		t.Run(tt.status+tt.code, func(t *testing.T) {
			form := statusForm(tt.status, tt.code)
			want := channels.Report{Delivery: id, Ref: "SM1", State: tt.state, Code: tt.code, Class: tt.class, At: c.now()}
			for range 2 { // a replay says the same
				got, err := c.ParseReport(twiliotest.Callback(t, path, twiliotest.Sign(testToken, testBase+path, form), strings.NewReader(form.Encode())))
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

func TestReportAddresses(t *testing.T) {
	id := delivery(t).ID
	form := statusForm("delivered", "")
	for name, tt := range map[string]struct{ base, signed, arrives string }{
		"plain":                        {"https://relais.be", "https://relais.be" + callbackPath + id.String(), callbackPath + id.String()},
		"base with a slash":            {"https://relais.be/", "https://relais.be" + callbackPath + id.String(), callbackPath + id.String()},
		"base with a port":             {"https://relais.be:8443", "https://relais.be:8443" + callbackPath + id.String(), callbackPath + id.String()},
		"port added by Twilio":         {"https://relais.be", "https://relais.be:443" + callbackPath + id.String(), callbackPath + id.String()},
		"prefix that the proxy strips": {"https://relais.be/plp", "https://relais.be/plp" + callbackPath + id.String(), callbackPath + id.String()},
		"prefix that it leaves":        {"https://relais.be/plp", "https://relais.be/plp" + callbackPath + id.String(), "/plp" + callbackPath + id.String()},
		"query":                        {"https://relais.be", "https://relais.be" + callbackPath + id.String() + "?a=b%20c", callbackPath + id.String() + "?a=b%20c"},
	} {
		t.Run(name, func(t *testing.T) {
			c := reporting(t, tt.base)
			got, err := c.ParseReport(twiliotest.Callback(t, tt.arrives, twiliotest.Sign(testToken, tt.signed, form), strings.NewReader(form.Encode())))
			if err != nil || got.Delivery != id || got.State != channels.Delivered {
				t.Errorf("got %+v, %v, want the delivery delivered", got, err)
			}
		})
	}
}

func TestReportRefuses(t *testing.T) {
	c := reporting(t, testBase)
	path := callbackPath + delivery(t).ID.String()
	other := callbackPath + "019abcde-0000-7000-8000-0000000000ff"
	form := statusForm("delivered", "")
	body := form.Encode()
	good := twiliotest.Sign(testToken, testBase+path, form)
	huge := "Body=" + strings.Repeat("x", 10<<20)
	for name, tt := range map[string]struct {
		path, signature string
		body            io.Reader
		want            error
	}{
		"no signature":             {path, "", strings.NewReader(body), twilio.ErrForged},
		"another token":            {path, twiliotest.Sign("guessed", testBase+path, form), strings.NewReader(body), twilio.ErrForged},
		"another status":           {path, good, strings.NewReader(strings.Replace(body, "delivered", "failed", 1)), twilio.ErrForged},
		"another delivery":         {other, good, strings.NewReader(body), twilio.ErrForged},
		"another address":          {path, twiliotest.Sign(testToken, "https://evil.example"+path, form), strings.NewReader(body), twilio.ErrForged},
		"the address behind proxy": {path, twiliotest.Sign(testToken, "http://127.0.0.1:8080"+path, form), strings.NewReader(body), twilio.ErrForged},
		"added query":              {path + "?x=1", good, strings.NewReader(body), twilio.ErrForged},
		"added parameter":          {path, good, strings.NewReader(body + "&ErrorCode=21610"), twilio.ErrForged},
		"broken form":              {path, good, strings.NewReader(body + "&%zz"), twilio.ErrForged},
		"10 MB":                    {path, twiliotest.Sign(testToken, testBase+path, url.Values{}), strings.NewReader(huge), channels.ErrTooLarge},
		"10 MB, signed":            {path, twiliotest.Sign(testToken, testBase+path, url.Values{"Body": {huge[5:]}}), strings.NewReader(huge), channels.ErrTooLarge},
		"no delivery id":           {callbackPath, good, strings.NewReader(body), twilio.ErrMalformed},
		"not a delivery id":        {callbackPath + "abc", good, strings.NewReader(body), twilio.ErrMalformed},
		"elsewhere":                {"/callbacks/email/1", good, strings.NewReader(body), twilio.ErrMalformed},
		"breaks off":               {path, good, io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), twilio.ErrMalformed},
		"incoming message":         {path, twiliotest.Sign(testToken, testBase+path, statusForm("received", "")), strings.NewReader(statusForm("received", "").Encode()), twilio.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.ParseReport(twiliotest.Callback(t, tt.path, tt.signature, tt.body))
			if !errors.Is(err, tt.want) || got != (channels.Report{}) {
				t.Errorf("got %+v, %v, want %v", got, err, tt.want)
			}
			if err != nil && (strings.Contains(fmt.Sprintf("%+v", err), "32470000000") || strings.Contains(err.Error(), testToken)) {
				t.Errorf("the error shows the number or the token: %v", err)
			}
		})
	}
}

// TestReportReadsNoMoreThanItMay: what refuses 10 MB does not read them.
func TestReportReadsNoMoreThanItMay(t *testing.T) {
	c := reporting(t, testBase)
	body := bytes.NewReader(make([]byte, 10<<20))
	_, err := c.ParseReport(twiliotest.Callback(t, callbackPath+delivery(t).ID.String(), "", body))
	if read := 10<<20 - body.Len(); !errors.Is(err, channels.ErrTooLarge) || read > channels.MaxCallback+1 {
		t.Errorf("got %v after %d bytes, want %v after at most %d", err, read, channels.ErrTooLarge, channels.MaxCallback+1)
	}
}

func TestWithoutCallbacksNothingIsBelieved(t *testing.T) {
	c := reporting(t, "")
	path := callbackPath + delivery(t).ID.String()
	form := statusForm("delivered", "")
	_, err := c.ParseReport(twiliotest.Callback(t, path, twiliotest.Sign(testToken, path, form), strings.NewReader(form.Encode())))
	if !errors.Is(err, twilio.ErrForged) {
		t.Errorf("got %v, want %v", err, twilio.ErrForged)
	}
}
