package dispatch

import "relais/broker"

// Waiting says how many jobs of a priority wait for their turn to call.
func (s *Sender) Waiting(p broker.Priority) int { return s.turns.inLine(p) }

func (t *turns) inLine(p broker.Priority) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting[p])
}
