package store

import (
	"context"
	"time"
)

// AboutMember lists the tables that EraseMembers empties of a person.
func AboutMember() []string { return aboutMember() }

// HasPatience sets how long a statement may take on PostgreSQL.
func (s *Store) HasPatience(d time.Duration) { s.patience = d }

// Answers sets how long a connection to PostgreSQL that has rested may take to answer.
func (s *Store) Answers(d time.Duration) { s.answers = d }

// Statements writes so many times in one transaction, and calls between before
// each but the first.
func (s *Store) Statements(ctx context.Context, n int, between func()) error {
	return s.write(ctx, "test", func(t *tx) error {
		for i := range n {
			if i > 0 {
				between()
			}
			if err := t.alone(ctx, "test"); err != nil {
				return err
			}
		}
		return nil
	})
}
