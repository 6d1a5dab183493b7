package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const caseColumns = `id, zone, partnership, matter, message, revision, owner, opened, due, step, next_at, ended_how, ended_by, ended_at, ended_why`

// OpenCase writes a case unless its matter has one in this partnership, or its
// message was stopped before anything was planned: then nobody got it.
func (s *Store) OpenCase(ctx context.Context, c subscribers.Case) error {
	return s.write(ctx, fmt.Sprintf("open case %s", c.ID), func(t *tx) error {
		if err := t.alone(ctx, "open"); err != nil { // a withdrawal at this very moment
			return err
		}
		approval := subscribers.ApprovalIDFor(c.Message, c.Revision, c.Partnership)
		over, err := stopped(ctx, t, []subscribers.ApprovalID{approval})
		if err != nil || over[approval] {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO cases (`+caseColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', 0, '') ON CONFLICT DO NOTHING`,
			c.ID.UUID[:], string(c.Zone), string(c.Partnership), c.Matter.UUID[:], c.Message.UUID[:], c.Revision,
			c.Owner, millis(c.Opened), millis(c.Due), int(c.Step), millis(c.NextAt))
		return err
	})
}

// EndCases ends the open cases of these matters in one partnership.
func (s *Store) EndCases(ctx context.Context, matters []broker.MessageID, p broker.PartnershipID, end subscribers.CaseEnd) error {
	return s.write(ctx, fmt.Sprintf("end cases of partnership %s", p), func(t *tx) error {
		_, err := t.each(ctx, `UPDATE cases SET next_at = 0, ended_how = $3, ended_by = $4, ended_at = $5, ended_why = $6
			WHERE matter = $1 AND partnership = $2 AND ended_how = ''`, len(matters), func(i int) []any {
			return []any{matters[i].UUID[:], string(p), string(end.How), end.By, millis(end.At), end.Why}
		})
		return err
	})
}

// Case returns one, or subscribers.ErrNotFound.
func (s *Store) Case(ctx context.Context, id subscribers.CaseID) (found subscribers.Case, err error) {
	err = s.read(ctx, fmt.Sprintf("read case %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}

// OpenCases returns those of a zone, or of every zone when it is empty, the one
// that is due first at the front.
func (s *Store) OpenCases(ctx context.Context, zone broker.ZoneID) (found []subscribers.Case, err error) {
	err = s.read(ctx, "read open cases", func(t *tx) error {
		found, err = list(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases
			WHERE ended_how = '' AND ($1 = '' OR zone = $1) ORDER BY due, id`, string(zone))
		return err
	})
	return found, err
}

// CasesOf returns the open cases of a matter, one for each partnership.
func (s *Store) CasesOf(ctx context.Context, matter broker.MessageID) (found []subscribers.Case, err error) {
	err = s.read(ctx, fmt.Sprintf("read the open cases of message %s", matter), func(t *tx) error {
		found, err = list(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases
			WHERE matter = $1 AND ended_how = '' ORDER BY due, id`, matter.UUID[:])
		return err
	})
	return found, err
}

// FirstCases returns so many open cases of a zone, those due first, and how many
// there are in all.
func (s *Store) FirstCases(ctx context.Context, zone broker.ZoneID, limit int) (first []subscribers.Case, all int, err error) {
	err = s.read(ctx, "read the first open cases", func(t *tx) error {
		first, err = list(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases
			WHERE ended_how = '' AND zone = $1 ORDER BY due, id LIMIT $2`, string(zone), limit)
		if err != nil {
			return err
		}
		all, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM cases WHERE ended_how = '' AND zone = $1`, string(zone))
		return err
	})
	return first, all, err
}

// DueCases returns open cases whose NextAt has passed, oldest first.
func (s *Store) DueCases(ctx context.Context, now time.Time, limit int) (found []subscribers.Case, err error) {
	err = s.read(ctx, "read due cases", func(t *tx) error {
		found, err = list(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases
			WHERE next_at > 0 AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, millis(now), limit)
		return err
	})
	return found, err
}

// AlsoOwed counts the other open cases of a case's matter.
func (s *Store) AlsoOwed(ctx context.Context, c subscribers.Case) (n int, err error) {
	err = s.read(ctx, fmt.Sprintf("count the cases of message %s", c.Matter), func(t *tx) error {
		n, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM cases WHERE matter = $1 AND ended_how = '' AND id <> $2`, c.Matter.UUID[:], c.ID.UUID[:])
		return err
	})
	return n, err
}

// MoveCase writes after, with what is said because of it, if the case still is
// open and at the Step of before, and says whether it was.
func (s *Store) MoveCase(ctx context.Context, before, after subscribers.Case, services []subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (moved bool, err error) {
	err = s.write(ctx, fmt.Sprintf("move case %s", before.ID), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE cases SET step = $3, next_at = $4, ended_how = $5, ended_by = $6, ended_at = $7, ended_why = $8
			WHERE id = $1 AND step = $2 AND ended_how = ''`, before.ID.UUID[:], int(before.Step),
			int(after.Step), millis(after.NextAt), string(after.End.How), after.End.By, millis(after.End.At), after.End.Why)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if moved = n == 1; err != nil || !moved {
			return err
		}
		return addLetters(ctx, t, services, entries, at)
	})
	return moved && err == nil, err
}

// addLetters writes service messages and the entries by which they go.
func addLetters(ctx context.Context, t *tx, services []subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) error {
	if err := addServices(ctx, t, services, at); err != nil {
		return err
	}
	_, err := addEntries(ctx, t, entries)
	return err
}

// AddSummary notes that the summary of a zone's week is dealt with, and writes
// it; false when it was before, and then nothing is written.
func (s *Store) AddSummary(ctx context.Context, zone broker.ZoneID, monday subscribers.Date, services []subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (first bool, err error) {
	err = s.write(ctx, fmt.Sprintf("write the summary of zone %s", zone), func(t *tx) error {
		done, err := t.ExecContext(ctx, `INSERT INTO case_summaries (zone, monday, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			string(zone), monday.String(), millis(at))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if first = n == 1; err != nil || !first {
			return err
		}
		return addLetters(ctx, t, services, entries, at)
	})
	return first && err == nil, err
}

// HasSummary says whether a week was dealt with.
func (s *Store) HasSummary(ctx context.Context, zone broker.ZoneID, monday subscribers.Date) (has bool, err error) {
	err = s.read(ctx, fmt.Sprintf("read the summaries of zone %s", zone), func(t *tx) error {
		n, err := one(ctx, t, scanNumber, `SELECT COUNT(*) FROM case_summaries WHERE zone = $1 AND monday = $2`, string(zone), monday.String())
		has = n > 0
		return err
	})
	return has, err
}

func scanCase(r row) (c subscribers.Case, err error) {
	err = r.Scan(asID{(*[16]byte)(&c.ID.UUID)}, (*string)(&c.Zone), (*string)(&c.Partnership),
		asID{(*[16]byte)(&c.Matter.UUID)}, asID{(*[16]byte)(&c.Message.UUID)}, &c.Revision, &c.Owner,
		asTime{&c.Opened}, asTime{&c.Due}, (*int)(&c.Step), asTime{&c.NextAt},
		(*string)(&c.End.How), &c.End.By, asTime{&c.End.At}, &c.End.Why)
	return c, err
}
