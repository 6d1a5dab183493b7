package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestAccountsAreThePeopleOfTheDirectory(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls,
			memberRow("Anne Delvaux", subscribers.RoleCoordinator, mail("anne@example.be")),
			memberRow("Bram Maes", subscribers.RoleDeputy, mail("anne@example.be")), // they live together
			memberRow("Cara", subscribers.RoleMember, mail("cara@example.be")))
		rows := []store.OfficerRow{
			officerRow("Anne Delvaux", subscribers.RoleOfficer, mail("anne@example.be")),
			officerRow("Luc Thys", subscribers.RoleAdmin, mail("luc@police.example")),
		}
		got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t)
		at := func(address string) []subscribers.Account {
			return got(s.AccountsAt(t.Context(), channels.NewAddress(address)))(t)
		}
		home := at("anne@example.be")
		same(t, "at home", len(home), 2)
		same(t, "Anne", home[0].Name, "Anne Delvaux")
		same(t, "her posts", home[0].Posts, []subscribers.Post{
			{Role: subscribers.PostOfficer, Zone: "demo"},
			{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: tilleuls},
		})
		same(t, "by id", got(s.Account(t.Context(), home[0].ID))(t), home[0])
		same(t, "Bram's posts", home[1].Posts, []subscribers.Post{{Role: subscribers.PostDeputy, Zone: "demo", Partnership: tilleuls}})
		same(t, "an admin", at("luc@police.example")[0].Posts, []subscribers.Post{{Role: subscribers.PostAdmin, Zone: "demo"}})
		same(t, "a member", len(at("cara@example.be")), 0)
		same(t, "nobody", len(at("dora@example.be")), 0)
		if _, err := s.Account(t.Context(), subscribers.NewMemberID()); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("unknown account: got %v, want ErrNotFound", err)
		}
	})
}

// Who leaves a post loses its rights at once, and keeps those of the others.
func TestPostsEndWithTheDuty(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne Delvaux", subscribers.RoleCoordinator, mail("anne@example.be")))
		got(s.ImportOfficers(t.Context(), "demo", []store.OfficerRow{officerRow("Anne Delvaux", subscribers.RoleOfficer, mail("anne@example.be"))}, consent))(t)
		anne := got(s.Officers(t.Context(), "demo"))(t)[0].ID
		must(t, s.RetireOfficer(t.Context(), "demo", anne, noon))
		same(t, "off duty", got(s.Account(t.Context(), anne))(t).Posts, []subscribers.Post{{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: tilleuls}})
		must(t, s.Stop(t.Context(), anne, tilleuls, noon))
		same(t, "and gone", len(got(s.Account(t.Context(), anne))(t).Posts), 0)
		same(t, "nobody signs in", len(got(s.AccountsAt(t.Context(), channels.NewAddress("anne@example.be")))(t)), 0)
	})
}

// An address that says stop still gets the code that its owner asks for; one
// that does not exist gets nothing.
func TestAccountsOfAddressesThatAreNotWrittenTo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls,
			memberRow("Anne", subscribers.RoleCoordinator, mail("anne@example.be")), memberRow("Bram", subscribers.RoleDeputy, mail("bram@example.be")))
		approval := granted(t, s, tilleuls)[0]
		for i, m := range members(t, s, tilleuls) {
			e := entry(approval, m.ID, m.Contacts[0].Address)
			e.Channel, e.Hash = channels.Email, m.Contacts[0].Address.Hash(channels.Email)
			got(s.Add(t.Context(), []subscribers.Entry{e}))(t)
			got(s.Claim(t.Context(), []channels.DeliveryID{e.ID}, noon, time.Minute))(t)
			o := outcome(e.ID, channels.Failed)
			o.Closes, o.Stopped = true, i == 0
			got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
		}
		same(t, "stopped", members(t, s, tilleuls)[0].Contacts[0].State, subscribers.ContactStopped)
		same(t, "who said stop", len(got(s.AccountsAt(t.Context(), channels.NewAddress("anne@example.be")))(t)), 1)
		same(t, "whose address does not exist", len(got(s.AccountsAt(t.Context(), channels.NewAddress("bram@example.be")))(t)), 0)
	})
}

func TestHasAdmin(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne Delvaux", subscribers.RoleCoordinator, mail("anne@example.be")))
		enlist := func(rows ...store.OfficerRow) bool {
			got(s.ImportOfficers(t.Context(), "demo", rows, consent))(t)
			return got(s.HasAdmin(t.Context()))(t)
		}
		same(t, "a mandated officer", enlist(officerRow("CP Maes", subscribers.RoleMandated, mail("maes@police.example"))), false)
		same(t, "one without an address", enlist(officerRow("Eva Claes", subscribers.RoleAdmin, mobile("+32470000009"))), false)
		same(t, "an administrator", enlist(officerRow("Luc Thys", subscribers.RoleAdmin, mail("luc@police.example"))), true)
		luc := got(s.AccountsAt(t.Context(), channels.NewAddress("luc@police.example")))(t)[0].ID
		must(t, s.RetireOfficer(t.Context(), "demo", luc, noon))
		same(t, "off duty", got(s.HasAdmin(t.Context()))(t), false)
	})
}
