package twilio

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"

	"relais/channels"
)

// DefaultBaseURL is where Twilio's API answers.
const DefaultBaseURL = "https://api.twilio.com"

// CheckBaseURL lets http through to this machine only, for every request
// carries the token.
func CheckBaseURL(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("base_url is not scheme and host alone; leave it out, or write it as " + DefaultBaseURL)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("base_url would send auth_token unencrypted over the network; use https")
	}
	return nil
}

// CheckCredentials says what is wrong with an account's id or its token.
func CheckCredentials(sid string, token channels.Secret) error {
	switch {
	case !regexp.MustCompile(`^AC[0-9A-Za-z]+$`).MatchString(sid):
		return errors.New("account_sid does not begin with AC; copy it from the front page of the Twilio console")
	case token.IsZero():
		return errors.New("auth_token is empty; copy it from the front page of the Twilio console")
	}
	return nil
}
