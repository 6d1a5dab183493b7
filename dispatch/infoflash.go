package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Infoflashes shows digests before they leave, and carries out what people
// decide about them.
type Infoflashes struct {
	Directory Directory
	Ledger    Digests
	Now       func() time.Time
}

// Coming returns the next infoflash of every partnership of a zone, or of every
// zone when it is empty.
func (f *Infoflashes) Coming(ctx context.Context, zone broker.ZoneID) ([]subscribers.SlotPreview, error) {
	partnerships, err := f.Directory.Partnerships(ctx, zone)
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	var coming []subscribers.SlotPreview
	for _, p := range partnerships {
		preview, found, err := f.Next(ctx, p)
		if err != nil {
			return nil, err
		}
		if found {
			coming = append(coming, preview)
		}
	}
	return coming, nil
}

// Next returns a partnership's next infoflash; false: its plan has none.
func (f *Infoflashes) Next(ctx context.Context, p subscribers.Partnership) (subscribers.SlotPreview, bool, error) {
	plan, err := f.Directory.Plan(ctx, p.ID, p.PlanVersion)
	if err != nil {
		return subscribers.SlotPreview{}, false, fmt.Errorf("read plan of %s: %w", p.ID, err)
	}
	slot, found := plan.Digest.Next(p, f.Now())
	if !found {
		return subscribers.SlotPreview{}, false, nil
	}
	preview, err := f.Preview(ctx, p.ID, slot.Date)
	return preview, true, err
}

// Preview returns what the infoflash of one day holds as things stand, or
// *subscribers.RefusedSlotError when there is none.
func (f *Infoflashes) Preview(ctx context.Context, id broker.PartnershipID, on subscribers.Date) (subscribers.SlotPreview, error) {
	slot, err := f.slot(ctx, id, on)
	if err != nil {
		return subscribers.SlotPreview{}, err
	}
	preview := subscribers.SlotPreview{Slot: slot}
	if slot.ClosedAt.IsZero() {
		preview.Items, preview.People, err = f.Ledger.Waiting(ctx, slot)
	}
	return preview, err
}

// slot is the row, or what the plan says while there is none.
func (f *Infoflashes) slot(ctx context.Context, id broker.PartnershipID, on subscribers.Date) (subscribers.Slot, error) {
	p, err := f.Directory.Partnership(ctx, id)
	if err != nil {
		return subscribers.Slot{}, fmt.Errorf("read partnership: %w", err)
	}
	slot, err := f.Ledger.Slot(ctx, id, on)
	if !errors.Is(err, subscribers.ErrNotFound) {
		return slot, err
	}
	plan, err := f.Directory.Plan(ctx, id, p.PlanVersion)
	if err != nil {
		return slot, fmt.Errorf("read plan: %w", err)
	}
	slot, found := plan.Digest.SlotOn(p, on)
	if !found {
		return slot, &subscribers.RefusedSlotError{Why: subscribers.SlotNone}
	}
	return slot, nil
}

// Change holds an infoflash, releases it, or writes its cover note. Who names
// the person whose link it was; zero for those who need none. It returns
// *subscribers.RefusedSlotError when that is not possible.
func (f *Infoflashes) Change(ctx context.Context, id broker.PartnershipID, on subscribers.Date, change subscribers.SlotChange, note, by string, who subscribers.MemberID) error {
	slot, err := f.slot(ctx, id, on)
	if err != nil {
		return err
	}
	if err := f.mayChange(ctx, id, who); err != nil {
		return err
	}
	now := f.Now()
	if err := slot.Refuses(change, note, now); err != nil {
		return err
	}
	if err := f.Ledger.AddSlots(ctx, []subscribers.Slot{slot}); err != nil {
		return fmt.Errorf("add digest slot: %w", err)
	}
	inTime, err := f.write(ctx, slot, change, note, by, now)
	if err == nil && !inTime {
		err = &subscribers.RefusedSlotError{Why: subscribers.SlotLeft}
	}
	return err
}

func (f *Infoflashes) mayChange(ctx context.Context, id broker.PartnershipID, who subscribers.MemberID) error {
	if who == (subscribers.MemberID{}) {
		return nil
	}
	approvers, err := f.Directory.Approvers(ctx, id)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	if !subscribers.MayChangeSlot(approvers, who) {
		return &subscribers.RefusedSlotError{Why: subscribers.SlotNoRole}
	}
	return nil
}

func (f *Infoflashes) write(ctx context.Context, slot subscribers.Slot, change subscribers.SlotChange, note, by string, now time.Time) (bool, error) {
	switch change {
	case subscribers.HoldSlot:
		return f.Ledger.HoldSlot(ctx, slot, by, now)
	case subscribers.ReleaseSlot:
		return f.Ledger.HoldSlot(ctx, slot, "", now)
	}
	return f.Ledger.NoteSlot(ctx, slot, note, by, now)
}
