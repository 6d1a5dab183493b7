package subscribers

import (
	"fmt"

	"relais/broker"
)

// Say puts a decision into a sentence for the approvers who did not take it.
// Its times are read in the location that they are in.
func (d Decision) Say(lang broker.Lang) string {
	s := outcomeSentences(lang)
	switch {
	case d.To == ApprovalApproved && d.How == HowPlan:
		return s.direct
	case d.To == ApprovalApproved:
		return fmt.Sprintf(s.approved, d.By)
	case d.To == ApprovalRefused:
		return fmt.Sprintf(s.refused, d.By, d.Why)
	case d.To == ApprovalOverruled && d.How != HowPlan:
		return fmt.Sprintf(s.released, d.By, d.Why)
	case d.To == ApprovalOverruled:
		return s.overruled
	case d.To == ApprovalHeld:
		return fmt.Sprintf(s.held, d.By, d.Until.Format(s.clock))
	case d.To == ApprovalQuestioned:
		return fmt.Sprintf(s.questioned, d.By, d.Why)
	case d.To == ApprovalPending && d.Why != "":
		return fmt.Sprintf(s.answered, d.By, d.Why)
	case d.To == ApprovalPending:
		return s.resumed
	case d.How == HowRevision:
		return s.replaced
	case d.How == HowCancel:
		return s.withdrawn
	}
	return s.lapsed
}

type outcomes struct {
	direct, approved, refused, overruled, released string
	held, clock, questioned, answered, resumed     string
	replaced, withdrawn, lapsed                    string
}

func outcomeSentences(lang broker.Lang) outcomes {
	switch lang {
	case broker.French:
		return outcomesFrench()
	case broker.Dutch:
		return outcomesDutch()
	case broker.German:
		return outcomesGerman()
	}
	return outcomesEnglish()
}
