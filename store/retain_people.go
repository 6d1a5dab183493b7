package store

import (
	"context"
	"fmt"
	"time"

	"relais/subscribers"
)

// TakeTurn says whether a job that one node does for all is the caller's:
// nobody took it since every ago.
func (s *Store) TakeTurn(ctx context.Context, job string, now time.Time, every time.Duration) (mine bool, err error) {
	err = s.write(ctx, "take the turn for "+job, func(t *tx) error {
		n, err := t.count(ctx, `INSERT INTO turns (name, at) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE turns.at <= $3`, job, millis(now), millis(now.Add(-every)))
		mine = n == 1
		return err
	})
	return mine && err == nil, err
}

// aboutMember are the tables whose rows are about one person and go with them.
// Deliveries go by their own time: without the person, their id says nothing.
func aboutMember() []string {
	return []string{"inbox_messages", "absences", "contacts", "memberships", "officers", "applications"}
}

// EraseMembers erases at most limit people who left everything before a time,
// and keeps the proof of their consent, and from which partnerships an import
// must not bring them back: hashes, no addresses.
func (s *Store) EraseMembers(ctx context.Context, leftBefore time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "erase members who have left", func(t *tx) error {
		gone, err := list(ctx, t, scanMemberID, `SELECT l.member FROM (
				SELECT member FROM memberships WHERE left_at > 0 AND left_at < $1
				UNION SELECT member FROM officers WHERE left_at > 0 AND left_at < $1) AS l
			WHERE NOT EXISTS (SELECT 1 FROM memberships s WHERE s.member = l.member AND (s.left_at = 0 OR s.left_at >= $1))
			AND NOT EXISTS (SELECT 1 FROM officers o WHERE o.member = l.member AND (o.left_at = 0 OR o.left_at >= $1))
			ORDER BY l.member LIMIT $2`, millis(leftBefore), limit)
		if err != nil {
			return err
		}
		n = len(gone)
		return eraseMembers(ctx, t, gone)
	})
	return n, err
}

func eraseMembers(ctx context.Context, t *tx, gone []subscribers.MemberID) error {
	id := func(i int) []any { return []any{gone[i].UUID[:]} }
	steps := []string{`INSERT INTO consent_proofs (member, channel, hash, consent_at, consent_how, ended)
		SELECT c.member, c.channel, c.hash, c.consent_at, c.consent_how, (SELECT MAX(l.left_at) FROM (
			SELECT left_at FROM memberships WHERE member = $1 UNION ALL SELECT left_at FROM officers WHERE member = $1) AS l)
		FROM contacts c WHERE c.member = $1 ON CONFLICT DO NOTHING`,
		`INSERT INTO leavers (partnership, hash, left_at) SELECT l.partnership, c.hash, MAX(l.left_at)
		FROM memberships l JOIN contacts c ON c.member = l.member WHERE l.member = $1 GROUP BY l.partnership, c.hash
		ON CONFLICT (partnership, hash) DO UPDATE SET left_at = excluded.left_at`,
		`DELETE FROM application_contacts WHERE application IN (SELECT id FROM applications WHERE member = $1)`}
	for _, table := range aboutMember() {
		steps = append(steps, `DELETE FROM `+table+` WHERE member = $1`)
	}
	steps = append(steps, `DELETE FROM sign_ins WHERE account = $1`, `DELETE FROM passkeys WHERE account = $1`, `DELETE FROM members WHERE id = $1`)
	for _, step := range steps {
		if _, err := t.each(ctx, step, len(gone), id); err != nil {
			return err
		}
	}
	return nil
}

// ForgetConsents removes at most limit proofs of people who left before a time,
// and as many notes that they left.
func (s *Store) ForgetConsents(ctx context.Context, leftBefore time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "forget proofs of consent", func(t *tx) error {
		n, err = t.count(ctx, `DELETE FROM consent_proofs WHERE (member, channel, hash) IN (
			SELECT member, channel, hash FROM consent_proofs WHERE ended < $1 ORDER BY ended LIMIT $2)`, millis(leftBefore), limit)
		if err != nil {
			return err
		}
		notes, err := t.count(ctx, `DELETE FROM leavers WHERE (partnership, hash) IN (
			SELECT partnership, hash FROM leavers WHERE left_at < $1 ORDER BY left_at LIMIT $2)`, millis(leftBefore), limit)
		n = max(n, notes)
		return err
	})
	return n, err
}

// Consents returns the proofs that are kept of somebody who has been erased,
// for whoever has to show that they had agreed.
func (s *Store) Consents(ctx context.Context, id subscribers.MemberID) (found []subscribers.Consent, err error) {
	err = s.read(ctx, fmt.Sprintf("read the consent of member %s", id), func(t *tx) error {
		found, err = list(ctx, t, scanConsent, `SELECT consent_at, consent_how FROM consent_proofs
			WHERE member = $1 ORDER BY channel, hash`, id.UUID[:])
		return err
	})
	return found, err
}

func scanConsent(r row) (c subscribers.Consent, err error) {
	err = r.Scan(asTime{&c.At}, &c.How)
	return c, err
}

func scanMemberID(r row) (id subscribers.MemberID, err error) {
	err = r.Scan(asID{(*[16]byte)(&id.UUID)})
	return id, err
}
