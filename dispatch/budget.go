package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Budgets warns a partnership, once a month, that its budget is nearly spent.
// That its messages then go by cheaper channels is the Planner's business.
type Budgets struct {
	Directory Directory
	Ledger    interface {
		Spendings
		// AddBudgetWarning notes that a partnership was warned in a month, and
		// writes the warning; false when it was before.
		AddBudgetWarning(ctx context.Context, p broker.PartnershipID, m subscribers.Month, warning subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (bool, error)
	}
	Queue    Queue
	Channels []channels.Name
	Now      func() time.Time
	Log      *slog.Logger

	last tightened
}

// tightened is who had nearly spent their budget, when it was last added up.
type tightened struct {
	mu  sync.Mutex
	at  time.Time
	all []subscribers.Spending
}

// budgetsGood is how long it is told: the desk asks at each visit, and adding up
// the month of a thousand partnerships takes a second.
const budgetsGood = time.Minute

// Tight returns the partnerships of a zone, or of every zone when it is empty,
// that have nearly spent their budget of the present month, as it stood at most a
// minute ago.
func (b *Budgets) Tight(ctx context.Context, zone broker.ZoneID) ([]subscribers.Spending, error) {
	b.last.mu.Lock()
	defer b.last.mu.Unlock()
	if age := b.Now().Sub(b.last.at); age < 0 || age >= budgetsGood {
		all, err := b.tight(ctx)
		if err != nil {
			return nil, err
		}
		b.last.all, b.last.at = all, b.Now()
	}
	return slices.DeleteFunc(slices.Clone(b.last.all), func(s subscribers.Spending) bool { return zone != "" && s.Partnership.Zone != zone }), nil
}

// tight adds up those that have a budget.
func (b *Budgets) tight(ctx context.Context) ([]subscribers.Spending, error) {
	partnerships, err := b.Directory.Partnerships(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	var all []subscribers.Spending
	for _, p := range partnerships {
		plan, err := b.Directory.Plan(ctx, p.ID, p.PlanVersion)
		if err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		if plan.Budget == nil {
			continue
		}
		one := subscribers.Spending{Partnership: p, Month: p.MonthOf(b.Now()), Budget: plan.Budget}
		if one.ByChannel, err = b.Ledger.Spent(ctx, p.ID, one.Month); err != nil {
			return nil, fmt.Errorf("add up what was spent: %w", err)
		}
		if one.Tight() {
			all = append(all, one)
		}
	}
	return all, nil
}

// Spendings knows what was paid.
type Spendings interface {
	// Spent returns what a partnership's deliveries of a month cost, by channel.
	Spent(ctx context.Context, p broker.PartnershipID, m subscribers.Month) (map[channels.Name]subscribers.Money, error)
}

// Spendings returns what each partnership of a zone, or of every zone when it
// is empty, spent in a month (as 2026-11; empty: the present one of each).
func (b *Budgets) Spendings(ctx context.Context, zone broker.ZoneID, month string) ([]subscribers.Spending, error) {
	partnerships, err := b.Directory.Partnerships(ctx, zone)
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	var all []subscribers.Spending
	for _, p := range partnerships {
		one, err := b.spending(ctx, p, month)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (b *Budgets) spending(ctx context.Context, p subscribers.Partnership, month string) (subscribers.Spending, error) {
	s := subscribers.Spending{Partnership: p, Month: p.MonthOf(b.Now())}
	var err error
	if month != "" {
		if s.Month, err = p.ParseMonth(month); err != nil {
			return s, err
		}
	}
	plan, err := b.Directory.Plan(ctx, p.ID, p.PlanVersion)
	if err != nil {
		return s, fmt.Errorf("read plan: %w", err)
	}
	s.Budget = plan.Budget
	if s.ByChannel, err = b.Ledger.Spent(ctx, p.ID, s.Month); err != nil {
		return s, fmt.Errorf("add up what was spent: %w", err)
	}
	return s, nil
}

// Tick warns those whose budget has become tight since.
func (b *Budgets) Tick(ctx context.Context) error {
	all, err := b.tight(ctx)
	if err != nil {
		return err
	}
	b.last.mu.Lock()
	b.last.all, b.last.at = all, b.Now()
	b.last.mu.Unlock()
	var failed []error
	for _, s := range all {
		failed = append(failed, b.warn(ctx, s))
	}
	return errors.Join(failed...)
}

func (b *Budgets) warn(ctx context.Context, s subscribers.Spending) error {
	approvers, err := b.Directory.Approvers(ctx, s.Partnership.ID)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	officers, err := b.Directory.Officers(ctx, s.Partnership.Zone)
	if err != nil {
		return fmt.Errorf("list officers: %w", err)
	}
	people := members(subscribers.Mandated(officers))
	for _, a := range approvers {
		if a.Role == subscribers.RoleCoordinator {
			people = append(people, a.Member)
		}
	}
	letter := s.Warning()
	var entries []subscribers.Entry
	for _, who := range people {
		if e, ok := letter.To(who, b.Channels, broker.Normal, b.Now()); ok {
			entries = append(entries, e)
		}
	}
	first, err := b.Ledger.AddBudgetWarning(ctx, s.Partnership.ID, s.Month, letter, entries, b.Now())
	if err != nil {
		return fmt.Errorf("write the warning: %w", err)
	}
	if !first {
		return nil
	}
	b.Log.Info("budget nearly spent", "partnership", s.Partnership.ID, "month", s.Month.Name, "people", len(entries))
	return b.Queue.Entries(ctx, entries)
}
