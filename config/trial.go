package config

import (
	"fmt"
	"regexp"
	"strings"

	"relais/channels"
)

// Trial lets an installation be tried: only who is listed really gets messages.
type Trial struct {
	Enabled    bool     `yaml:"enabled" help:"true: only trial.recipients really get messages, everybody else's go to the outbox"`
	Recipients []string `yaml:"recipients" help:"phone numbers as +32 470 12 34 56 and email addresses, with commas between them"`
	Outbox     string   `yaml:"outbox" help:"where the outbox of a trial can be looked at, on this machine only"`
}

// Listed says whether a message to an address is really sent. Push
// subscriptions cannot be listed, nobody can write one down.
func (t Trial) Listed(to channels.Address) bool {
	for _, listed := range t.Recipients {
		if plainRecipient(listed) == plainRecipient(to.Reveal()) {
			return true
		}
	}
	return false
}

// plainRecipient takes out what people write into numbers for the eye, and
// capitals, which no mail server tells apart in practice.
func plainRecipient(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if !strings.HasPrefix(s, "+") {
		return s
	}
	return strings.NewReplacer(" ", "", ".", "", "/", "", "-", "", "(", "", ")", "", "\u00a0", "").Replace(s)
}

func isRecipient(s string) bool {
	return regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[^@\s]+@[^@\s]+)$`).MatchString(plainRecipient(s))
}

func (c *Config) checkTrial() (faults Faults) {
	t := c.Trial
	if len(t.Recipients) > 0 && !t.Enabled {
		faults = append(faults, c.fault("trial.recipients", "names people, but there is no trial, so everybody gets messages", "set trial.enabled to true, or take the list out"))
	}
	for i, recipient := range t.Recipients {
		if !isRecipient(recipient) {
			faults = append(faults, c.fault("trial.recipients", fmt.Sprintf("is not right: number %d of the list is neither a phone number nor an email address", i+1), "write it as +32 470 12 34 56 or an@example.be"))
		}
	}
	if t.Enabled && (!isHostPort(t.Outbox) || !onLoopback(t.Outbox)) {
		faults = append(faults, c.fault("trial.outbox", "is not a port of this machine; the outbox shows everybody's messages and asks nobody who they are", "write it as 127.0.0.1:8025"))
	}
	return faults
}
