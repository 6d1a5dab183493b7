package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestPartnerships(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		other := partnership("a-far-one")
		other.Zone = "5277"
		for _, p := range []subscribers.Partnership{partnership("ab"), partnership("a-c"), other} {
			got(s.ImportPartnership(t.Context(), p, plan()))(t)
		}
		want := []subscribers.Partnership{partnership("a-c"), partnership("ab")}
		want[0].PlanVersion, want[1].PlanVersion = 1, 1
		same(t, "the zone's", got(s.Partnerships(t.Context(), "demo"))(t), want)
		same(t, "all", len(got(s.Partnerships(t.Context(), ""))(t)), 3)
		same(t, "an unknown zone's", got(s.Partnerships(t.Context(), "nowhere"))(t), nil)
		same(t, "zones", got(s.Zones(t.Context()))(t), []broker.ZoneID{"5277", "demo"})
		same(t, "one", got(s.Partnership(t.Context(), "ab"))(t), want[1])
		if _, err := s.Partnership(t.Context(), "none"); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestPlanVersions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		steps := []struct {
			what    string
			change  func(*subscribers.Partnership, *subscribers.Plan)
			changed bool
			version int
		}{
			{"new", func(*subscribers.Partnership, *subscribers.Plan) {}, true, 1},
			{"the same again", func(*subscribers.Partnership, *subscribers.Plan) {}, false, 1},
			{"another name", func(p *subscribers.Partnership, _ *subscribers.Plan) { p.Name = "PLP Haut" }, true, 1},
			{"another plan", func(_ *subscribers.Partnership, l *subscribers.Plan) { l.QuietHours = nil }, true, 2},
		}
		p, l := partnership(tilleuls), plan()
		for _, step := range steps {
			step.change(&p, &l)
			same(t, step.what+": changed", got(s.ImportPartnership(t.Context(), p, l))(t), step.changed)
			want := p
			want.PlanVersion = step.version
			same(t, step.what, got(s.Partnership(t.Context(), tilleuls))(t), want)
		}
		same(t, "the first plan", got(s.Plan(t.Context(), tilleuls, 1))(t), plan())
		same(t, "the second plan", got(s.Plan(t.Context(), tilleuls, 2))(t), l)
		if _, err := s.Plan(t.Context(), tilleuls, 3); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestApproversInTheirOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls,
			memberRow("Carl", subscribers.RoleCommittee, mobile("+32470000001")),
			memberRow("Dora", subscribers.RoleDeputy, mail("dora@example.be")),
			memberRow("Max", subscribers.RoleMember, mobile("+32470000003")),
			memberRow("Anne", subscribers.RoleCoordinator, mobile("+32470000004"), mail("anne@example.be")),
			memberRow("Gone", subscribers.RoleDeputy, mobile("+32470000005")))
		addPartnership(t, s, linden, memberRow("Else", subscribers.RoleCoordinator, mobile("+32470000006")))
		all := got(s.Approvers(t.Context(), tilleuls))(t)
		must(t, s.Stop(t.Context(), named(t, all, "Gone"), tilleuls, time.Now()))

		all = got(s.Approvers(t.Context(), tilleuls))(t)
		var names []string
		for _, a := range all {
			names = append(names, a.Name+" "+string(a.Role))
		}
		same(t, "approvers", names, []string{"Anne coordinator", "Dora deputy", "Carl committee"})
		same(t, "Anne's contacts", all[0].Contacts, []subscribers.Contact{
			{Channel: channels.SMS, Address: channels.NewAddress("+32470000004"), State: subscribers.ContactActive, Consent: consent},
			{Channel: channels.Email, Address: channels.NewAddress("anne@example.be"), State: subscribers.ContactActive, Consent: consent},
		})
	})
}

func named(t *testing.T, all []subscribers.Approver, name string) subscribers.MemberID {
	t.Helper()
	for _, a := range all {
		if a.Name == name {
			return a.ID
		}
	}
	t.Fatalf("nobody is called %s", name)
	return subscribers.MemberID{}
}

func TestMembersByPages(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var rows []store.MemberRow
		for _, name := range []string{"A", "B", "C", "D", "E"} {
			rows = append(rows, memberRow(name, subscribers.RoleMember, mail(name+"@example.be")))
		}
		rows = append(rows, memberRow("F", subscribers.RoleCoordinator)) // no address, for a printed sheet
		addPartnership(t, s, tilleuls, rows...)
		must(t, s.Stop(t.Context(), members(t, s, tilleuls)[1].ID, tilleuls, time.Now()))

		want := members(t, s, tilleuls)
		same(t, "who has not left", len(want), 5)
		var all []subscribers.Member
		var after subscribers.MemberID
		for {
			page := got(s.Members(t.Context(), subscribers.Audience{Partnership: tilleuls}, after, 2))(t)
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
			after = page[len(page)-1].ID
		}
		same(t, "pages", all, want)

		in := []broker.PartnershipID{tilleuls, linden}
		same(t, "counted", got(s.CountMembers(t.Context(), in, 10))(t), 5)
		same(t, "counted up to a number", got(s.CountMembers(t.Context(), in, 3))(t), 3)

		contacts := got(s.Contacts(t.Context(), []subscribers.MemberID{want[0].ID, want[4].ID, {UUID: uuid.New()}}))(t)
		same(t, "contacts", contacts, map[subscribers.MemberID][]subscribers.Contact{want[0].ID: want[0].Contacts})
	})
}

func TestMembersWhoGotAMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		states := []channels.State{
			channels.Pending, channels.Held, channels.Digested, channels.Calling, channels.Unknown, channels.Accepted, channels.Delivered,
			channels.Failed, channels.Suppressed, channels.Expired,
		}
		var rows []store.MemberRow
		for _, state := range states {
			rows = append(rows, memberRow(string(state), subscribers.RoleMember, mail(string(state)+"@example.be")))
		}
		rows = append(rows, memberRow("nobody wrote", subscribers.RoleMember, mail("none@example.be")))
		addPartnership(t, s, linden, rows...)
		addPartnership(t, s, tilleuls, rows...)

		// They got it through the other partnership.
		a := granted(t, s, linden)[0]
		var all []subscribers.Entry
		for _, m := range members(t, s, linden) {
			if m.Name == "nobody wrote" {
				continue
			}
			e := entry(a, m.ID, m.Contacts[0].Address)
			e.State = channels.State(m.Name)
			if e.State == channels.Suppressed {
				e.Reason = channels.ReasonCancelled
			}
			all = append(all, e)
		}
		got(s.Add(t.Context(), all))(t)

		audience := subscribers.Audience{Partnership: tilleuls, Got: []broker.MessageID{broker.NewMessageID(), a.Message}}
		for what, tc := range map[string]struct {
			audience subscribers.Audience
			want     []channels.State
		}{
			"who got it, or perhaps did":  {audience, states[3:7]},
			"and for whom it was stopped": {stoppedToo(audience), append(states[:7:7], channels.Suppressed)},
		} {
			var names []channels.State
			for _, m := range got(s.Members(t.Context(), tc.audience, subscribers.MemberID{}, 100))(t) {
				names = append(names, channels.State(m.Name))
				if worked := m.Got.Worked(); worked != (m.Name == "accepted" || m.Name == "delivered") || worked && m.Got.Channel != channels.SMS {
					t.Errorf("%s: trace %+v", m.Name, m.Got)
				}
			}
			same(t, what, names, tc.want)
		}
		audience.Whole = true
		same(t, "everybody", len(got(s.Members(t.Context(), audience, subscribers.MemberID{}, 100))(t)), len(rows))
	})
}

func stoppedToo(a subscribers.Audience) subscribers.Audience {
	a.Stopped = true
	return a
}

func TestMemberAndReach(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls,
			memberRow("Anne", subscribers.RoleCoordinator, mobile("+32470000001"), mail("anne@example.be")),
			memberRow("Bram", subscribers.RoleMember, mobile("+32470000002"), mobile("+32470000003")),
			memberRow("Carl", subscribers.RoleMember))
		all := members(t, s, tilleuls)
		same(t, "member", got(s.Member(t.Context(), all[0].ID))(t), all[0])
		if _, err := s.Member(t.Context(), subscribers.NewMemberID()); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		count, byChannel, err := s.Reach(t.Context(), tilleuls)
		must(t, err)
		same(t, "members", count, 3)
		same(t, "by channel", byChannel, map[channels.Name]int{channels.SMS: 2, channels.Email: 1})

		must(t, s.Stop(t.Context(), all[0].ID, tilleuls, time.Now()))
		must(t, s.Stop(t.Context(), all[0].ID, tilleuls, time.Now()))
		must(t, s.Stop(t.Context(), subscribers.NewMemberID(), tilleuls, time.Now()))
		count, byChannel, err = s.Reach(t.Context(), tilleuls)
		must(t, err)
		same(t, "members left", count, 2)
		same(t, "by channel", byChannel, map[channels.Name]int{channels.SMS: 1})
	})
}

func TestPartnershipsByID(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		for _, id := range []broker.PartnershipID{linden, "ab", tilleuls} {
			got(s.ImportPartnership(t.Context(), partnership(id), plan()))(t)
		}
		found := got(s.PartnershipsByID(t.Context(), []broker.PartnershipID{linden, "nobody's", tilleuls, linden}))(t)
		names := map[broker.PartnershipID]string{}
		for _, p := range found {
			names[p.ID] = p.Name
		}
		same(t, "partnerships", len(found), 2)
		for _, id := range []broker.PartnershipID{linden, tilleuls} {
			same(t, "its name", names[id], got(s.Partnership(t.Context(), id))(t).Name)
		}
		same(t, "of none", len(got(s.PartnershipsByID(t.Context(), nil))(t)), 0)
	})
}
