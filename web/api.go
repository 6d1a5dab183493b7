package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// How many messages a list holds when the request does not say, and at most.
const (
	usualRecent = 20
	maxRecent   = 200
)

// apiMessages lists recent messages, of ?zone= or of all, at most ?limit= of each.
func (s *server) apiMessages(w http.ResponseWriter, r *http.Request) {
	limit := usualRecent
	if asked := r.URL.Query().Get("limit"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 || n > maxRecent {
			writeJSON(w, http.StatusBadRequest, problem{Error: "limit is not a number from 1 to " + strconv.Itoa(maxRecent) + "."})
			return
		}
		limit = n
	}
	zones, err := s.askedZones(r)
	if err != nil {
		s.failJSON(w, r, "list the zones", err)
		return
	}
	messages := []broker.Message{}
	for _, zone := range zones {
		recent, err := s.Records.Recent(r.Context(), zone, limit)
		if err != nil {
			s.failJSON(w, r, "list the messages", err)
			return
		}
		messages = append(messages, recent...)
	}
	writeJSON(w, http.StatusOK, map[string]any{"messages": messages})
}

// askedZones is ?zone=, or all in which the caller has the route's right.
func (s *server) askedZones(r *http.Request) ([]broker.ZoneID, error) {
	if zone := r.URL.Query().Get("zone"); zone != "" {
		return []broker.ZoneID{broker.ZoneID(zone)}, nil
	}
	return s.myZones(r.Context())
}

// visible keeps what the caller may see of a list of a zone: who belongs to one
// partnership does not see the others'.
func visible[T any](r *http.Request, zone broker.ZoneID, list []T, partnership func(T) broker.PartnershipID) []T {
	who := callerOf(r.Context())
	return slices.DeleteFunc(list, func(one T) bool {
		return !who.may(subscribers.Scope{Zone: zone, Partnership: partnership(one)})
	})
}

// published is the answer to a message that was taken.
type published struct {
	ID       broker.MessageID `json:"id"`
	Revision int              `json:"revision"`
	Status   string           `json:"status"` // where its status stands
}

// apiPublish takes one message as JSON. An id and the time of sending are
// given to those that have none. What was probably published already is
// refused, unless the program says ?anyway=true.
func (s *server) apiPublish(w http.ResponseWriter, r *http.Request) {
	m, ok := s.readMessage(w, r)
	if !ok {
		return
	}
	if ok, err := s.meetsSomebody(r.Context(), m); err != nil {
		s.failJSON(w, r, "read the partnerships", err)
		return
	} else if !ok {
		refuseFault(w, &broker.Fault{Field: "area", Problem: "meets no partnership of this zone", Remedy: "check the positions and the outlines of the partnerships, or name the partnerships"})
		return
	}
	if r.URL.Query().Get("anyway") != "true" {
		alike, err := s.duplicates(r.Context(), m)
		if err != nil {
			s.failJSON(w, r, "look for like messages", err)
			return
		}
		if len(alike) > 0 {
			refuseAlike(w, alike)
			return
		}
	}
	if err := s.Publisher.Publish(r.Context(), m); err != nil {
		s.failJSON(w, r, "publish the message", err)
		return
	}
	path := "/api/messages/" + m.ID.String()
	w.Header().Set("Location", path)
	writeJSON(w, http.StatusCreated, published{m.ID, m.Revision, s.options.PublicURL + path})
}

// meetsSomebody says whether a message with areas is for any partnership. Routing
// would find out too, but nobody waits for its answer.
func (s *server) meetsSomebody(ctx context.Context, m broker.Message) (bool, error) {
	if len(m.Area) == 0 || len(m.Partnerships) > 0 {
		return true, nil
	}
	zone, err := s.Records.Partnerships(ctx, m.Zone)
	if err != nil {
		return false, fmt.Errorf("list partnerships: %w", err)
	}
	return len(subscribers.Meeting(m.Area, zone)) > 0, nil
}

// readMessage reads a valid message, or answers why there is none.
func (s *server) readMessage(w http.ResponseWriter, r *http.Request) (broker.Message, bool) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		s.failJSON(w, r, "read the message", err)
		return broker.Message{}, false
	}
	m, err := broker.ParseMessage(data)
	if err == nil {
		m = callerOf(r.Context()).wrote(s.completed(m))
		err = m.Validate()
	}
	if left := s.texts.firstUnfilled(m); err == nil && left != nil {
		err = left
	}
	var fault *broker.Fault
	if errors.As(err, &fault) {
		refuseFault(w, fault)
		return m, false
	}
	if err != nil {
		s.failJSON(w, r, "read the message", err)
		return m, false
	}
	return m, s.mayWrite(w, r, m) && s.filledIn(w, r, m)
}

// filledIn says whether a message leaves nothing of a text of its zone in
// brackets, or answers what it does.
func (s *server) filledIn(w http.ResponseWriter, r *http.Request, m broker.Message) bool {
	left, err := s.ownBrackets(r.Context(), m.Zone, m.Kind, m.Texts)
	switch {
	case err != nil:
		s.failJSON(w, r, "look for what is not filled in", err)
	case len(left) > 0:
		refuseFault(w, &left[0])
	default:
		return true
	}
	return false
}

// mayWrite says whether the caller may write for a message's zone, and about what
// it answers; else it has answered.
func (s *server) mayWrite(w http.ResponseWriter, r *http.Request, m broker.Message) bool {
	who := callerOf(r.Context())
	may := who.may(subscribers.Scope{Zone: m.Zone})
	for _, earlier := range m.References {
		if !may || who.everything {
			break
		}
		about, err := s.mayAboutMessage(r.Context(), earlier.String(), who)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
			s.failJSON(w, r, "read the message it is about", err)
			return false
		}
		may = about || err != nil // what does not exist is the router's to refuse
	}
	if !may {
		s.refuseRight(w, r, doorAPI)
	}
	return may
}

func (s *server) completed(m broker.Message) broker.Message {
	if m.ID == (broker.MessageID{}) {
		m.ID = broker.NewMessageID()
	}
	if m.Sent.IsZero() {
		m.Sent = s.Now().UTC().Truncate(time.Second)
	}
	return m
}

func (s *server) apiStatus(w http.ResponseWriter, r *http.Request) {
	id, err := broker.ParseMessageID(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; give the one that publishing answered."})
		return
	}
	status, err := s.Records.Status(r.Context(), id)
	if err != nil {
		s.failJSON(w, r, "read the status", err)
		return
	}
	writeJSON(w, http.StatusOK, status)
}
