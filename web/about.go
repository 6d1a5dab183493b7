package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// about says whether a caller may do a route's thing to what the request
// touches. What does not exist is subscribers.ErrNotFound; nothing is told of it
// that the handler does not tell everybody.
type about func(s *server, r *http.Request, who caller) (bool, error)

// aboutZone is for lists: of ?zone=, else of wherever the caller has the right.
// The handler keeps to myZones, and to what the caller may see of each.
func aboutZone(_ *server, r *http.Request, who caller) (bool, error) {
	zone := broker.ZoneID(r.URL.Query().Get("zone"))
	if zone == "" {
		return who.somewhere(), nil
	}
	for _, mine := range who.zones() {
		if mine == zone {
			return true, nil
		}
	}
	return false, nil
}

// aboutEverywhere is for what belongs to the whole installation.
func aboutEverywhere(s *server, r *http.Request, who caller) (bool, error) {
	return s.mayEverywhere(r.Context(), who.right)
}

// aboutMessage is the one that the address names.
func aboutMessage(s *server, r *http.Request, who caller) (bool, error) {
	return s.mayAboutMessage(r.Context(), r.PathValue("id"), who)
}

func (s *server) mayAboutMessage(ctx context.Context, name string, who caller) (bool, error) {
	id, err := broker.ParseMessageID(name)
	if err != nil {
		return false, subscribers.ErrNotFound
	}
	m, err := s.Records.Latest(ctx, id)
	if err != nil {
		return false, fmt.Errorf("read message: %w", err)
	}
	return who.may(subscribers.Scope{Zone: m.Zone}), nil
}

// aboutCompose is the zone that a form writes for, and the message that it answers.
func aboutCompose(s *server, r *http.Request, who caller) (bool, error) {
	asked := r.URL.Query()
	if r.Method == http.MethodPost {
		if err := readFields(r); err != nil {
			return false, &formError{err}
		}
		asked = r.PostForm
	}
	if zone := broker.ZoneID(asked.Get("zone")); zone != "" && !who.may(subscribers.Scope{Zone: zone}) {
		return false, nil
	}
	if ref := asked.Get("ref"); ref != "" {
		may, err := s.mayAboutMessage(r.Context(), ref, who)
		if errors.Is(err, subscribers.ErrNotFound) {
			return who.somewhere(), nil // the form says that there is none
		}
		return may, err
	}
	return who.somewhere(), nil
}

// formError is a form that cannot be read.
type formError struct{ error }

func (e *formError) Unwrap() error { return e.error }

// aboutApproval is the one that the address names.
func aboutApproval(s *server, r *http.Request, who caller) (bool, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return false, subscribers.ErrNotFound
	}
	a, err := s.Records.Approval(r.Context(), subscribers.ApprovalID{UUID: id})
	if err != nil {
		return false, fmt.Errorf("read approval: %w", err)
	}
	return s.mayAboutPartnership(r.Context(), a.Partnership, who)
}

func (s *server) mayAboutPartnership(ctx context.Context, id broker.PartnershipID, who caller) (bool, error) {
	p, err := s.Records.Partnership(ctx, id)
	if err != nil {
		return false, fmt.Errorf("read partnership: %w", err)
	}
	return who.may(subscribers.Scope{Zone: p.Zone, Partnership: p.ID}), nil
}

// aboutPartnership is the one that the address names, as id or as partnership.
func aboutPartnership(s *server, r *http.Request, who caller) (bool, error) {
	id := r.PathValue("partnership")
	if id == "" {
		id = r.PathValue("id")
	}
	return s.mayAboutPartnership(r.Context(), broker.PartnershipID(id), who)
}

// aboutCase is the one that the address names.
func aboutCase(s *server, r *http.Request, who caller) (bool, error) {
	c, err := s.readCase(r)
	if err != nil {
		return false, err
	}
	return who.may(subscribers.Scope{Zone: c.Zone, Partnership: c.Partnership}), nil
}

// aboutTemplate is the one that the address names.
func aboutTemplate(s *server, r *http.Request, who caller) (bool, error) {
	one, err := s.namedTemplate(r)
	if err != nil {
		return false, err
	}
	return who.may(subscribers.Scope{Zone: one.Zone}), nil
}

// aboutIncident is the one that the address names. What concerns the whole
// installation is shown in every zone, and may be acknowledged from there.
func aboutIncident(s *server, r *http.Request, who caller) (bool, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return false, subscribers.ErrNotFound
	}
	i, err := s.Incidents.Incident(r.Context(), subscribers.IncidentID{UUID: id})
	if err != nil {
		return false, fmt.Errorf("read incident: %w", err)
	}
	if i.Zone == "" {
		return who.somewhere(), nil
	}
	return who.may(subscribers.Scope{Zone: i.Zone, Partnership: i.Partnership}), nil
}

// aboutMember is the one that the address names: whoever may in one of the
// partnerships that they belong to.
func aboutMember(s *server, r *http.Request, who caller) (bool, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return false, subscribers.ErrNotFound
	}
	in, err := s.Members.Belonging(r.Context(), subscribers.MemberID{UUID: id})
	if err != nil {
		return false, fmt.Errorf("read partnerships: %w", err)
	}
	for _, partnership := range in {
		if may, err := s.mayAboutPartnership(r.Context(), partnership, who); may || err != nil {
			return may, err
		}
	}
	return false, nil
}
