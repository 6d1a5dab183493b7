package broker

// Stage is the step of the pipeline that gave up on an event.
type Stage string

// The stages, in the order in which a message passes them.
const (
	StageRoute Stage = "route" // a publication
	StagePlan  Stage = "plan"  // an approval
	StageSend  Stage = "send"  // a job of deliveries
)

// Stages lists them in their order.
func Stages() []Stage { return []Stage{StageRoute, StagePlan, StageSend} }

// Stage says which step reads a subject; empty for one that none reads.
func (s Subject) Stage() Stage {
	tokens := s.Tokens()
	if len(tokens) < 2 {
		return ""
	}
	switch tokens[1] {
	case "message":
		return StageRoute
	case "approval":
		return StagePlan
	case "work":
		return StageSend
	}
	return ""
}
