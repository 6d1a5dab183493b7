package web

import (
	"net/http"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// officerJSON is an officer as programs see them: how they are reached, and not
// where.
type officerJSON struct {
	ID       subscribers.MemberID    `json:"id"`
	Zone     broker.ZoneID           `json:"zone"`
	Name     string                  `json:"name"`
	Role     subscribers.OfficerRole `json:"role"`
	Lang     broker.Lang             `json:"lang"`
	Channels []channels.Name         `json:"channels"`
}

// apiOfficers lists the officers of ?zone= or of all.
func (s *server) apiOfficers(w http.ResponseWriter, r *http.Request) {
	zones, err := s.askedZones(r)
	if err != nil {
		s.failJSON(w, r, "list the zones", err)
		return
	}
	list := []officerJSON{}
	for _, zone := range zones {
		officers, err := s.Records.Officers(r.Context(), zone)
		if err != nil {
			s.failJSON(w, r, "list the officers", err)
			return
		}
		for _, o := range officers {
			list = append(list, officerAsJSON(o))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"officers": list})
}

func officerAsJSON(o subscribers.Officer) officerJSON {
	shown := officerJSON{ID: o.ID, Zone: o.Zone, Name: o.Name, Role: o.Role, Lang: o.Lang, Channels: []channels.Name{}}
	for _, c := range o.Contacts {
		if c.State == subscribers.ContactActive {
			shown.Channels = append(shown.Channels, c.Channel)
		}
	}
	return shown
}
