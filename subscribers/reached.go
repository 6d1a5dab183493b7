package subscribers

// Reached is for how many people a message was, and how many of them it reached
// on some channel.
type Reached struct{ People, Reached int }

// Begun says whether messages have been sent for the partnership, or may be: from
// its launch on (PLP.md, rules 3 and 11).
func (p Partnership) Begun() bool {
	switch p.Stage {
	case StageIdea, StagePreparation, StageEvening, StageCharter:
		return false
	}
	return true
}
