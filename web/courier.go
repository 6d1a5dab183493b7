package web

import (
	"context"
	"fmt"
	"io"

	"relais/broker"
	"relais/channels"
)

// Courier writes to an address at once, without keeping what it wrote
// (decisions 0046, 0056).
type Courier interface {
	// Channels lists those that it can write on.
	Channels() []channels.Name
	// Hand gives a missive to the channel. An error is a *channels.SendError.
	Hand(ctx context.Context, on channels.Name, to channels.Address, m Missive) error
	// HandLater does so when the page has been answered, so that nobody learns from
	// the time it takes whether somebody was written to. What fails is logged.
	HandLater(on channels.Name, to channels.Address, m Missive)
}

// Missive is what somebody is asked to confirm or to open.
type Missive struct {
	From string // the partnership's name, as the reader knows it
	Tag  string // begins an SMS
	Lang broker.Lang
	Text broker.Text
	Link string // empty: none
}

// Format writes a placeholder for every verb, for whoever holds one can use it.
func (Missive) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[missive]") }

// AddressBook knows how addresses are written.
type AddressBook interface {
	// Read takes what somebody typed as their address on a channel; false for what
	// is none, as a landline for an SMS.
	Read(on channels.Name, typed string) (channels.Address, bool)
	// Show is an address as its owner reads it.
	Show(on channels.Name, to channels.Address) string
}
