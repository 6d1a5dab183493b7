package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// MemberRow is one line of an import. The Member's ID is left zero: the store
// finds the person, or makes a new one. Of each contact only channel and
// address count.
type MemberRow struct {
	Member subscribers.Member
	Role   subscribers.Role
}

// ImportResult counts the rows of an import.
type ImportResult struct {
	Added     int // new in this partnership
	Updated   int // in it already, with another language, role or contact
	Unchanged int
	Left      int // left the partnership earlier; an import does not bring them back (PLP.md, rule 10)
}

// ImportMembers writes the members of a partnership, all rows or none. A row
// is a person who is here already when name (without regard to case and
// blanks) and at least one address are the same; so a person in two
// partnerships is one Member, and two who share an address but not the name
// stay two. Who left and has been erased is known by their addresses for as long
// as the proof of their consent is kept. Who has no address is the same as a member of this partnership who
// has none and the same name.
//
// For each channel that a row names, its contacts replace the earlier ones;
// those of other channels stay. A contact that was stopped or closed stays so,
// and the proof of an earlier consent is kept. Nobody is taken out.
func (s *Store) ImportMembers(ctx context.Context, p broker.PartnershipID, rows []MemberRow, consent subscribers.Consent) (result ImportResult, err error) {
	err = s.write(ctx, fmt.Sprintf("import members of partnership %s", p), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil {
			return err
		}
		result, err = importMembers(ctx, t, p, rows, consent)
		return err
	})
	if err != nil {
		return ImportResult{}, err
	}
	return result, nil
}

func importMembers(ctx context.Context, t *tx, p broker.PartnershipID, rows []MemberRow, consent subscribers.Consent) (ImportResult, error) {
	found, err := one(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE id = $1`, string(p))
	if errors.Is(err, subscribers.ErrNotFound) {
		return ImportResult{}, fmt.Errorf("partnership %s is not known; import it first: %w", p, err)
	}
	if err != nil {
		return ImportResult{}, err
	}
	known, err := readRegister(ctx, t, inPartnership(found), rows)
	if err != nil {
		return ImportResult{}, err
	}
	if known.leavers, err = readLeavers(ctx, t, p, rows); err != nil {
		return ImportResult{}, err
	}
	return known.takeAll(ctx, t, inPartnership(found), rows, consent)
}

// takeAll brings every row into the tables and counts what that changed.
func (g *register) takeAll(ctx context.Context, t *tx, p place, rows []MemberRow, consent subscribers.Consent) (result ImportResult, err error) {
	for _, row := range rows {
		result.count(g.take(row, consent))
	}
	return result, g.write(ctx, t, p, time.Now())
}

// change says what a row did to the register.
type change int

const (
	unchanged change = iota
	added
	updated
	hasLeft
)

func (r *ImportResult) count(c change) {
	switch c {
	case added:
		r.Added++
	case updated:
		r.Updated++
	case hasLeft:
		r.Left++
	default:
		r.Unchanged++
	}
}
