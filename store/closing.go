package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// bouncesCount is how long a delivery that came back is held against its address.
const bouncesCount = 90 * 24 * time.Hour

// closeContacts closes an address for everybody who has it: the provider
// spoke of the address, not of a person. One that needs several deliveries to
// be believed is counted by them; each counts once, for it moves once.
func closeContacts(ctx context.Context, t *tx, moved []subscribers.Outcome) error {
	closing := slices.DeleteFunc(slices.Clone(moved), func(o subscribers.Outcome) bool { return !o.Closes })
	for i := range closing {
		if closing[i].Stopped { // by their own will people leave at once
			closing[i].After = 0
		}
	}
	if err := countBounces(ctx, t, closing); err != nil {
		return err
	}
	// A browser's subscription is no address that its owner could mend.
	closed, err := t.each(ctx, `UPDATE contacts SET state = $2, untold = CASE WHEN $2 = 'closed' AND channel <> 'push' THEN CAST($3 AS BIGINT) ELSE 0 END
		WHERE state = 'active' AND (hash, channel) IN (SELECT d.hash, d.channel FROM deliveries d WHERE d.id = $1)
		AND ($4 <= 1 OR $4 <= (SELECT COUNT(*) FROM bounces b WHERE b.hash = contacts.hash AND b.channel = contacts.channel AND b.at > $5))`,
		len(closing), func(i int) []any {
			o, state := closing[i], subscribers.ContactClosed
			if o.Stopped {
				state = subscribers.ContactStopped
			}
			return []any{o.ID.UUID[:], string(state), millis(o.At), o.After, millis(o.At.Add(-bouncesCount))}
		})
	if err != nil {
		return err
	}
	return forgetBounces(ctx, t, closing, closed)
}

func countBounces(ctx context.Context, t *tx, closing []subscribers.Outcome) error {
	counted := slices.DeleteFunc(slices.Clone(closing), func(o subscribers.Outcome) bool { return o.After <= 1 })
	_, err := t.each(ctx, `INSERT INTO bounces (delivery, channel, hash, at)
		SELECT d.id, d.channel, d.hash, $2 FROM deliveries d WHERE d.id = $1 ON CONFLICT DO NOTHING`,
		len(counted), func(i int) []any { return []any{counted[i].ID.UUID[:], millis(counted[i].At)} })
	return err
}

// forgetBounces of an address that is closed: should it be opened again, it
// begins anew.
func forgetBounces(ctx context.Context, t *tx, closing []subscribers.Outcome, closed []bool) error {
	var gone []subscribers.Outcome
	for i, o := range closing {
		if closed[i] {
			gone = append(gone, o)
		}
	}
	_, err := t.each(ctx, `DELETE FROM bounces WHERE (hash, channel) IN (SELECT d.hash, d.channel FROM deliveries d WHERE d.id = $1)`,
		len(gone), func(i int) []any { return []any{gone[i].ID.UUID[:]} })
	return err
}

// UntoldClosures returns at most limit addresses that were closed and whose members
// have not been told, oldest first, each with a partnership that the member is
// in; empty: none any more.
func (s *Store) UntoldClosures(ctx context.Context, limit int) (found []subscribers.Closure, err error) {
	err = s.read(ctx, "read closed addresses", func(t *tx) error {
		found, err = list(ctx, t, scanClosure, `SELECT c.member, m.lang, c.channel, c.hash, c.untold, COALESCE((
				SELECT MIN(s.partnership) FROM memberships s WHERE s.member = c.member AND s.left_at = 0), '')
			FROM contacts c JOIN members m ON m.id = c.member
			WHERE c.untold > 0 ORDER BY c.untold, c.member, c.channel, c.hash LIMIT $1`, limit)
		return err
	})
	return found, err
}

// ClosureTold notes that a member knows of a closed address.
func (s *Store) ClosureTold(ctx context.Context, c subscribers.Closure) error {
	return s.write(ctx, fmt.Sprintf("note that member %s was told", c.Member), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE contacts SET untold = 0 WHERE member = $1 AND channel = $2 AND hash = $3 AND untold = $4`,
			c.Member.UUID[:], string(c.Channel), c.Hash[:], millis(c.At))
		return err
	})
}

func scanClosure(r row) (c subscribers.Closure, err error) {
	var lang, channel, partnership string
	err = r.Scan(asID{(*[16]byte)(&c.Member.UUID)}, &lang, &channel, asID{(*[16]byte)(&c.Hash)}, asTime{&c.At}, &partnership)
	c.Lang, c.Channel, c.Partnership = broker.Lang(lang), channels.Name(channel), broker.PartnershipID(partnership)
	return c, err
}
