package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Overviews returns these partnerships with how many people each has, in their order.
func (s *Store) Overviews(ctx context.Context, of []subscribers.Partnership) (found []subscribers.Overview, err error) {
	if len(of) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(of)), make([]any, len(of))
	for i, p := range of {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), string(p.ID)
	}
	err = s.read(ctx, "count the people of partnerships", func(t *tx) error {
		people := make(map[broker.PartnershipID]map[subscribers.Role]int)
		err := t.forEach(ctx, func(r row) error {
			var id, role string
			var n int
			err := r.Scan(&id, &role, &n)
			if people[broker.PartnershipID(id)] == nil {
				people[broker.PartnershipID(id)] = make(map[subscribers.Role]int)
			}
			people[broker.PartnershipID(id)][subscribers.Role(role)] = n
			return err
		}, `SELECT partnership, role, COUNT(*) FROM memberships WHERE left_at = 0 AND partnership IN (`+strings.Join(marks, ", ")+`) GROUP BY partnership, role`, args...)
		found = nil
		for _, p := range of {
			found = append(found, subscribers.Overview{Partnership: p, People: people[p.ID]})
		}
		return err
	})
	return found, err
}

// Overview returns one, or subscribers.ErrNotFound.
func (s *Store) Overview(ctx context.Context, id broker.PartnershipID) (found subscribers.Overview, err error) {
	err = s.read(ctx, fmt.Sprintf("count the people of partnership %s", id), func(t *tx) error {
		found = subscribers.Overview{People: make(map[subscribers.Role]int)}
		if found.Partnership, err = one(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE id = $1`, string(id)); err != nil {
			return err
		}
		return t.forEach(ctx, func(r row) error {
			var role string
			var n int
			err := r.Scan(&role, &n)
			found.People[subscribers.Role(role)] = n
			return err
		}, `SELECT role, COUNT(*) FROM memberships WHERE partnership = $1 AND left_at = 0 GROUP BY role`, string(id))
	})
	return found, err
}

// MoveStage brings a partnership from one stage to another. It returns
// subscribers.ErrOutdated when it is not in the first, subscribers.ErrNotFound
// when there is none.
func (s *Store) MoveStage(ctx context.Context, id broker.PartnershipID, move subscribers.StageMove) error {
	return s.write(ctx, fmt.Sprintf("change the stage of partnership %s", id), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil {
			return err
		}
		p, err := one(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE id = $1`, string(id))
		if err != nil {
			return err
		}
		if p.Stage != move.From {
			return subscribers.ErrOutdated
		}
		p.Stage = move.To
		body, err := toYAML(p)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `UPDATE partnerships SET body = $2 WHERE id = $1`, string(id), body); err != nil {
			return err
		}
		return noteMove(ctx, t, id, move)
	})
}

func noteMove(ctx context.Context, t *tx, id broker.PartnershipID, move subscribers.StageMove) error {
	_, err := t.ExecContext(ctx, `INSERT INTO stage_moves (partnership, at, from_stage, to_stage, by_whom, why) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (partnership, at) DO UPDATE SET to_stage = excluded.to_stage, by_whom = excluded.by_whom, why = excluded.why`,
		string(id), millis(move.At), string(move.From), string(move.To), move.By, move.Why)
	return err
}

// StageMoves returns the steps of a partnership, the newest first.
func (s *Store) StageMoves(ctx context.Context, id broker.PartnershipID) (found []subscribers.StageMove, err error) {
	err = s.read(ctx, fmt.Sprintf("read the stages of partnership %s", id), func(t *tx) error {
		found, err = list(ctx, t, func(r row) (m subscribers.StageMove, err error) {
			err = r.Scan((*string)(&m.From), (*string)(&m.To), &m.By, asTime{&m.At}, &m.Why)
			return m, err
		}, `SELECT from_stage, to_stage, by_whom, at, why FROM stage_moves WHERE partnership = $1 ORDER BY at DESC`, string(id))
		return err
	})
	return found, err
}

// PlanVersions returns every version of a partnership's plan, the newest first.
func (s *Store) PlanVersions(ctx context.Context, id broker.PartnershipID) (found []subscribers.PlanVersion, err error) {
	err = s.read(ctx, fmt.Sprintf("read the plans of partnership %s", id), func(t *tx) error {
		found, err = list(ctx, t, func(r row) (v subscribers.PlanVersion, err error) {
			err = r.Scan(&v.Version, &v.YAML, asTime{&v.Created}, &v.By, &v.Why)
			return v, err
		}, `SELECT version, body, created, changed_by, why FROM plans WHERE partnership = $1 ORDER BY version DESC`, string(id))
		return err
	})
	return found, err
}

// ChangePlan makes a plan the next version of a partnership's; one that says the
// same changes nothing. The version that was changed must still be in force,
// else it returns subscribers.ErrOutdated.
func (s *Store) ChangePlan(ctx context.Context, id broker.PartnershipID, from int, plan subscribers.Plan, by, why string, at time.Time) error {
	body, err := toYAML(plan)
	if err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	return s.write(ctx, fmt.Sprintf("change the plan of partnership %s", id), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil {
			return err
		}
		before, err := one(ctx, t, scanImported, `SELECT p.body, p.plan_version, l.body FROM partnerships p
			JOIN plans l ON l.partnership = p.id AND l.version = p.plan_version WHERE p.id = $1`, string(id))
		switch {
		case err != nil:
			return err
		case before.version != from:
			return subscribers.ErrOutdated
		case before.plan == body:
			return nil
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO plans (partnership, version, body, created, changed_by, why) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(id), from+1, body, millis(at), by, why); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `UPDATE partnerships SET plan_version = $2 WHERE id = $1`, string(id), from+1)
		return err
	})
}
