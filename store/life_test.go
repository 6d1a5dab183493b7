package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/store"
	"relais/subscribers"
)

func TestStagesAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		was := got(s.Partnership(t.Context(), tilleuls))(t)
		move := subscribers.StageMove{From: was.Stage, To: subscribers.StageSuspended, By: "CP Maes", At: noon, Why: "Le coordinateur a déménagé."}
		must(t, s.MoveStage(t.Context(), tilleuls, move))
		now := got(s.Partnership(t.Context(), tilleuls))(t)
		same(t, "stage", now.Stage, subscribers.StageSuspended)
		now.Stage = was.Stage
		same(t, "the rest stays", now, was)
		if err := s.MoveStage(t.Context(), tilleuls, move); !errors.Is(err, subscribers.ErrOutdated) {
			t.Errorf("from a stage that it is not in: got %v, want ErrOutdated", err)
		}
		if err := s.MoveStage(t.Context(), "nowhere", move); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("of none: got %v, want ErrNotFound", err)
		}
		moves := got(s.StageMoves(t.Context(), tilleuls))(t)
		if len(moves) != 2 || moves[0].By != "" && moves[1].By != "" { // the import brought it to its first
			t.Errorf("got %+v", moves)
		}
	})
}

func TestPlanVersionsAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		from := got(s.Partnership(t.Context(), tilleuls))(t).PlanVersion
		plan := got(s.Plan(t.Context(), tilleuls, from))(t)
		must(t, s.ChangePlan(t.Context(), tilleuls, from, plan, "CP Maes", "rien", noon))
		same(t, "the same plan is no new version", len(got(s.PlanVersions(t.Context(), tilleuls))(t)), 1)
		plan.PlainAccents = !plan.PlainAccents
		must(t, s.ChangePlan(t.Context(), tilleuls, from, plan, "CP Maes", "moins cher", noon))
		versions := got(s.PlanVersions(t.Context(), tilleuls))(t)
		same(t, "versions", len(versions), 2)
		same(t, "by", versions[0].By+" "+versions[0].Why+" "+versions[0].Created.Format(time.TimeOnly), "CP Maes moins cher "+noon.Format(time.TimeOnly))
		same(t, "in force", got(s.Partnership(t.Context(), tilleuls))(t).PlanVersion, from+1)
		same(t, "what is in force", got(s.Plan(t.Context(), tilleuls, from+1))(t).PlainAccents, plan.PlainAccents)
		if err := s.ChangePlan(t.Context(), tilleuls, from, plan, "CP Claes", "aussi", noon); !errors.Is(err, subscribers.ErrOutdated) {
			t.Errorf("of an old version: got %v, want ErrOutdated", err)
		}
	})
}

func TestOverviews(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		all := got(s.Overviews(t.Context(), []subscribers.Partnership{got(s.Partnership(t.Context(), tilleuls))(t)}))(t)
		same(t, "how many", len(all), 1)
		same(t, "which", all[0].Partnership.ID, tilleuls)
		same(t, "it alone", got(s.Overview(t.Context(), tilleuls))(t), all[0])
		if _, err := s.Overview(t.Context(), "nowhere"); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("of none: got %v, want ErrNotFound", err)
		}
		same(t, "of none", len(got(s.Overviews(t.Context(), nil))(t)), 0)
	})
}
