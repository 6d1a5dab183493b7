package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Digester writes the infoflash: slots as rows, then one digest per person.
type Digester struct {
	Directory Directory
	Ledger    interface {
		Deliveries
		Digests
	}
	Queue    Queue
	Channels []channels.Name
	Page     int           // people read at a time
	MaxAge   time.Duration // a slot missed for longer than this is not made up for
	Lease    time.Duration // after it another node takes an unfinished slot
	Now      func() time.Time
	Log      *slog.Logger
}

// Tick writes the slots that fell due since the last one, and those that their
// coordinators may read now; then it works through every open slot. Any number
// of nodes may tick at once. A partnership whose slot fails does not keep the
// others waiting.
func (d *Digester) Tick(ctx context.Context) error {
	partnerships, err := d.Directory.Partnerships(ctx, "")
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
	}
	var failed []error
	for _, p := range partnerships {
		failed = append(failed, d.addSlots(ctx, p))
	}
	return errors.Join(append(failed, d.preview(ctx), d.work(ctx))...)
}

// RunNow sends today's digest of every partnership at once, whatever the hour.
func (d *Digester) RunNow(ctx context.Context) error {
	partnerships, err := d.Directory.Partnerships(ctx, "")
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
	}
	var slots []subscribers.Slot
	for _, p := range partnerships {
		now := d.Now()
		slots = append(slots, subscribers.Slot{Partnership: p.ID, Date: p.Today(now), DueAt: now, LeavesAt: now})
	}
	if err := d.Ledger.AddSlots(ctx, slots); err != nil {
		return fmt.Errorf("add digest slots: %w", err)
	}
	return d.work(ctx)
}

func (d *Digester) addSlots(ctx context.Context, p subscribers.Partnership) error {
	plan, err := d.Directory.Plan(ctx, p.ID, p.PlanVersion)
	if err != nil {
		return fmt.Errorf("read plan of %s: %w", p.ID, err)
	}
	now := d.Now()
	slots := plan.Digest.Slots(p, now.Add(-d.MaxAge), now.Add(plan.Digest.Preview))
	for i, slot := range slots {
		slots[i] = plan.Digest.Shown(slot, now)
	}
	if len(slots) == 0 {
		return nil
	}
	if err := d.Ledger.AddSlots(ctx, slots); err != nil {
		return fmt.Errorf("add digest slots of %s: %w", p.ID, err)
	}
	return nil
}

func (d *Digester) work(ctx context.Context) error {
	const atOnce = 100
	for {
		slots, err := d.Ledger.DueSlots(ctx, d.Now(), d.Lease, atOnce)
		if err != nil {
			return fmt.Errorf("list digest slots: %w", err)
		}
		for _, slot := range slots {
			if err := d.run(ctx, slot); err != nil {
				return fmt.Errorf("digest of %s on %s: %w", slot.Partnership, slot.Date, err)
			}
		}
		if len(slots) < atOnce {
			return nil
		}
	}
}

// run writes the digests of one slot. A held one is run as well: those who wait
// for another partnership's part were put off to it.
func (d *Digester) run(ctx context.Context, slot subscribers.Slot) error {
	var after subscribers.MemberID
	now, total, later := d.Now(), 0, laterSlots{d: d, slot: slot}
	for {
		people, err := d.Ledger.DigestPeople(ctx, slot, now, after, d.Page)
		if err != nil {
			return fmt.Errorf("list people: %w", err)
		}
		if len(people) > 0 {
			after = people[len(people)-1].Member
		}
		ready, err := later.without(ctx, people)
		if err != nil {
			return err
		}
		written, err := d.page(ctx, slot, ready, now)
		if err != nil {
			return err
		}
		total += written
		if len(people) < d.Page {
			break
		}
	}
	d.Log.Info("digest written", "partnership", slot.Partnership, "date", slot.Date.String(), "people", total, "held", slot.Held())
	return d.Ledger.CloseSlot(ctx, slot, d.Now())
}

func (d *Digester) page(ctx context.Context, slot subscribers.Slot, people []subscribers.DigestPerson, now time.Time) (int, error) {
	var digests []subscribers.DigestEntry
	entries := make(map[channels.DeliveryID]subscribers.Entry, len(people))
	for _, person := range people {
		digest := slot.Digest(person, now)
		digests = append(digests, digest)
		entries[digest.ID] = digest.Entry
	}
	written, err := d.Ledger.AddDigests(ctx, digests)
	if err != nil {
		return 0, fmt.Errorf("add digests: %w", err)
	}
	queued := make([]subscribers.Entry, len(written))
	for i, id := range written {
		queued[i] = entries[id]
	}
	return len(written), d.Queue.Entries(ctx, queued)
}
