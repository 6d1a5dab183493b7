package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"testing"

	"github.com/twilio/twilio-go/client"
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

// sign signs as https://www.twilio.com/docs/usage/security says.
func sign(token, address string, form url.Values) string {
	var keys []string
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, key := range keys {
		_, _ = io.WriteString(mac, key+form.Get(key))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
