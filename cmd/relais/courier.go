package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers/roster"
	"relais/web"
)

// courier writes to an address at once, through the channel itself. What it
// writes stands in no row, for it lets its reader in (decisions 0046, 0056).
type courier struct {
	channels map[channels.Name]*openChannel
	log      *slog.Logger
	running  sync.WaitGroup
}

// missiveLasts is how long a provider may try to deliver what is asked for now.
const missiveLasts = time.Hour

// handing is how long a missive may take to be handed to its provider.
const handing = 30 * time.Second

// newCourier is stopped after the pages, which give it work.
func (n *node) newCourier() *courier {
	c := &courier{channels: n.channels, log: n.log}
	n.started("courier", func(context.Context) error {
		c.running.Wait() // each takes handing at most
		return nil
	})
	return c
}

// Channels implements web.Courier.
func (c *courier) Channels() []channels.Name {
	var open []channels.Name
	for name := range c.channels {
		open = append(open, name)
	}
	return open
}

// Hand implements web.Courier.
func (c *courier) Hand(ctx context.Context, on channels.Name, to channels.Address, m web.Missive) error {
	open := c.channels[on]
	if open == nil {
		return &channels.SendError{Class: channels.Rejected, Err: errors.New("this channel is not configured")}
	}
	if err := handOver(ctx, open.Channel, to, m, time.Now().Add(missiveLasts)); err != nil {
		return fmt.Errorf("hand a missive to %s: %w", on, err)
	}
	return nil
}

// handOver gives a missive to a channel. Its id names nobody; its provider tries
// until it is no good any more.
func handOver(ctx context.Context, through channels.Channel, to channels.Address, m web.Missive, until time.Time) error {
	id := uuid.Must(uuid.NewV7())
	_, err := through.Send(ctx, channels.Delivery{
		ID: channels.DeliveryID{UUID: id}, Attempt: 1, To: to, Priority: broker.Urgent, NotAfter: until,
		Links: channels.Links{Open: m.Link},
		Content: &channels.Content{
			Key: "missive/" + id.String(), Purpose: channels.Service, Lang: m.Lang, Partnership: m.From, Tag: m.Tag,
			Kind: broker.Info, Urgency: broker.Expected, MsgType: broker.TypeAlert,
			Title: m.Text.Title, Body: m.Text.Body, Sent: time.Now(), Expires: until,
		},
	})
	return err
}

// HandLater implements web.Courier.
func (c *courier) HandLater(on channels.Name, to channels.Address, m web.Missive) {
	c.running.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), handing)
		defer cancel()
		if err := c.Hand(ctx, on, to, m); err != nil {
			c.log.Warn("not sent; its reader can ask for another", "channel", on, "err", err)
		}
	})
}

// addressBook reads addresses as the lists of members are read.
type addressBook struct{}

// Read implements web.AddressBook.
func (addressBook) Read(on channels.Name, typed string) (channels.Address, bool) {
	return roster.ReadAddress(on, typed)
}

// Show implements web.AddressBook.
func (addressBook) Show(on channels.Name, to channels.Address) string { return roster.Readable(on, to) }
