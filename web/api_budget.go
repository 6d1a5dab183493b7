package web

import (
	"net/http"
	"regexp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// spendingJSON is what a partnership spent in a month, in euros.
type spendingJSON struct {
	Partnership broker.PartnershipID      `json:"partnership"`
	Name        string                    `json:"name"`
	Month       string                    `json:"month"`            // 2026-11, in the partnership's zone
	Budget      float64                   `json:"budget,omitempty"` // of the plan in force; none: it has none
	Spent       float64                   `json:"spent"`
	ByChannel   map[channels.Name]float64 `json:"byChannel"`
	Saves       bool                      `json:"saves"` // what is not urgent goes by cheaper channels
}

// apiBudget lists what the partnerships of ?zone= or of all spent in ?month=,
// or in the present one.
func (s *server) apiBudget(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	month := query.Get("month")
	if month != "" && !regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`).MatchString(month) {
		refuseFault(w, &broker.Fault{Field: "month", Problem: "is not a month", Remedy: "write it as 2026-11"})
		return
	}
	zones, err := s.askedZones(r)
	if err != nil {
		s.failJSON(w, r, "list the zones", err)
		return
	}
	var spent []subscribers.Spending
	for _, zone := range zones {
		found, err := s.Budgets.Spendings(r.Context(), zone, month)
		if err != nil {
			s.failJSON(w, r, "add up what was spent", err)
			return
		}
		spent = append(spent, visible(r, zone, found, func(one subscribers.Spending) broker.PartnershipID { return one.Partnership.ID })...)
	}
	list := []spendingJSON{}
	for _, one := range spent {
		shown := spendingJSON{
			Partnership: one.Partnership.ID, Name: one.Partnership.Name, Month: one.Month.Name,
			Spent: one.Total().InEuros(), ByChannel: map[channels.Name]float64{}, Saves: one.Tight(),
		}
		if one.Budget != nil {
			shown.Budget = one.Budget.Month
		}
		for name, money := range one.ByChannel {
			shown.ByChannel[name] = money.InEuros()
		}
		list = append(list, shown)
	}
	writeJSON(w, http.StatusOK, map[string]any{"budgets": list})
}
