package dispatch

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// closures tells members whose address was closed, on another channel of
// theirs: nobody is silently not reached.
func (s *Sweeper) closures(ctx context.Context) error {
	untold, err := s.Ledger.UntoldClosures(ctx, sweepBatch)
	if err != nil {
		return fmt.Errorf("list closed addresses: %w", err)
	}
	if len(untold) == 0 {
		return nil
	}
	members := make([]subscribers.MemberID, len(untold))
	for i, c := range untold {
		members[i] = c.Member
	}
	contacts, err := s.Directory.Contacts(ctx, members)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	for _, c := range untold {
		if err := s.tell(ctx, c, contacts[c.Member]); err != nil {
			return err
		}
		if err := s.Ledger.ClosureTold(ctx, c); err != nil {
			return fmt.Errorf("note who was told: %w", err)
		}
	}
	return nil
}

// tell may be repeated: the notice's id follows from the closure.
func (s *Sweeper) tell(ctx context.Context, c subscribers.Closure, contacts []subscribers.Contact) error {
	if c.Partnership == "" { // has left meanwhile
		return nil
	}
	p, err := s.Directory.Partnership(ctx, c.Partnership)
	if err != nil {
		return fmt.Errorf("read partnership: %w", err)
	}
	notice := c.Notice(p)
	who := subscribers.Member{ID: c.Member, Lang: c.Lang, Contacts: contacts}
	entry, reached := notice.To(who, s.available(), broker.Normal, s.Now())
	if !reached {
		s.Log.Warn("an address was closed and no other channel reaches its owner", "member", c.Member, "channel", c.Channel, "partnership", c.Partnership)
		return nil
	}
	if err := s.Ledger.Tell(ctx, notice, []subscribers.Entry{entry}, s.Now()); err != nil {
		return fmt.Errorf("write notice of a closed address: %w", err)
	}
	return s.Queue.Entries(ctx, []subscribers.Entry{entry})
}

func (s *Sweeper) available() []channels.Name { return slices.Sorted(maps.Keys(s.Outlets)) }
