package web

import (
	"fmt"
	"net/http"

	"relais/broker"
	"relais/subscribers"
)

// tab is one of the pages about a partnership, for those who decide in it.
type tab struct {
	Name, URL string
	Here      bool
}

// partnershipView is that of the pages about one partnership, with the way to the others.
func (s *server) partnershipView(r *http.Request, p subscribers.Partnership, here string) view {
	v := s.inboxView(r).in(p)
	v.Tabs = v.tabs(p.ID, here)
	return v
}

func (v view) tabs(p broker.PartnershipID, here string) []tab {
	tabs := []tab{{v.T("inbox.title"), v.URL("/inbox"), false}}
	for _, page := range []string{"members", "absences", "journal", "plan"} {
		tabs = append(tabs, tab{v.T("tab." + page), v.URL("/inbox/partnerships/" + string(p) + "/" + page), page == here})
	}
	return tabs
}

// inboxPartnership gives a page the partnership that its address names.
func (s *server) inboxPartnership(do func(w http.ResponseWriter, r *http.Request, p subscribers.Partnership)) http.HandlerFunc {
	return s.personally(func(w http.ResponseWriter, r *http.Request) {
		p, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("id")))
		if err != nil {
			s.failPage(w, r, "open a page of a partnership", fmt.Errorf("read partnership: %w", err))
			return
		}
		do(w, r, p)
	})
}
