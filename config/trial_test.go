package config

import (
	"fmt"
	"strings"
	"testing"

	"relais/channels"
)

func TestTrialListsAddressesAsPeopleWriteThem(t *testing.T) {
	trial := Trial{Enabled: true, Recipients: []string{"+32 470 12.34.56", " An.Peeters@Example.BE"}}
	for to, want := range map[string]bool{
		"+32470123456":                         true,
		"an.peeters@example.be":                true,
		"+324701234567":                        false,
		"+32470123457":                         false,
		"peeters@example.be":                   false,
		"an.peeters@example.be.evil":           false,
		"":                                     false,
		`{"endpoint":"https://push.example/"}`: false,
	} {
		if got := trial.Listed(channels.NewAddress(to)); got != want {
			t.Errorf("%q: listed %v, want %v", to, got, want)
		}
	}
}

func TestTrialFaults(t *testing.T) {
	for text, want := range map[string]string{
		`trial: {enabled: true, recipients: ["0470123456"]}`:                      "number 1 of the list is neither a phone number nor an email address; write it as +32 470 12 34 56 or an@example.be",
		`trial: {recipients: [an@example.be]}`:                                    "there is no trial, so everybody gets messages; set trial.enabled to true, or take the list out",
		`trial: {enabled: true, outbox: "0.0.0.0:8025"}`:                          "asks nobody who they are; write it as 127.0.0.1:8025",
		`trial: {enabled: true, recipients: ["+32 470 12 34 56", an@example.be]}`: "",
	} {
		c, err := load(t, text)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", text, err, want)
		case c.Trial.Enabled && strings.Contains(fmt.Sprint(err), "0470123456"):
			t.Errorf("%s: the fault shows an address", text)
		}
	}
}
