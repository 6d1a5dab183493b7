package voice

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/twilio"
)

// Config says how members are called.
type Config struct {
	// BaseURL is where Twilio's API answers; another one is for a stand-in.
	BaseURL    string          `yaml:"base_url" env:"BASE_URL"`
	AccountSID string          `yaml:"account_sid" env:"ACCOUNT_SID"`
	AuthToken  channels.Secret `yaml:"auth_token" env:"AUTH_TOKEN"` // also signs Twilio's callbacks
	From       string          `yaml:"from" env:"FROM"`             // the number that calls, in E.164
	// Timeout bounds one request to Twilio, from the connection to the answer.
	Timeout time.Duration `yaml:"timeout" env:"TIMEOUT"`
	// Concurrency is how many requests are under way at once. How many calls
	// begin in a second is a setting of the Twilio account.
	Concurrency int           `yaml:"concurrency" env:"CONCURRENCY"`
	PerSecond   int           `yaml:"per_second" env:"PER_SECOND"`     // calls a second over all nodes, at most; 0: no limit
	Ring        time.Duration `yaml:"ring" env:"RING"`                 // how long a telephone rings
	Repeats     int           `yaml:"repeats" env:"REPEATS"`           // how often the message is said in one call
	Tries       int           `yaml:"tries" env:"TRIES"`               // calls, before the plan's next channel takes over
	RetryAfter  time.Duration `yaml:"retry_after" env:"RETRY_AFTER"`   // between two tries
	Machine     Machine       `yaml:"machine" env:"MACHINE"`           // what an answering machine gets
	MaxDuration time.Duration `yaml:"max_duration" env:"MAX_DURATION"` // the provider ends the call then
	Voices      Voices        `yaml:"voices" envPrefix:"VOICES_"`
	// Countries are those whose numbers are called; empty: Belgium and its neighbours.
	Countries channels.Countries `yaml:"countries" env:"COUNTRIES"`
}

// Machine is what an answering machine gets.
type Machine string

// LeaveMessage waits for the tone and leaves the message, and that is that.
// HangUp leaves nothing and calls again, as if nobody had answered.
const (
	LeaveMessage Machine = "leave-message"
	HangUp       Machine = "hang-up"
)

// Voices are Twilio's names of the voices that speak, empty for the one that
// Twilio takes (https://www.twilio.com/docs/voice/twiml/say/text-speech).
type Voices struct {
	French  string `yaml:"fr" env:"FR"`
	Dutch   string `yaml:"nl" env:"NL"`
	German  string `yaml:"de" env:"DE"`
	English string `yaml:"en" env:"EN"`
}

func (v Voices) byLang() map[broker.Lang]string {
	return map[broker.Lang]string{broker.French: v.French, broker.Dutch: v.Dutch, broker.German: v.German, broker.English: v.English}
}

const maxConcurrency = 4096

// Default returns the configuration that needs only an account and a number.
func Default() Config {
	return Config{
		BaseURL: twilio.DefaultBaseURL, Timeout: 10 * time.Second, Concurrency: 16,
		Ring: 30 * time.Second, Repeats: 2, Tries: 3, RetryAfter: 2 * time.Minute,
		Machine: LeaveMessage, MaxDuration: 5 * time.Minute, Countries: channels.DefaultCountries(),
		Voices: Voices{French: "Polly.Lea-Neural", Dutch: "Polly.Lisa-Neural", German: "Polly.Vicki-Neural", English: "Polly.Amy-Neural"},
	}
}

// Validate returns what is wrong, each fault with its key and remedy.
func (c Config) Validate() error {
	return errors.Join(twilio.CheckBaseURL(c.BaseURL), twilio.CheckCredentials(c.AccountSID, c.AuthToken), c.checkFrom(), c.checkBounds(), c.checkCall(), c.checkVoices(), c.Countries.Validate())
}

func (c Config) checkFrom() error {
	if !regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(c.From) {
		return errors.New("from is not a number like +3227931000; set the number that calls come from")
	}
	return nil
}

func (c Config) checkBounds() error {
	switch {
	case c.PerSecond < 0:
		return errors.New("per_second is below 0; 0 sets no limit")
	case c.Timeout <= 0:
		return errors.New("timeout is not above 0s; 10s suits most networks")
	case c.Concurrency < 1 || c.Concurrency > maxConcurrency:
		return fmt.Errorf("concurrency is not between 1 and %d; 16 suits most accounts", maxConcurrency)
	}
	return nil
}

func (c Config) checkCall() error {
	switch {
	case c.Ring < 5*time.Second || c.Ring > 10*time.Minute:
		return errors.New("ring is not between 5s and 10m; 30s gives time to reach the telephone")
	case c.Repeats < 1 || c.Repeats > 5:
		return errors.New("repeats is not between 1 and 5; 2 suits most messages")
	case c.Tries < 1 || c.Tries > 10:
		return errors.New("tries is not between 1 and 10; 3 suits most neighbourhoods")
	case c.RetryAfter < 10*time.Second || c.RetryAfter > time.Hour:
		return errors.New("retry_after is not between 10s and 1h; 2m suits urgent messages")
	case c.Machine != LeaveMessage && c.Machine != HangUp:
		return fmt.Errorf("machine is %q; use leave-message or hang-up", string(c.Machine))
	case c.MaxDuration < time.Minute || c.MaxDuration > time.Hour:
		return errors.New("max_duration is not between 1m and 1h; 5m is enough for a message that is said twice")
	}
	return nil
}

func (c Config) checkVoices() error {
	for lang, voice := range c.Voices.byLang() {
		if !regexp.MustCompile(`^[A-Za-z0-9.-]*$`).MatchString(voice) {
			return fmt.Errorf("voices.%s is not a voice like Polly.Lea-Neural; copy its name from Twilio's list", lang)
		}
	}
	return nil
}

// access is how the account is reached.
func (c Config) access() twilio.Access {
	return twilio.Access{BaseURL: c.BaseURL, AccountSID: c.AccountSID, AuthToken: c.AuthToken, Timeout: c.Timeout, Concurrency: c.Concurrency}
}
