package sms

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"relais/channels"
	"relais/channels/twilio"
	"relais/channels/twilio/twiliotest"
)

func inboundForm() url.Values {
	return url.Values{"MessageSid": {"SM9"}, "AccountSid": {testSID}, "From": {"+32470000000"}, "To": {"+32460201234"}, "Body": {"OUI 4821"}}
}

func TestParseInbound(t *testing.T) {
	c := reporting(t, testBase)
	form := inboundForm()
	signature := twiliotest.Sign(testToken, testBase+inboundPath, form)
	in, err := c.ParseInbound(twiliotest.Callback(t, inboundPath, signature, strings.NewReader(form.Encode())))
	if err != nil || in.Ref != "SM9" || in.From.Reveal() != "+32470000000" || in.Text != "OUI 4821" || in.Channel != channels.SMS {
		t.Errorf("got %+v, %v, want the text with its sender", in, err)
	}
	other, nobody := inboundForm(), inboundForm()
	other.Set("Body", "NON")
	nobody.Del("From")
	for name, tc := range map[string]struct {
		path, signature, body string
		want                  error
	}{
		"forged":               {inboundPath, "AAAA", form.Encode(), twilio.ErrForged},
		"another text":         {inboundPath, signature, other.Encode(), twilio.ErrForged},
		"signed for elsewhere": {inboundPath, twiliotest.Sign(testToken, testBase+"/other", form), form.Encode(), twilio.ErrForged},
		"a report's address":   {callbackPath + "x", signature, form.Encode(), twilio.ErrMalformed},
		"from nobody":          {inboundPath, twiliotest.Sign(testToken, testBase+inboundPath, nobody), nobody.Encode(), twilio.ErrMalformed},
		"10 MB":                {inboundPath, signature, strings.Repeat("a", 10<<20), channels.ErrTooLarge},
	} {
		if _, err := c.ParseInbound(twiliotest.Callback(t, tc.path, tc.signature, strings.NewReader(tc.body))); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

func TestAnswerInbound(t *testing.T) {
	c := reporting(t, testBase)
	for answer, want := range map[string]string{
		"":                     "<Response></Response>",
		"Pierre & Anne <3 101": "<Response><Message>Pierre &amp; Anne &lt;3 101</Message></Response>",
	} {
		w := httptest.NewRecorder()
		if err := c.AnswerInbound(w, answer); err != nil || !strings.HasSuffix(w.Body.String(), want) {
			t.Errorf("%q: got %s (%v), want %s", answer, w.Body, err, want)
		}
	}
}

func TestQuestionSaysHowToAnswer(t *testing.T) {
	c := delivery(t).Content
	asked := *c
	asked.Purpose, asked.Code = channels.Ask, "4821"
	with := renderer{words: loadWords(t), inbound: true}.render(&asked).text
	without := renderer{words: loadWords(t)}.render(&asked).text
	if !strings.Contains(with, "OK 4821") || strings.Contains(without, "4821") {
		t.Errorf("with replies:\n%s\nwithout:\n%s", with, without)
	}
}
