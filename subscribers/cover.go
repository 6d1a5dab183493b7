package subscribers

// Cover is who of a partnership's approvers is there on a day.
type Cover struct {
	Here []Approver // whom some rule of the plan asks; coordinators, deputies, committee
	Away []Approver // everybody who is not
	Gap  bool       // there is a rule whose people are all away: those are asked all the same
}

// CoverOn says who stands in on a day, by the plan's rules: the committee only
// where one asks it. Approvers are in the order in which they are asked.
func (p Plan) CoverOn(approvers []Approver, day Date) Cover {
	var c Cover
	for _, a := range approvers {
		switch {
		case a.AbsentOn(day):
			c.Away = append(c.Away, a)
		case p.asks(a.Role):
			c.Here = append(c.Here, a)
		}
	}
	for _, rule := range p.Rules {
		if rule.Approval.By != ByPolice && len(rule.Approval.Approvers(c.Here)) == 0 {
			c.Gap = true
		}
	}
	return c
}

// asks says whether some rule asks a role to decide.
func (p Plan) asks(role Role) bool {
	for _, rule := range p.Rules {
		if rule.Approval.By != ByPolice && rule.Approval.Asks(role) {
			return true
		}
	}
	return false
}
