package twilio

import (
	"net/url"
	"testing"

	"github.com/twilio/twilio-go/client"

	"relais/channels/twilio/twiliotest"
)

// TestSignaturesAgreeWithTwilioGo takes a form, changes one thing at a time, and
// asks both.
func TestSignaturesAgreeWithTwilioGo(t *testing.T) {
	const token = "a-token-of-the-account"
	validator := client.NewRequestValidator(token)
	forms := []url.Values{
		{}, {"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}}, {"MessageStatus": {"failed"}, "ErrorCode": {"30003"}},
		{"a": {"1", "2"}, "b": {""}, "Ü": {"é+ü &="}},
	}
	for _, address := range []string{"https://plp.example/callbacks/sms/1", "http://127.0.0.1:8080/callbacks/sms/1"} {
		for _, form := range forms {
			right := twiliotest.Sign(token, address, form)
			for _, signature := range []string{right, right + "=", "", twiliotest.Sign("another-token", address, form), twiliotest.Sign(token, address+"x", form)} {
				got, want := newSignatures(token).signed(address, form, signature), validator.ValidateBody(address, []byte(form.Encode()), signature)
				if got != want {
					t.Errorf("signed(%s, %v, %q) = %v, twilio-go says %v", address, form, signature, got, want)
				}
			}
		}
	}
}
