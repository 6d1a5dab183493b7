package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// The same matter counts up while it goes on, whoever has seen it; after a rest
// it is a new incident. The letters are written with the first.
func TestIncidentsCountUpUntilTheyRest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		raise := func(zone broker.ZoneID, matter string, after time.Duration, count int) (subscribers.IncidentID, bool) {
			i := subscribers.Incident{
				ID: subscribers.IncidentID{UUID: uuid.Must(uuid.NewV7())}, Kind: subscribers.IncidentLoop, Zone: zone, Matter: matter,
				Texts: map[broker.Lang]broker.Text{broker.English: {Title: "A loop"}}, First: noon.Add(after), Last: noon.Add(after), Count: count,
			}
			return i.ID, got(s.RaiseIncident(t.Context(), i, time.Hour, []subscribers.ServiceMessage{i.Letter(string(zone))}, nil))(t)
		}
		first, isNew := raise("demo", "a", 0, 1)
		same(t, "the first is new", isNew, true)
		for i := range 3 {
			_, isNew = raise("demo", "a", time.Duration(i+1)*50*time.Minute, 2)
			same(t, "the same again", isNew, false)
		}
		_, isNew = raise("demo", "b", 0, 1)
		same(t, "another matter", isNew, true)
		_, isNew = raise("eupen", "a", 0, 1)
		same(t, "another zone", isNew, true)
		_, isNew = raise("", "sms", 0, 1)
		same(t, "the whole installation", isNew, true)

		same(t, "one by its id", got(s.Incident(t.Context(), first))(t).Count, 7)
		if _, err := s.Incident(t.Context(), subscribers.IncidentID{UUID: uuid.New()}); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("unknown: got %v, want ErrNotFound", err)
		}

		elsewhere := subscribers.Incident{Kind: subscribers.IncidentLoop, Zone: "eupen", Partnership: linden, Message: broker.NewMessageID(), Matter: "a", First: noon, Last: noon}
		same(t, "in another partnership", got(s.RaiseIncident(t.Context(), elsewhere, time.Hour, nil, nil))(t), false)
		several := got(s.Incidents(t.Context(), "eupen", false))(t)[1] // before it the whole installation's
		same(t, "several partnerships", several.Partnership, "")
		same(t, "the message is known later", several.Message, elsewhere.Message)

		listed := got(s.Incidents(t.Context(), "demo", false))(t)
		same(t, "those of demo and of all", len(listed), 3)
		same(t, "counted", listed[0].Count, 7)
		same(t, "first seen", listed[0].First, noon)
		same(t, "last seen", listed[0].Last, noon.Add(150*time.Minute))
		same(t, "says", listed[0].Texts[broker.English].Title, "A loop")
		same(t, "every zone's", len(got(s.Incidents(t.Context(), "", false))(t)), 4)
		got(s.ServiceMessage(t.Context(), listed[0].Letter("demo").ID))(t)

		must(t, s.AckIncident(t.Context(), first, "CP Maes", noon.Add(3*time.Hour)))
		must(t, s.AckIncident(t.Context(), first, "CP Maes", noon.Add(4*time.Hour)))
		var seen *subscribers.IncidentSeenError
		if err := s.AckIncident(t.Context(), first, "Insp. Claes", noon); !errors.As(err, &seen) || seen.By != "CP Maes" {
			t.Errorf("a second officer: got %v, want that CP Maes was first", err)
		}
		if err := s.AckIncident(t.Context(), subscribers.IncidentID{UUID: uuid.New()}, "CP Maes", noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("no such incident: got %v", err)
		}
		same(t, "without those that were seen", len(got(s.Incidents(t.Context(), "demo", false))(t)), 2)
		same(t, "with them", len(got(s.Incidents(t.Context(), "demo", true))(t)), 3)
		_, isNew = raise("demo", "a", 3*time.Hour, 1)
		same(t, "it goes on after it was seen", isNew, false)
		_, isNew = raise("demo", "a", 4*time.Hour, 1)
		same(t, "after a rest", isNew, true)
	})
}
