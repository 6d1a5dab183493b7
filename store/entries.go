package store

import (
	"context"

	"relais/channels"
	"relais/subscribers"
)

// Entries returns those of ids that are known.
func (s *Store) Entries(ctx context.Context, ids []channels.DeliveryID) (found map[channels.DeliveryID]subscribers.Entry, err error) {
	err = s.read(ctx, "read deliveries", func(t *tx) error {
		found = make(map[channels.DeliveryID]subscribers.Entry, len(ids))
		read := entryReader()
		return t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
			e, err := read(r)
			found[e.ID] = e
			return err
		}, `SELECT `+entryOf("d")+` FROM wanted w CROSS JOIN deliveries d WHERE d.id = w.id`)
	})
	return found, err
}
