package store

import "time"

// AboutMember lists the tables that EraseMembers empties of a person.
func AboutMember() []string { return aboutMember() }

// HasPatience sets how long a transaction may take on PostgreSQL.
func (s *Store) HasPatience(d time.Duration) { s.patience = d }
