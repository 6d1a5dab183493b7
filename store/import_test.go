package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestImportMembersStory(t *testing.T) {
	anne := memberRow("Anne Dupré", subscribers.RoleCoordinator, mobile("+32470000001"), mail("anne@example.be"))
	bram := memberRow("Bram", subscribers.RoleMember, mobile("+32470000002"))
	steps := []struct {
		what string
		rows []store.MemberRow
		want store.ImportResult
	}{
		{"two new ones", []store.MemberRow{anne, bram}, store.ImportResult{Added: 2}},
		{"the same file again", []store.MemberRow{anne, bram}, store.ImportResult{Unchanged: 2}},
		{"a name typed differently", []store.MemberRow{memberRow("  ANNE  DUPRE\u0301 ", subscribers.RoleCoordinator, mobile("+32470000001"), mail("anne@example.be"))}, store.ImportResult{Unchanged: 1}},
		{"a spouse on the same number", []store.MemberRow{memberRow("Louis", subscribers.RoleMember, mobile("+32470000001"))}, store.ImportResult{Added: 1}},
		{"a new number, the same mail", []store.MemberRow{memberRow("Anne Dupré", subscribers.RoleCoordinator, mobile("+32470000009"), mail("anne@example.be"))}, store.ImportResult{Updated: 1}},
		{"another role", []store.MemberRow{memberRow("Bram", subscribers.RoleDeputy, mobile("+32470000002"))}, store.ImportResult{Updated: 1}},
		{"one person in two rows", []store.MemberRow{memberRow("Cara", subscribers.RoleMember, mobile("+32470000007")), memberRow("cara", subscribers.RoleMember, mobile("+32470000007"))}, store.ImportResult{Added: 1, Unchanged: 1}},
		{"without any address", []store.MemberRow{memberRow("Dora", subscribers.RoleMember)}, store.ImportResult{Added: 1}},
		{"without any address again", []store.MemberRow{memberRow("dora", subscribers.RoleMember)}, store.ImportResult{Unchanged: 1}},
		{"nobody", nil, store.ImportResult{}},
	}
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		for _, step := range steps {
			same(t, step.what, got(s.ImportMembers(t.Context(), tilleuls, step.rows, consent))(t), step.want)
		}
		var names []string
		for _, m := range members(t, s, tilleuls) {
			line := m.Name
			for _, c := range m.Contacts {
				line += " " + c.Address.Reveal()
			}
			names = append(names, line)
		}
		same(t, "members", names, []string{
			"Anne Dupré +32470000009 anne@example.be", "Bram +32470000002", "Louis +32470000001", "Cara +32470000007", "Dora",
		})
	})
}

func TestImportFindsAPersonOfAnotherPartnership(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleCoordinator, mobile("+32470000001"), mail("anne@example.be")))
		later := subscribers.Consent{At: noon.Add(time.Hour), How: "shop"}
		got(s.ImportPartnership(t.Context(), partnership(linden), plan()))(t)
		rows := []store.MemberRow{memberRow("anne", subscribers.RoleMember, mail("anne@example.be"), mail("shop@example.be"))}
		same(t, "result", got(s.ImportMembers(t.Context(), linden, rows, later))(t), store.ImportResult{Added: 1})

		home, shop := members(t, s, tilleuls), members(t, s, linden)
		same(t, "one person", shop, home)
		same(t, "contacts", shop[0].Contacts, []subscribers.Contact{
			{Channel: channels.Email, Address: channels.NewAddress("anne@example.be"), State: subscribers.ContactActive, Consent: consent},
			{Channel: channels.Email, Address: channels.NewAddress("shop@example.be"), State: subscribers.ContactActive, Consent: later},
			{Channel: channels.SMS, Address: channels.NewAddress("+32470000001"), State: subscribers.ContactActive, Consent: consent},
		})
		same(t, "role at home", got(s.Approvers(t.Context(), tilleuls))(t)[0].Role, subscribers.RoleCoordinator)
	})
}

// PLP.md, rule 10: nobody is brought back by the next import of the same list.
func TestImportRespectsWhoLeftOrStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		bram := func(role subscribers.Role, number string) store.MemberRow {
			return memberRow("Bram", role, mobile(number), mail("bram@example.be"))
		}
		rows := []store.MemberRow{memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), bram(subscribers.RoleMember, "+32470000002")}
		addPartnership(t, s, tilleuls, rows...)
		all := members(t, s, tilleuls)
		must(t, s.Stop(t.Context(), all[0].ID, tilleuls, time.Now()))
		stopAddress(t, s, all[1])
		same(t, "the same file", got(s.ImportMembers(t.Context(), tilleuls, rows, consent))(t), store.ImportResult{Left: 1, Unchanged: 1})

		// Another number, and then back to the one that was stopped.
		for _, row := range []store.MemberRow{bram(subscribers.RoleMember, "+32470000003"), bram(subscribers.RoleDeputy, "+32470000002")} {
			same(t, "a change", got(s.ImportMembers(t.Context(), tilleuls, []store.MemberRow{row}, consent))(t), store.ImportResult{Updated: 1})
			same(t, "again", got(s.ImportMembers(t.Context(), tilleuls, []store.MemberRow{row}, consent))(t), store.ImportResult{Unchanged: 1})
		}
		there := members(t, s, tilleuls)
		same(t, "members", len(there), 1)
		same(t, "the stopped number", there[0].Contacts[0], subscribers.Contact{
			Channel: channels.SMS, Address: channels.NewAddress("+32470000002"), State: subscribers.ContactStopped, Consent: consent,
		})
		same(t, "its contacts", len(there[0].Contacts), 2)
	})
}

// stopAddress lets the provider say that a member's first address was opted out.
func stopAddress(t *testing.T, s *store.Store, m subscribers.Member) {
	t.Helper()
	e := entry(granted(t, s, tilleuls)[0], m.ID, m.Contacts[0].Address)
	got(s.Add(t.Context(), []subscribers.Entry{e}))(t)
	got(s.Claim(t.Context(), []channels.DeliveryID{e.ID}, noon, time.Minute))(t)
	o := outcome(e.ID, channels.Failed)
	o.Closes, o.Stopped = true, true
	got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
}

func TestImportMembersIsAllOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		rows := []store.MemberRow{memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"))}
		_, err := s.ImportMembers(t.Context(), "none", rows, consent)
		if !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		addPartnership(t, s, tilleuls)
		broken := append(rows, memberRow("Bram", "", mobile("+32470000002")))
		if _, err := s.ImportMembers(t.Context(), tilleuls, broken, consent); err == nil {
			t.Error("a member without a role was taken")
		}
		same(t, "members", members(t, s, tilleuls), nil)
	})
}

func TestImportsAtOnceMakeOnePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var rows []store.MemberRow
		for i := range 20 {
			rows = append(rows, memberRow(fmt.Sprint("Member ", i), subscribers.RoleMember, mobile(fmt.Sprintf("+3247000%04d", i))))
		}
		ids := []broker.PartnershipID{"p1", "p2", "p3", "p4"}
		for _, id := range ids {
			addPartnership(t, s, id)
		}
		var importing sync.WaitGroup
		for _, id := range ids {
			importing.Go(func() {
				if _, err := s.ImportMembers(t.Context(), id, rows, consent); err != nil {
					t.Error(err)
				}
			})
		}
		importing.Wait()
		for _, id := range ids[1:] {
			same(t, "members of "+string(id), members(t, s, id), members(t, s, ids[0]))
		}
	})
}
