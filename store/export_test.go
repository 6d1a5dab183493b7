package store

import "time"

// AboutMember lists the tables that EraseMembers empties of a person.
func AboutMember() []string { return aboutMember() }

// HasPatience sets how long a transaction may take on PostgreSQL.
func (s *Store) HasPatience(d time.Duration) { s.patience = d }

// Answers sets how long a connection to PostgreSQL that has rested may take to answer.
func (s *Store) Answers(d time.Duration) { s.answers = d }
