package roster

import (
	"encoding/json"
	"errors"
	"net/mail"
	"net/url"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"

	"relais/channels"
	"relais/subscribers"
)

// home is the country of numbers without a prefix.
const home = "BE"

// phone reads a number and says whether it is a mobile's. The result is E.164.
// Letters are refused, for the library would read them as on a keypad; so are
// numbers that are nobody's own (0900, 0800) and would cost the caller.
func phone(text string) (number string, mobile, ok bool) {
	text = strings.ReplaceAll(text, "(0)", "") // +32 (0)470 …
	if strings.ContainsFunc(text, unicode.IsLetter) {
		return "", false, false
	}
	parsed, err := phonenumbers.Parse(text, home)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", false, false
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		mobile = true
	case phonenumbers.FIXED_LINE, phonenumbers.VOIP:
	default:
		return "", false, false
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), mobile, true
}

// email reads an address into lower case, its domain in ASCII (RFC 5891).
// Letters beyond ASCII before the @ are refused: few servers take them (RFC 6531).
func email(text string) (string, bool) {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || strings.ContainsAny(text, "<>\r\n\"") {
		return "", false
	}
	local, domain, _ := strings.Cut(strings.ToLower(parsed.Address), "@")
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", false
	}
	return local + "@" + ascii, true
}

// push reads a browser's subscription (W3C Push API, 8) and writes it in one
// way, so that the same one is the same address. Its keys are not looked into.
func push(text string) (string, bool) {
	var s struct {
		Endpoint string `json:"endpoint"`
		Keys     struct {
			P256dh string `json:"p256dh"`
			Auth   string `json:"auth"`
		} `json:"keys"`
		KeyID string `json:"vapid,omitempty"` // which key of ours it is bound to, where the list knows
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return "", false
	}
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || s.Keys.P256dh == "" || s.Keys.Auth == "" {
		return "", false
	}
	out, err := json.Marshal(s)
	return string(out), err == nil
}

func contact(on channels.Name, value string) subscribers.Contact {
	return subscribers.Contact{Channel: on, Address: channels.NewAddress(value), State: subscribers.ContactActive}
}

// contacts reads a row's contacts, a mobile first.
func (l *list) contacts(r record) (found []subscribers.Contact, fault *Fault) {
	if text := l.columns.of(r, colMobile); text != "" {
		number, mobile, ok := phone(text)
		switch {
		case !ok:
			return nil, &Fault{r.line, string(colMobile), "is not a phone number", "write it as 0470 12 34 56 or +32 470 12 34 56"}
		case !mobile:
			return nil, &Fault{r.line, string(colMobile), "is a landline, which takes no SMS", "move it to the phone column"}
		}
		found = append(found, contact(channels.SMS, number))
	}
	if text := l.columns.of(r, colEmail); text != "" {
		address, ok := email(text)
		if !ok {
			return nil, &Fault{r.line, string(colEmail), "is not an email address", "write it as name@example.be"}
		}
		found = append(found, contact(channels.Email, address))
	}
	if text := l.columns.of(r, colPhone); text != "" {
		number, mobile, ok := phone(text)
		switch {
		case !ok:
			return nil, &Fault{r.line, string(colPhone), "is not a phone number", "write it as 02 123 45 67 or +32 2 123 45 67"}
		case mobile && !reaches(found, channels.SMS):
			found = append(found, contact(channels.SMS, number))
		case found != nil && found[0].Address.Reveal() == number: // the mobile again
		default:
			found = append(found, contact(channels.Voice, number))
		}
	}
	if text := l.columns.of(r, colPush); text != "" {
		subscription, ok := push(text)
		if !ok {
			return nil, &Fault{r.line, string(colPush), "is not a push subscription", "paste what the browser gave, or leave it empty"}
		}
		found = append(found, contact(channels.Push, subscription))
	}
	if len(found) == 0 {
		return nil, &Fault{r.line, "", "the row has neither phone nor email", "give at least one, or keep this person on paper"}
	}
	return found, l.foreign(r, found)
}

// foreign refuses numbers of a country that is not written to (decision 0028).
func (l *list) foreign(r record, found []subscribers.Contact) *Fault {
	for _, c := range found {
		var fault *Fault
		switch c.Channel {
		case channels.SMS:
			fault = foreignTo(l.options.Texted, c)
		case channels.Voice:
			fault = foreignTo(l.options.Called, c)
		}
		if fault != nil {
			fault.Line, fault.Field = r.line, string(colPhone)
			if c.Channel == channels.SMS && l.columns.of(r, colMobile) != "" {
				fault.Field = string(colMobile)
			}
			return fault
		}
	}
	return nil
}

func foreignTo(allowed channels.Countries, c subscribers.Contact) *Fault {
	err := allowed.Check(c.Address.Reveal())
	if err == nil {
		return nil
	}
	remedy := "give a number of one of " + allowed.String()
	var other *channels.ForeignError
	if errors.As(err, &other) && other.Country != "" && !other.Dear {
		remedy += ", or add " + other.Country + " to channels." + string(c.Channel) + ".countries"
	}
	return &Fault{Problem: err.Error(), Remedy: remedy}
}

func reaches(contacts []subscribers.Contact, on channels.Name) bool {
	for _, c := range contacts {
		if c.Channel == on {
			return true
		}
	}
	return false
}
