package web

import (
	"net/http"

	"relais/subscribers"
)

// planPage is a partnership's communication plan in plain words.
type planPage struct {
	view
	Partnership string
	Version     int
	Rules       []string
	Others      []string // quiet hours, infoflash, caps and budget
}

func (s *server) getInboxPlan(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	plan, err := s.Records.Plan(r.Context(), partnership.ID, partnership.PlanVersion)
	if err != nil {
		s.failPage(w, r, "read the plan", err)
		return
	}
	p := planPage{view: s.partnershipView(r, partnership, "plan"), Partnership: partnership.Name, Version: partnership.PlanVersion}
	p.Title = p.T("plan.title")
	for _, rule := range plan.Rules {
		p.Rules = append(p.Rules, rule.Explain(p.Lang))
	}
	for _, sentence := range []string{
		plan.QuietHours.Explain(p.Lang), plan.Digest.Explain(p.Lang), plan.ExplainPerDay(p.Lang),
		plan.Budget.Explain(p.Lang), plan.ExplainPlainAccents(p.Lang),
	} {
		if sentence != "" {
			p.Others = append(p.Others, sentence)
		}
	}
	s.show(w, r, http.StatusOK, "plan", p)
}
