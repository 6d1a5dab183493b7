package store_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func officerRow(name string, role subscribers.OfficerRole, contacts ...subscribers.Contact) store.OfficerRow {
	return store.OfficerRow{Member: subscribers.Member{Name: name, Lang: "fr", Contacts: contacts}, Role: role}
}

func TestOfficersAndMembersAreOnePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne Delvaux", subscribers.RoleMember, mobile("+32470000001")))
		consent := subscribers.Consent{At: noon, How: "test"}
		rows := []store.OfficerRow{
			officerRow("anne  delvaux", subscribers.RoleOfficer, mail("anne@police.example"), mobile("+32470000001")),
			officerRow("Luc Maes", subscribers.RoleMandated, mail("luc@police.example")),
		}
		same(t, "first import", got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t), store.ImportResult{Added: 2})
		same(t, "the same list again", got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t), store.ImportResult{Unchanged: 2})
		officers := got(s.Officers(t.Context(), "demo"))(t)
		same(t, "officers", len(officers), 2)
		same(t, "the mandated first", officers[0].Name, "Luc Maes")
		same(t, "Anne is one person", officers[1].ID, members(t, s, tilleuls)[0].ID)
		same(t, "other zone", len(got(s.Officers(t.Context(), "other"))(t)), 0)
	})
}

// Who has left is not written to, and comes back when a list names them.
func TestRetireOfficer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		rows := []store.OfficerRow{officerRow("Luc Maes", subscribers.RoleMandated, mail("luc@police.example"))}
		consent := subscribers.Consent{At: noon, How: "test"}
		got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t)
		luc := got(s.Officers(t.Context(), "demo"))(t)[0]
		note := subscribers.ServiceMessage{ID: uuid.Must(uuid.NewV7()), From: "demo"}
		e, _ := note.To(luc.Member, []channels.Name{channels.Email}, "normal", noon)
		must(t, s.Tell(t.Context(), note, []subscribers.Entry{e}, noon))
		must(t, s.RetireOfficer(t.Context(), "demo", luc.ID, noon))
		same(t, "on duty", len(got(s.Officers(t.Context(), "demo"))(t)), 0)
		same(t, "what was queued", stateOf(t, s, e.ID), channels.Suppressed)
		if err := s.RetireOfficer(t.Context(), "demo", luc.ID, noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("retired twice: %v, want ErrNotFound", err)
		}
		same(t, "back", got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t), store.ImportResult{Updated: 1})
		same(t, "the same person", got(s.Officers(t.Context(), "demo"))(t)[0].ID, luc.ID)
	})
}
