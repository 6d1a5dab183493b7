package sms

import (
	"net/url"
	"testing"

	twilio "github.com/twilio/twilio-go/client"
)

// TestSignaturesAgreeWithTwilioGo takes a form, changes one thing at a time, and
// asks both.
func TestSignaturesAgreeWithTwilioGo(t *testing.T) {
	const token = "a-token-of-the-account"
	validator := twilio.NewRequestValidator(token)
	forms := []url.Values{
		{}, statusForm("delivered", ""), statusForm("failed", "30003"),
		{"a": {"1", "2"}, "b": {""}, "Ü": {"é+ü &="}},
	}
	for _, address := range []string{"https://plp.example/callbacks/sms/1", "http://127.0.0.1:8080/callbacks/sms/1"} {
		for _, form := range forms {
			right := sign(token, address, form)
			for _, signature := range []string{right, right + "=", "", sign("another-token", address, form), sign(token, address+"x", form)} {
				got, want := newSignatures(token).signed(address, form, signature), validator.ValidateBody(address, []byte(form.Encode()), signature)
				if got != want {
					t.Errorf("signed(%s, %v, %q) = %v, twilio-go says %v", address, form, signature, got, want)
				}
			}
		}
	}
}
