package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"relais/broker"
)

// References returns the messages that one is about, the oldest first: those
// that it names, those that these correct in turn, and what corrects any of
// them; not itself. A correction of a correction reaches whom either reached.
// Where a reference is no message of the same zone, unknown is its index; else -1.
func (s *Store) References(ctx context.Context, m broker.Message) (family []broker.MessageID, unknown int, err error) {
	err = s.read(ctx, "read what message "+m.ID.String()+" is about", func(t *tx) error {
		var found []relative
		found, err = relatives(ctx, t, m)
		if err != nil {
			return err
		}
		family, unknown = nil, -1
		for _, r := range found {
			family = append(family, r.id)
		}
		unknown = slices.IndexFunc(m.References, func(ref broker.MessageID) bool { return !slices.Contains(family, ref) })
		return nil
	})
	return family, unknown, err
}

// relative is a message of the same zone that is about the same matter.
type relative struct {
	id       broker.MessageID
	received int64
}

// maxGenerations bounds the search; each correction names an earlier message.
const maxGenerations = 100

func relatives(ctx context.Context, t *tx, m broker.Message) ([]relative, error) {
	var found []relative
	seen := map[broker.MessageID]bool{m.ID: true}
	next := m.References
	for range maxGenerations {
		next = slices.DeleteFunc(slices.Clone(next), func(id broker.MessageID) bool {
			again := seen[id]
			seen[id] = true
			return again
		})
		if len(next) == 0 {
			break
		}
		members, earlier, err := generation(ctx, t, m.Zone, next)
		if err != nil {
			return nil, err
		}
		later, err := stoppedBy(ctx, t, next)
		if err != nil {
			return nil, err
		}
		found, next = append(found, members...), slices.Concat(earlier, later)
	}
	slices.SortFunc(found, func(a, b relative) int {
		return cmp.Or(cmp.Compare(a.received, b.received), bytes.Compare(a.id.UUID[:], b.id.UUID[:]))
	})
	return found, nil
}

// generation reads these messages, and which ones they correct.
func generation(ctx context.Context, t *tx, zone broker.ZoneID, ids []broker.MessageID) (found []relative, earlier []broker.MessageID, err error) {
	marks, args := listed(ids, []any{string(zone)})
	err = t.forEach(ctx, func(r row) error {
		var body string
		var received int64
		if err := r.Scan(&body, &received); err != nil {
			return err
		}
		m, err := decodeMessage(body)
		if len(found) == 0 || found[len(found)-1].id != m.ID { // its first revision
			found = append(found, relative{m.ID, received})
		}
		if m.Corrects() {
			earlier = append(earlier, m.References...)
		}
		return err
	}, `SELECT body, received FROM messages WHERE zone = $1 AND id IN (`+marks+`) ORDER BY id, revision`, args...)
	return found, earlier, err
}

func stoppedBy(ctx context.Context, t *tx, ids []broker.MessageID) ([]broker.MessageID, error) {
	marks, args := listed(ids, nil)
	return list(ctx, t, func(r row) (id broker.MessageID, err error) {
		err = r.Scan(asID{(*[16]byte)(&id.UUID)})
		return id, err
	}, `SELECT DISTINCT stopped_by FROM approvals WHERE stopped_by IS NOT NULL AND message IN (`+marks+`)`, args...)
}
