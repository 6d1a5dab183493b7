package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// digestJSON is an infoflash before it leaves, as programs see it.
type digestJSON struct {
	Partnership broker.PartnershipID `json:"partnership"`
	Date        subscribers.Date     `json:"date"`
	Leaves      time.Time            `json:"leaves"`
	Held        bool                 `json:"held"`
	HeldBy      string               `json:"heldBy,omitempty"`
	HeldAt      time.Time            `json:"heldAt,omitzero"`
	Note        string               `json:"note,omitempty"`
	NoteBy      string               `json:"noteBy,omitempty"`
	Closed      time.Time            `json:"closed,omitzero"` // when it left
	People      int                  `json:"people"`
	Items       []digestItemJSON     `json:"items"`
}

type digestItemJSON struct {
	Message  broker.MessageID `json:"message"`
	Revision int              `json:"revision"`
	Kind     broker.Kind      `json:"kind"`
	Title    string           `json:"title"`
	People   int              `json:"people"`
}

// apiDigests lists the next infoflash of each partnership of ?zone= or of all.
func (s *server) apiDigests(w http.ResponseWriter, r *http.Request) {
	zones, err := s.askedZones(r)
	if err != nil {
		s.failJSON(w, r, "list the zones", err)
		return
	}
	var coming []subscribers.SlotPreview
	for _, zone := range zones {
		found, err := s.Infoflashes.Coming(r.Context(), zone)
		if err != nil {
			s.failJSON(w, r, "list the infoflashes", err)
			return
		}
		coming = append(coming, visible(r, zone, found, func(p subscribers.SlotPreview) broker.PartnershipID { return p.Partnership })...)
	}
	list := []digestJSON{}
	for _, preview := range coming {
		d, err := s.digestAsJSON(r, preview)
		if err != nil {
			s.failJSON(w, r, "read the message", err)
			return
		}
		list = append(list, d)
	}
	writeJSON(w, http.StatusOK, map[string]any{"digests": list})
}

func (s *server) digestAsJSON(r *http.Request, p subscribers.SlotPreview) (digestJSON, error) {
	d := digestJSON{
		Partnership: p.Partnership, Date: p.Date, Leaves: p.LeavesAt, Held: p.Held(), HeldBy: p.HeldBy, HeldAt: p.HeldAt,
		Note: p.Note, NoteBy: p.NoteBy, Closed: p.ClosedAt, People: p.People, Items: []digestItemJSON{},
	}
	for _, item := range p.Items {
		m, err := s.Records.Message(r.Context(), item.Message, item.Revision)
		if err != nil {
			return d, err
		}
		text, _ := m.Text(broker.English)
		d.Items = append(d.Items, digestItemJSON{item.Message, item.Revision, m.Kind, text.Title, item.People})
	}
	return d, nil
}

// apiDigest shows the infoflash of one partnership and day.
func (s *server) apiDigest(w http.ResponseWriter, r *http.Request) {
	on, ok := readDay(w, r)
	if ok {
		s.answerDigest(w, r, on)
	}
}

func (s *server) answerDigest(w http.ResponseWriter, r *http.Request, on subscribers.Date) {
	preview, err := s.Infoflashes.Preview(r.Context(), broker.PartnershipID(r.PathValue("partnership")), on)
	if err != nil {
		s.refuseDigest(w, r, err)
		return
	}
	d, err := s.digestAsJSON(r, preview)
	if err != nil {
		s.failJSON(w, r, "read the message", err)
		return
	}
	writeJSON(w, http.StatusOK, d)
}

func readDay(w http.ResponseWriter, r *http.Request) (on subscribers.Date, ok bool) {
	if err := on.UnmarshalText([]byte(r.PathValue("date"))); err != nil || on.IsZero() {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The day is not a date; write it as 2026-11-23."})
		return on, false
	}
	return on, true
}

// apiChangeDigest holds an infoflash, releases it, or writes its cover note.
func (s *server) apiChangeDigest(change subscribers.SlotChange) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		on, ok := readDay(w, r)
		if !ok {
			return
		}
		var said struct {
			By   string `json:"by"`
			Note string `json:"note"`
		}
		dec := json.NewDecoder(r.Body)
		dec.DisallowUnknownFields()
		if err := dec.Decode(&said); err != nil {
			refuseFault(w, &broker.Fault{Field: "answer", Problem: "is not a JSON object with by and note", Remedy: `send {"by": "your name"}`})
			return
		}
		if said.By = callerOf(r.Context()).called(oneLine(said.By)); said.By == "" {
			refuseFault(w, &broker.Fault{Field: "by", Problem: "is missing", Remedy: "name the person who decides"})
			return
		}
		id := broker.PartnershipID(r.PathValue("partnership"))
		if err := s.Infoflashes.Change(r.Context(), id, on, change, oneLine(said.Note), said.By, callerOf(r.Context()).account.ID); err != nil {
			s.refuseDigest(w, r, err)
			return
		}
		s.answerDigest(w, r, on)
	}
}

func (s *server) refuseDigest(w http.ResponseWriter, r *http.Request, err error) {
	var refused *subscribers.RefusedSlotError
	switch {
	case errors.As(err, &refused) && refused.Why == subscribers.SlotNone:
		writeJSON(w, http.StatusNotFound, problem{Error: "Not there: " + refused.Error() + "."})
	case refused != nil:
		writeJSON(w, http.StatusConflict, problem{Error: "Not possible: " + refused.Error() + "."})
	default:
		s.failJSON(w, r, "change the infoflash", err)
	}
}
