package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relais/subscribers"
)

// ImportPartnership writes a partnership and its plan, and says whether
// anything changed. A plan that differs from the one in force becomes its next
// version; earlier versions stay, for messages were routed by them (PLP.md,
// rule 4).
func (s *Store) ImportPartnership(ctx context.Context, p subscribers.Partnership, plan subscribers.Plan) (changed bool, err error) {
	err = s.write(ctx, fmt.Sprintf("import partnership %s", p.ID), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil {
			return err
		}
		changed, err = importPartnership(ctx, t, p, plan)
		return err
	})
	return changed && err == nil, err
}

func importPartnership(ctx context.Context, t *tx, p subscribers.Partnership, plan subscribers.Plan) (bool, error) {
	body, err := toYAML(p)
	if err != nil {
		return false, err
	}
	planBody, err := toYAML(plan)
	if err != nil {
		return false, err
	}
	before, err := one(ctx, t, scanImported, `SELECT p.body, p.plan_version, l.body FROM partnerships p
		JOIN plans l ON l.partnership = p.id AND l.version = p.plan_version WHERE p.id = $1`, string(p.ID))
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return false, err
	}
	if before.body == body && before.plan == planBody {
		return false, nil
	}
	version := before.version
	if before.plan != planBody {
		version++
	}
	if err := writePartnership(ctx, t, p, imported{body, version, planBody}); err != nil {
		return false, err
	}
	return true, noteImportedStage(ctx, t, p, before.body)
}

// noteImportedStage writes down where the file brings a partnership to another stage.
func noteImportedStage(ctx context.Context, t *tx, p subscribers.Partnership, before string) error {
	var was subscribers.Partnership
	if before != "" {
		if err := fromYAML(before, &was); err != nil {
			return err
		}
	}
	if was.Stage == p.Stage {
		return nil
	}
	return noteMove(ctx, t, p.ID, subscribers.StageMove{From: was.Stage, To: p.Stage, At: time.Now()})
}

// imported is what stands of a partnership.
type imported struct {
	body    string
	version int // of the plan; 0: there is none
	plan    string
}

func writePartnership(ctx context.Context, t *tx, p subscribers.Partnership, now imported) error {
	_, err := t.ExecContext(ctx, `INSERT INTO partnerships (id, zone, body, plan_version) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET zone = excluded.zone, body = excluded.body, plan_version = excluded.plan_version`,
		string(p.ID), string(p.Zone), now.body, now.version)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO plans (partnership, version, body, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, string(p.ID), now.version, now.plan, millis(time.Now()))
	return err
}

func scanImported(r row) (i imported, err error) {
	err = r.Scan(&i.body, &i.version, &i.plan)
	return i, err
}
