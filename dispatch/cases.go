package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Cases sees to it that the police give word of what came of an alert; the
// states stand with subscribers.Case. Any number of nodes may run it at once.
type Cases struct {
	Directory     Directory
	Ledger        CasesLedger
	Queue         Queue
	Channels      []channels.Name
	MandatedAfter time.Duration // after the author's reminder
	Local         *time.Location
	Now           func() time.Time
	Log           *slog.Logger
}

// CasesLedger is what Cases needs of the ledger.
type CasesLedger interface {
	Approvals
	Corrections
	Debts
}

// settle opens the case of a granted message, or ends the cases of what it gives
// word about. It comes before the first delivery and may run twice.
func (c *Cases) settle(ctx context.Context, o subscribers.Occasion) error {
	m, a := o.Message, o.Approval
	if end, ok := subscribers.EndFor(m, a.Decision.At); ok {
		return c.end(ctx, m, a.Partnership, o.Partnership.Location(), end)
	}
	return c.open(ctx, m, a, o.Partnership.Location())
}

func (c *Cases) open(ctx context.Context, m broker.Message, a subscribers.Approval, loc *time.Location) error {
	if _, owed := subscribers.CaseFor(m, m.ID, a, loc); !owed {
		return nil
	}
	matter := m.ID
	if len(m.References) > 0 {
		family, _, err := c.Ledger.References(ctx, m)
		if err != nil {
			return fmt.Errorf("read what the message is about: %w", err)
		}
		if len(family) > 0 {
			matter = family[0]
		}
	}
	opened, _ := subscribers.CaseFor(m, matter, a, loc)
	if err := c.Ledger.OpenCase(ctx, opened); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	return nil
}

// end ends the cases of m's family in a partnership. What was granted there and
// not yet planned gets its case first, so that it is not opened after its end.
func (c *Cases) end(ctx context.Context, m broker.Message, p broker.PartnershipID, loc *time.Location, end subscribers.CaseEnd) error {
	family, _, err := c.Ledger.References(ctx, m)
	if err != nil {
		return fmt.Errorf("read what the message is about: %w", err)
	}
	originals, err := c.Ledger.Originals(ctx, family)
	if err != nil {
		return fmt.Errorf("read what became of it: %w", err)
	}
	for _, o := range inPartnership(originals, p) {
		if !granted(o) || !o.Approval.Planned.IsZero() {
			continue
		}
		earlier, err := c.Ledger.Message(ctx, o.Approval.Message, o.Approval.Revision)
		if err != nil {
			return fmt.Errorf("read earlier message: %w", err)
		}
		if err := c.open(ctx, earlier, o.Approval, loc); err != nil {
			return err
		}
	}
	if err := c.Ledger.EndCases(ctx, family, p, end); err != nil {
		return fmt.Errorf("end cases: %w", err)
	}
	return nil
}

// Close ends a case because the inquiry allows no word, and tells the
// coordinators. It returns *subscribers.CaseClosedError when the case had ended,
// and subscribers.ErrNotFound when there is none.
func (c *Cases) Close(ctx context.Context, id subscribers.CaseID, by, why string) (subscribers.Case, error) {
	for {
		before, err := c.Ledger.Case(ctx, id)
		if err != nil {
			return before, fmt.Errorf("read case: %w", err)
		}
		after, err := before.Closed(subscribers.CaseEnd{How: subscribers.NotAllowed, By: by, At: c.Now(), Why: why})
		if err != nil {
			return before, err
		}
		moved, err := c.tellCoordinators(ctx, before, after)
		if err != nil || moved {
			return after, err
		}
	}
}

func (c *Cases) tellCoordinators(ctx context.Context, before, after subscribers.Case) (bool, error) {
	about, err := c.about(ctx, before)
	if err != nil {
		return false, err
	}
	approvers, err := c.Directory.Approvers(ctx, before.Partnership)
	if err != nil {
		return false, fmt.Errorf("list approvers: %w", err)
	}
	var people []subscribers.Member
	for _, a := range subscribers.Coordinators(approvers, about.Partnership.Today(c.Now())) {
		people = append(people, a.Member)
	}
	letter := after.TellNotAllowed(about.Message, about.Partnership)
	return c.move(ctx, before, after, letter, c.letters(letter, people, c.Channels))
}

// Sweep sends the reminders and summaries that are due.
func (c *Cases) Sweep(ctx context.Context) error {
	return errors.Join(c.remindAll(ctx), c.summarise(ctx))
}

func (c *Cases) remindAll(ctx context.Context) error {
	due, err := c.Ledger.DueCases(ctx, c.Now(), sweepBatch)
	if err != nil {
		return fmt.Errorf("list due cases: %w", err)
	}
	for _, one := range due {
		if err := c.remind(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cases) remind(ctx context.Context, before subscribers.Case) error {
	about, err := c.about(ctx, before)
	if err != nil {
		return err
	}
	after := before.Reminded(c.Now(), c.MandatedAfter, about.Partnership.Location())
	officers, err := c.Directory.Officers(ctx, before.Zone)
	if err != nil {
		return fmt.Errorf("list officers: %w", err)
	}
	reminded := subscribers.Authors(officers, before.Owner)
	if after.Step == subscribers.MandatedReminded {
		reminded = subscribers.Mandated(officers)
	}
	others, err := c.Ledger.AlsoOwed(ctx, before)
	if err != nil {
		return fmt.Errorf("count who else waits for word: %w", err)
	}
	letter := after.Remind(about.Message, about.Partnership, before.NextAt, others)
	entries := c.letters(letter, members(reminded), c.Channels)
	moved, err := c.move(ctx, before, after, letter, entries)
	if moved {
		c.Log.Info("case reminded", "case", after.ID, "partnership", after.Partnership, "step", int(after.Step), "officers", len(entries))
	}
	if moved && len(entries) == 0 && after.Step == subscribers.AuthorReminded {
		c.Log.Warn("feedback is overdue and no officer on file can be reminded: import officers", "zone", after.Zone, "case", after.ID)
	}
	return err
}

// move writes a case's new state and who is written to because of it.
func (c *Cases) move(ctx context.Context, before, after subscribers.Case, letter subscribers.ServiceMessage, entries []subscribers.Entry) (bool, error) {
	moved, err := c.Ledger.MoveCase(ctx, before, after, []subscribers.ServiceMessage{letter}, entries, c.Now())
	if err != nil {
		return false, fmt.Errorf("move case: %w", err)
	}
	if !moved {
		return false, nil
	}
	return true, c.Queue.Entries(ctx, entries)
}

func (c *Cases) about(ctx context.Context, one subscribers.Case) (subscribers.Overdue, error) {
	m, err := c.Ledger.Message(ctx, one.Message, one.Revision)
	if err != nil {
		return subscribers.Overdue{}, fmt.Errorf("read message: %w", err)
	}
	p, err := c.Directory.Partnership(ctx, one.Partnership)
	if err != nil {
		return subscribers.Overdue{}, fmt.Errorf("read partnership: %w", err)
	}
	return subscribers.Overdue{Case: one, Message: m, Partnership: p}, nil
}

func (c *Cases) letters(letter subscribers.ServiceMessage, people []subscribers.Member, on []channels.Name) []subscribers.Entry {
	var entries []subscribers.Entry
	for _, who := range people {
		if e, ok := letter.To(who, on, broker.Normal, c.Now()); ok {
			entries = append(entries, e)
		}
	}
	return entries
}

func members(officers []subscribers.Officer) []subscribers.Member {
	people := make([]subscribers.Member, len(officers))
	for i, o := range officers {
		people[i] = o.Member
	}
	return people
}
