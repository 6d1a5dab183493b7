package web

import (
	"errors"
	"net/http"

	"relais/broker"
	"relais/subscribers"
)

// sheetPage is for those who want paper (PLP.md, rule 9): one page to print, in
// large type.
type sheetPage struct {
	view
	Partnership subscribers.Partnership
	Join        string // the address of the page for joining; empty: it takes nobody
}

func (s *server) getSheet(w http.ResponseWriter, r *http.Request) {
	p := sheetPage{view: s.viewFor(r, "")}
	partnership, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("partnership")))
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refuse(w, r, p.view, http.StatusNotFound, "join.unknown")
		return
	}
	open := false
	if err == nil {
		open, err = s.takesMembers(r.Context(), partnership)
	}
	if err != nil {
		s.failPage(w, r, "read the partnership", err)
		return
	}
	if open {
		p.Join = s.options.PublicURL + "/join/" + string(partnership.ID)
	}
	p.Partnership, p.Title = partnership, partnership.Name
	s.show(w, r, http.StatusOK, "sheet", p)
}
