package sms

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"relais/channels"
	"relais/channels/twilio"
)

// Config says how text messages are sent.
type Config struct {
	// BaseURL is where Twilio's API answers; another one is for a stand-in.
	BaseURL    string          `yaml:"base_url" env:"BASE_URL"`
	AccountSID string          `yaml:"account_sid" env:"ACCOUNT_SID"`
	AuthToken  channels.Secret `yaml:"auth_token" env:"AUTH_TOKEN"` // also signs Twilio's callbacks
	// From is the sender: a number of ours in E.164, a short code, or a name of
	// at most 11 characters. It may be left out where MessagingServiceSID is set.
	From                string `yaml:"from" env:"FROM"`
	MessagingServiceSID string `yaml:"messaging_service_sid" env:"MESSAGING_SERVICE_SID"`
	// Timeout bounds one call, from the connection to the answer.
	Timeout time.Duration `yaml:"timeout" env:"TIMEOUT"`
	// Concurrency is how many calls are under way at once, each on a connection
	// that is kept.
	Concurrency int `yaml:"concurrency" env:"CONCURRENCY"`
	PerSecond   int `yaml:"per_second" env:"PER_SECOND"` // calls a second over all nodes, at most; 0: no limit
	// Inbound says that Twilio hands us what people write to From, so that
	// questions to approvers say how to answer by SMS.
	Inbound bool `yaml:"inbound" env:"INBOUND"`
	// Countries are those whose numbers are texted; empty: Belgium and its neighbours.
	Countries channels.Countries `yaml:"countries" env:"COUNTRIES"`
}

const maxConcurrency = 4096

// Default returns the configuration that needs only an account and a sender.
func Default() Config {
	return Config{BaseURL: twilio.DefaultBaseURL, Timeout: 10 * time.Second, Concurrency: 64, Countries: channels.DefaultCountries()}
}

// Validate returns what is wrong, each fault with its key and remedy.
func (c Config) Validate() error {
	return errors.Join(twilio.CheckBaseURL(c.BaseURL), twilio.CheckCredentials(c.AccountSID, c.AuthToken), c.checkSender(), c.checkBounds(), c.Countries.Validate())
}

func (c Config) checkSender() error {
	if c.From == "" && c.MessagingServiceSID == "" {
		return errors.New("from and messaging_service_sid are both empty; set the number, the name or the service that messages come from")
	}
	if c.From != "" && !isSender(c.From) {
		return errors.New("from is neither a number like +32460201234, nor a short code, nor a name of at most 11 letters and digits; correct it")
	}
	if s := c.MessagingServiceSID; s != "" && !regexp.MustCompile(`^MG[0-9A-Za-z]+$`).MatchString(s) {
		return errors.New("messaging_service_sid does not begin with MG; copy it from the service's page in the Twilio console")
	}
	if c.Inbound && c.MessagingServiceSID == "" && isName(c.From) && !strings.HasPrefix(c.From, "+") {
		return errors.New("inbound is set, but nobody can answer a name; send from a number, or take inbound out")
	}
	return nil
}

func isSender(s string) bool {
	return regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$`).MatchString(s) || isName(s)
}

// isName: "up to 11 characters from A-Z, a-z, 0-9 and space, at least one of
// them a letter" (Twilio, alphanumeric sender ID); it also takes + - _ and &.
func isName(s string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9 &+_-]{1,11}$`).MatchString(s) && regexp.MustCompile(`[A-Za-z]`).MatchString(s)
}

func (c Config) checkBounds() error {
	switch {
	case c.PerSecond < 0:
		return errors.New("per_second is below 0; 0 sets no limit")
	case c.Timeout <= 0:
		return errors.New("timeout is not above 0s; 10s suits most networks")
	case c.Concurrency < 1 || c.Concurrency > maxConcurrency:
		return fmt.Errorf("concurrency is not between 1 and %d; 64 suits most accounts", maxConcurrency)
	}
	return nil
}

// access is how the account is reached.
func (c Config) access() twilio.Access {
	return twilio.Access{BaseURL: c.BaseURL, AccountSID: c.AccountSID, AuthToken: c.AuthToken, Timeout: c.Timeout, Concurrency: c.Concurrency}
}
