package dispatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// page writes what is owed to some members. What is due now is called at once,
// where a sender of this node has a place for it within some time (atonce.go); the
// rest is queued.
func (p *Planner) page(ctx context.Context, o subscribers.Occasion, members []subscribers.Member, within time.Duration) error {
	var err error
	if o.Full, err = p.full(ctx, o, members); err != nil {
		return err
	}
	entries, whose := owed(o, members)
	hands := p.reserve(ctx, entries, within)
	now := p.Now()
	begun, duplicates, err := p.Ledger.Begin(ctx, entries, slices.Collect(maps.Keys(hands)), now, p.Lease)
	if err != nil {
		for _, h := range hands {
			h.leave()
		}
		return fmt.Errorf("add deliveries: %w", err)
	}
	p.Log.Debug("page planned", "approval", o.Approval.ID, "members", len(members), "entries", len(entries), "duplicates", len(duplicates), "begun", len(begun))
	pages := p.begun(entries, members, whose, begun, now)
	for name, h := range hands {
		h.call(ctx, batch{claimed: pages[name], began: now, about: &o})
	}
	return p.Queue.Entries(ctx, without(entries, slices.Concat(duplicates, begun)))
}

// begun gathers, by channel, the entries that are called now, each with what the
// plan has just read of its member.
func (p *Planner) begun(entries []subscribers.Entry, members []subscribers.Member, whose []int, ids []channels.DeliveryID, now time.Time) map[channels.Name][]subscribers.Claimed {
	pages, calling := make(map[channels.Name][]subscribers.Claimed), marked(ids)
	for i, e := range entries {
		if !calling[e.ID] {
			continue
		}
		if pages[e.Channel] == nil {
			pages[e.Channel] = make([]subscribers.Claimed, 0, len(ids))
		}
		m := members[whose[i]]
		pages[e.Channel] = append(pages[e.Channel], subscribers.Claimed{Entry: e.Begun(now.Add(p.Lease)), Contact: contactOf(e, m), Wishes: m.Rest})
	}
	return pages
}

// owed lists what is owed to some members, and for each entry the index of whom.
func owed(o subscribers.Occasion, members []subscribers.Member) (entries []subscribers.Entry, whose []int) {
	entries, whose = make([]subscribers.Entry, 0, len(members)), make([]int, 0, len(members))
	for i, m := range members {
		for _, e := range o.Owed(m) {
			entries, whose = append(entries, e), append(whose, i)
		}
	}
	return entries, whose
}

// contactOf is the contact that an entry was made for.
func contactOf(e subscribers.Entry, m subscribers.Member) subscribers.Contact {
	for _, c := range m.Contacts {
		if c.Channel == e.Channel && c.Address.Hash(c.Channel) == e.Hash {
			return c
		}
	}
	return subscribers.Contact{}
}

// full says whom the plan's cap on messages in one day keeps from getting this
// one by itself.
func (p *Planner) full(ctx context.Context, o subscribers.Occasion, members []subscribers.Member) (map[subscribers.MemberID]bool, error) {
	if !o.Capped() || len(members) == 0 {
		return nil, nil
	}
	ids := make([]subscribers.MemberID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	full, err := p.Ledger.TakePlaces(ctx, o.Partnership.Today(o.Now), o.Message.ID, ids, o.Plan.PerDay)
	if err != nil {
		return nil, fmt.Errorf("count the day's messages: %w", err)
	}
	return full, nil
}

func without(entries []subscribers.Entry, ids []channels.DeliveryID) []subscribers.Entry {
	if len(ids) == 0 {
		return entries
	}
	drop := marked(ids)
	var rest []subscribers.Entry
	for _, e := range entries {
		if !drop[e.ID] {
			rest = append(rest, e)
		}
	}
	return rest
}

func marked(ids []channels.DeliveryID) map[channels.DeliveryID]bool {
	set := make(map[channels.DeliveryID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
