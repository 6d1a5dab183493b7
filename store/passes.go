package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/subscribers"
)

const passColumns = `id, kind, account, address, mac, made, expires, tries, used`

// passMemory is for how long a pass that is no good any more is kept: its reader
// is told why it is none.
const passMemory = 24 * time.Hour

// AddCodes writes the codes that one address asked for at once, all of one kind
// and made at the same time, or returns subscribers.ErrTooManyCodes.
func (s *Store) AddCodes(ctx context.Context, address channels.AddressHash, passes []subscribers.Pass, now time.Time) error {
	return s.write(ctx, "write codes", func(t *tx) error {
		if err := t.alone(ctx, "passes"); err != nil { // many ask at once
			return err
		}
		for within, most := range map[time.Duration]int{time.Hour: subscribers.CodesAnHour, 24 * time.Hour: subscribers.CodesADay} {
			asked, err := one(ctx, t, scanNumber, `SELECT count(DISTINCT made) FROM passes WHERE address = $1 AND kind = $2 AND made > $3`,
				address[:], string(passes[0].Kind), millis(now.Add(-within)))
			if err != nil {
				return err
			}
			if asked >= most {
				return subscribers.ErrTooManyCodes
			}
		}
		return insertPasses(ctx, t, passes, now)
	})
}

// AddLink writes an invitation. Those made for the same account before open
// nothing any more.
func (s *Store) AddLink(ctx context.Context, pass subscribers.Pass, now time.Time) error {
	return s.write(ctx, "write invitation", func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE passes SET expires = $3 WHERE account = $1 AND kind = $2 AND used = 0 AND expires > $3`,
			pass.Account.UUID[:], string(subscribers.PassLink), millis(now))
		if err != nil {
			return err
		}
		return insertPasses(ctx, t, []subscribers.Pass{pass}, now)
	})
}

// insertPasses also forgets what is long over.
func insertPasses(ctx context.Context, t *tx, passes []subscribers.Pass, now time.Time) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM passes WHERE expires < $1`, millis(now.Add(-passMemory))); err != nil {
		return err
	}
	_, err := t.each(ctx, `INSERT INTO passes (`+passColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)`, len(passes), func(i int) []any {
		p := passes[i]
		return []any{p.ID[:], string(p.Kind), idOrNull(p.Account.UUID), p.Address[:], p.MAC, millis(p.Made), millis(p.Expires)}
	})
	return err
}

// Pass returns one, or subscribers.ErrNotFound.
func (s *Store) Pass(ctx context.Context, id uuid.UUID) (found subscribers.Pass, err error) {
	err = s.read(ctx, fmt.Sprintf("read pass %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanPass, `SELECT `+passColumns+` FROM passes WHERE id = $1`, id[:])
		return err
	})
	return found, err
}

// UseCode uses the pass among those of an address that judge finds, once for all
// nodes. What judge refuses is a wrong try for each that is open, and its error
// is returned.
func (s *Store) UseCode(ctx context.Context, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (subscribers.Pass, error) {
	return s.UseCodeOf(ctx, subscribers.PassCode, address, judge, now)
}

// UseCodeOf is UseCode for passes of one kind.
func (s *Store) UseCodeOf(ctx context.Context, kind subscribers.PassKind, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (used subscribers.Pass, err error) {
	var refused error
	err = s.write(ctx, "use code", func(t *tx) error {
		if err := t.alone(ctx, "passes"); err != nil { // guesses made at once count one by one
			return err
		}
		of, err := list(ctx, t, scanPass, `SELECT `+passColumns+` FROM passes WHERE address = $1 AND kind = $2 ORDER BY made DESC, id`,
			address[:], string(kind))
		if err != nil {
			return err
		}
		if used, refused = judge(of); refused == nil {
			return markUsed(ctx, t, used, now)
		}
		_, err = t.ExecContext(ctx, `UPDATE passes SET tries = tries + 1 WHERE address = $1 AND kind = $2 AND used = 0 AND expires > $3`,
			address[:], string(kind), millis(now))
		return err
	})
	if err == nil {
		err = refused
	}
	return used, err
}

// UseLink uses one pass, once for all nodes: *subscribers.PassError for who is
// second.
func (s *Store) UseLink(ctx context.Context, pass subscribers.Pass, now time.Time) error {
	return s.write(ctx, fmt.Sprintf("use pass %s", pass.ID), func(t *tx) error { return markUsed(ctx, t, pass, now) })
}

func markUsed(ctx context.Context, t *tx, pass subscribers.Pass, now time.Time) error {
	done, err := t.ExecContext(ctx, `UPDATE passes SET used = $2 WHERE id = $1 AND used = 0`, pass.ID[:], millis(now))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return &subscribers.PassError{Why: subscribers.PassUsed}
}

func scanPass(r row) (p subscribers.Pass, err error) {
	err = r.Scan(asID{(*[16]byte)(&p.ID)}, (*string)(&p.Kind), asID{(*[16]byte)(&p.Account.UUID)}, asID{(*[16]byte)(&p.Address)}, &p.MAC,
		asTime{&p.Made}, asTime{&p.Expires}, &p.Tries, asTime{&p.Used})
	return p, err
}
