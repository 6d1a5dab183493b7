package subscribers

import (
	"strconv"
	"time"

	"relais/broker"
	"relais/channels"
)

// Closure is an address that its provider says does not exist, and that
// nothing is sent to any more.
type Closure struct {
	Member      MemberID
	Lang        broker.Lang
	Channel     channels.Name
	Hash        channels.AddressHash
	At          time.Time
	Partnership broker.PartnershipID // one that the member is in; empty: none any more
}

// Notice tells the member, so that they can give another address. It names no
// address, for it goes another way than to that one.
func (c Closure) Notice(p Partnership) ServiceMessage {
	m := ServiceMessage{
		ID:   broker.DeriveID(c.Member.UUID, "closed", string(c.Channel), c.Hash.String(), strconv.FormatInt(c.At.UnixMilli(), 10)),
		From: p.Name, Tag: p.Tag, Texts: make(map[broker.Lang]broker.Text),
	}
	for _, lang := range broker.Langs() {
		m.Texts[lang] = closureText(lang, c.Channel == channels.Email)
	}
	return m
}
