package subscribers

import (
	"relais/broker"
	"relais/channels"
)

// Standing is how far a message has come, in numbers, for lists of messages.
type Standing struct {
	Message  broker.MessageID
	Revision int
	Open     int                    // partnerships that have yet to answer
	Granted  int                    // partnerships to whose members it goes
	Counted  bool                   // Counts and Done are known
	Counts   map[channels.State]int // members by how far it came, once for each partnership and channel
	Done     bool                   // every approval is decided and every delivery final
}

// Answered adds so many partnerships in one state; planned: their last delivery
// has been written.
func (s *Standing) Answered(state ApprovalState, planned bool, partnerships int) {
	switch {
	case state.Granted():
		s.Granted += partnerships
		s.Done = s.Done && planned
	case !state.Final():
		s.Open += partnerships
		s.Done = false
	}
}

// CountedAs takes over what was counted of the same revision a while ago.
func (s Standing) CountedAs(before Standing) Standing {
	s.Counted, s.Done, s.Counts = true, before.Done, before.Counts
	return s
}

// Standing is the same in numbers.
func (s Outlined) Standing() Standing {
	sum := Standing{Message: s.Message, Revision: s.Revision, Counted: s.Counted, Counts: make(map[channels.State]int)}
	for _, p := range s.Partnerships {
		sum.Answered(p.State, p.Planned, 1)
		for _, c := range p.Channels {
			for state, n := range c.Counts {
				sum.Counts[state] += n
			}
		}
	}
	sum.Done = s.Done
	return sum
}
