package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Open writes a message revision, its approvals, the partnerships it was not
// routed to, and the entries. Approvals that are open for a lower revision
// lapse, also when that lower one comes later.
func (s *Store) Open(ctx context.Context, m broker.Message, received time.Time, approvals []subscribers.Approval, refused []subscribers.RoutingRefusal, entries []subscribers.Entry) error {
	return s.write(ctx, fmt.Sprintf("open message %s", m.ID), func(t *tx) error {
		// Two revisions at once must see each other.
		if err := t.alone(ctx, "open"); err != nil {
			return err
		}
		if err := addMessage(ctx, t, m, received); err != nil {
			return err
		}
		if err := addApprovals(ctx, t, approvals); err != nil {
			return err
		}
		if err := addRefusals(ctx, t, m, refused); err != nil {
			return err
		}
		if err := lapseOlder(ctx, t, m.ID, received); err != nil {
			return err
		}
		_, err := addEntries(ctx, t, entries)
		return err
	})
}

func addMessage(ctx context.Context, t *tx, m broker.Message, received time.Time) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO messages (id, revision, zone, body, received)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		m.ID.UUID[:], m.Revision, string(m.Zone), string(body), millis(received))
	return err
}

func addRefusals(ctx context.Context, t *tx, m broker.Message, refused []subscribers.RoutingRefusal) error {
	_, err := t.each(ctx, `INSERT INTO routing_refusals (message, revision, partnership, gaps)
		VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, len(refused), func(i int) []any {
		return []any{m.ID.UUID[:], m.Revision, string(refused[i].Partnership), joinWords(refused[i].Gaps)}
	})
	return err
}

func lapseOlder(ctx context.Context, t *tx, id broker.MessageID, at time.Time) error {
	revisions, err := one(ctx, t, scanNumber, `SELECT COUNT(*) FROM messages WHERE id = $1`, id.UUID[:])
	if err != nil || revisions < 2 {
		return err
	}
	const older = `message = $4 AND revision < (SELECT MAX(m.revision) FROM messages m WHERE m.id = $4)`
	d := subscribers.Decision{By: subscribers.Nobody, How: subscribers.HowRevision}
	args := func(int) []any { return []any{id.UUID[:]} }
	if err := keepLapses(ctx, t, d, at, older, 1, args); err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE approvals SET state = 'lapsed', version = version + 1, deadline = 0, decided_to = 'lapsed',
			decided_by = $1, decided_at = $2, decided_how = $3, decided_why = '', decided_note = '', decided_until = 0
		WHERE `+openStates+` AND `+older, d.By, millis(at), string(d.How), id.UUID[:])
	return err
}

// Message returns one revision, or subscribers.ErrNotFound.
func (s *Store) Message(ctx context.Context, id broker.MessageID, revision int) (found broker.Message, err error) {
	err = s.read(ctx, fmt.Sprintf("read revision %d of message %s", revision, id), func(t *tx) error {
		found, err = one(ctx, t, scanMessage, `SELECT body FROM messages WHERE id = $1 AND revision = $2`, id.UUID[:], revision)
		return err
	})
	return found, err
}

// Revisions returns all of these messages, in no order; of an unknown one none.
func (s *Store) Revisions(ctx context.Context, ids []broker.MessageID) (found []broker.Message, err error) {
	err = s.read(ctx, fmt.Sprintf("read the revisions of %d messages", len(ids)), func(t *tx) error {
		found = nil
		return t.forWanted(ctx, messageBytes(ids), func(r row) error {
			m, err := scanMessage(r)
			found = append(found, m)
			return err
		}, `SELECT body FROM messages WHERE id IN (SELECT w.id FROM wanted w)`)
	})
	return found, err
}

// Latest returns a message's newest revision, or subscribers.ErrNotFound.
func (s *Store) Latest(ctx context.Context, id broker.MessageID) (found broker.Message, err error) {
	err = s.read(ctx, fmt.Sprintf("read message %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanMessage, `SELECT body FROM messages WHERE id = $1 ORDER BY revision DESC LIMIT 1`, id.UUID[:])
		return err
	})
	return found, err
}

// Approval returns one, or subscribers.ErrNotFound.
func (s *Store) Approval(ctx context.Context, id subscribers.ApprovalID) (found subscribers.Approval, err error) {
	err = s.read(ctx, fmt.Sprintf("read approval %s", id), func(t *tx) error {
		found, err = one(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}

// Move writes after, with the decision that made it, entries and what services
// say, if the approval still has the Version of before, and says whether it had.
func (s *Store) Move(ctx context.Context, before, after subscribers.Approval, entries []subscribers.Entry, services []subscribers.ServiceMessage) (moved bool, err error) {
	err = s.write(ctx, fmt.Sprintf("move approval %s", before.ID), func(t *tx) error {
		moved, err = moveApproval(ctx, t, before, after)
		if err != nil || !moved {
			return err
		}
		if err := addServices(ctx, t, services, after.Decision.At); err != nil {
			return err
		}
		_, err = addEntries(ctx, t, entries)
		return err
	})
	return moved && err == nil, err
}

func moveApproval(ctx context.Context, t *tx, before, after subscribers.Approval) (bool, error) {
	d := after.Decision
	done, err := t.ExecContext(ctx, `UPDATE approvals SET state = $3, version = $4, step = $5, deadline = $6, asked = $7,
			decided_to = $8, decided_by = $9, decided_at = $10, decided_how = $11, decided_why = $12, decided_note = $13, decided_until = $14
		WHERE id = $1 AND version = $2`,
		before.ID.UUID[:], before.Version,
		string(after.State), after.Version, after.Step, millis(after.Deadline), millis(after.Asked),
		string(d.To), d.By, millis(d.At), string(d.How), d.Why, d.Note, millis(d.Until))
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	if err != nil || n == 0 || before.Decision == d {
		return n == 1, err
	}
	return true, addMoves(ctx, t, []subscribers.Approval{after})
}

// MarkPlanned notes that every delivery of an approval has been written. The
// first time stands.
func (s *Store) MarkPlanned(ctx context.Context, id subscribers.ApprovalID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("mark approval %s planned", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE approvals SET planned = $2 WHERE id = $1 AND planned = 0`, id.UUID[:], millis(at))
		return err
	})
}

func scanMessage(r row) (m broker.Message, err error) {
	var body string
	if err := r.Scan(&body); err != nil {
		return m, err
	}
	return decodeMessage(body)
}

func decodeMessage(body string) (m broker.Message, err error) {
	err = json.Unmarshal([]byte(body), &m)
	return m, err
}
