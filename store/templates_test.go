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

func TestTemplates(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		text := subscribers.Template{
			ID: subscribers.TemplateID{UUID: uuid.Must(uuid.NewV7())}, Zone: "demo", Kind: broker.Hazard, Name: "Gas", Changed: noon, By: "CP Maes",
			Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Fuite de gaz, [rue]", Body: "N’allumez rien."}},
		}
		must(t, s.SaveTemplate(t.Context(), text))
		other := text
		other.ID, other.Zone = subscribers.TemplateID{UUID: uuid.Must(uuid.NewV7())}, "eupen"
		must(t, s.SaveTemplate(t.Context(), other))
		same(t, "of the zone", got(s.Templates(t.Context(), "demo"))(t), []subscribers.Template{text})

		text.Name, text.Changed, text.By = "Fuite de gaz", noon.Add(time.Hour), "CP Claes"
		moved := text
		moved.Zone, moved.Kind = "eupen", broker.Alert
		must(t, s.SaveTemplate(t.Context(), moved))
		same(t, "changed, where it was", got(s.Template(t.Context(), text.ID))(t), text)

		must(t, s.DropTemplate(t.Context(), text.ID))
		must(t, s.DropTemplate(t.Context(), text.ID))
		if _, err := s.Template(t.Context(), text.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("deleted: got %v, want ErrNotFound", err)
		}
		same(t, "the other zone's", len(got(s.Templates(t.Context(), "eupen"))(t)), 1)
	})
}
