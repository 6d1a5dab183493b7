package dispatch

import "relais/broker"

// Waiting says how many jobs of a priority wait for their turn to call.
func (s *Sender) Waiting(p broker.Priority) int {
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	return len(s.turns.waiting[p])
}
