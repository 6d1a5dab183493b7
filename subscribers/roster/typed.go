package roster

import (
	"github.com/nyaruka/phonenumbers"

	"relais/channels"
)

// ReadAddress reads what somebody typed as their address on a channel, as the
// lists of members are read; false for what is none. An SMS needs a mobile, a
// call takes any number.
func ReadAddress(on channels.Name, text string) (channels.Address, bool) {
	if on == channels.Email {
		value, ok := email(text)
		return channels.NewAddress(value), ok
	}
	number, mobile, ok := phone(text)
	if !ok || on == channels.SMS && !mobile || on != channels.SMS && on != channels.Voice {
		return channels.Address{}, false
	}
	return channels.NewAddress(number), true
}

// Readable is an address as its owner reads it: a number in groups.
func Readable(on channels.Name, address channels.Address) string {
	if on == channels.Email {
		return address.Reveal()
	}
	parsed, err := phonenumbers.Parse(address.Reveal(), "ZZ")
	if err != nil {
		return address.Reveal()
	}
	return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
}
