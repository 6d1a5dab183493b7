package store

import (
	"context"
	"slices"

	"relais/channels"
	"relais/subscribers"
)

// Replace takes a delivery out that was left out as a duplicate, and adds those
// that its person is owed now, as Add does. One that is no duplicate any more
// stays.
func (s *Store) Replace(ctx context.Context, standby channels.DeliveryID, by []subscribers.Entry) (duplicates []channels.DeliveryID, err error) {
	err = s.write(ctx, "replace a duplicate", func(t *tx) error {
		if _, err := t.ExecContext(ctx, `DELETE FROM deliveries WHERE id = $1 AND state = 'suppressed' AND reason = 'duplicate'`, standby.UUID[:]); err != nil {
			return err
		}
		duplicates, err = addEntries(ctx, t, by)
		return err
	})
	return duplicates, err
}

// wakeStandbys makes those duplicates due that were left out because of a
// delivery that now came to nothing or must wait: through their partnership the
// person may get the message after all, or sooner.
func wakeStandbys(ctx context.Context, t *tx, outcomes []subscribers.Outcome) error {
	stuck := slices.DeleteFunc(slices.Clone(outcomes), func(o subscribers.Outcome) bool {
		return o.State != channels.Suppressed && o.State != channels.Held && (o.State != channels.Failed || len(o.Then) > 0)
	})
	if len(stuck) == 0 {
		return nil
	}
	ids := make([]channels.DeliveryID, len(stuck))
	for i, o := range stuck {
		ids[i] = o.ID
	}
	for _, stopped := range []string{
		standsFor,
		`d.digest = w.id AND d.state IN ('failed', 'suppressed')`, // an infoflash came to nothing
	} {
		if err := wake(ctx, t, ids, stopped, millis(stuck[0].At)); err != nil {
			return err
		}
	}
	return nil
}

// standsFor finds the delivery by its own id.
const standsFor = `d.id = w.id AND d.purpose = 'message'`

// wake makes the duplicates due of those deliveries that stopped finds, beside w.
func wake(ctx context.Context, t *tx, ids []channels.DeliveryID, stopped string, now int64) error {
	return t.forWanted(ctx, deliveryBytes(ids), func(row) error { return nil },
		`UPDATE deliveries SET next_at = 1 FROM wanted w CROSS JOIN deliveries d
			JOIN approvals mine ON mine.id = d.approval
			JOIN approvals other ON other.message = mine.message AND other.revision = mine.revision AND other.id <> mine.id
		WHERE `+stopped+` AND deliveries.approval = other.id AND deliveries.member = d.member
			AND deliveries.state = 'suppressed' AND deliveries.reason = 'duplicate' AND deliveries.next_at = 0 AND deliveries.not_after > $2
		RETURNING deliveries.id`, now)
}

func scanID(r row) (id channels.DeliveryID, err error) {
	err = r.Scan(asID{(*[16]byte)(&id.UUID)})
	return id, err
}
