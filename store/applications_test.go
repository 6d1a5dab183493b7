package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// apply writes the application of somebody who wants to join tilleuls.
func apply(t *testing.T, s *store.Store, name string, contacts ...subscribers.Contact) subscribers.Application {
	t.Helper()
	a := subscribers.Application{
		ID: subscribers.NewApplicationID(), Partnership: tilleuls, Name: name, Lang: broker.Dutch, Made: noon, Expires: noon.Add(subscribers.ApplicationValidity),
		Quiet: &subscribers.QuietHours{From: subscribers.ClockTime{Hour: 21}, To: subscribers.ClockTime{Hour: 8}},
	}
	for _, c := range contacts {
		a.Contacts = append(a.Contacts, subscribers.Applied{Channel: c.Channel, Address: c.Address, Consent: consent})
	}
	must(t, s.AddApplication(t.Context(), a, 10))
	return a
}

func confirm(t *testing.T, s *store.Store, a subscribers.Application, c subscribers.Contact) subscribers.MemberID {
	t.Helper()
	return got(s.Confirm(t.Context(), a.ID, c.Channel, c.Address.Hash(c.Channel), noon))(t)
}

// Nobody is a member, nor has a contact, before they have confirmed an address;
// then only that one is written to.
func TestAnApplicantIsNoMember(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		sms, email := mobile("+32470000001"), mail("anne@example.be")
		a := apply(t, s, " Anne  Maes ", sms, email)
		same(t, "members before", len(members(t, s, tilleuls)), 0)
		same(t, "read", got(s.Application(t.Context(), a.ID, noon))(t).Name, "Anne Maes")

		who := confirm(t, s, a, email)
		in := members(t, s, tilleuls)
		same(t, "members", len(in), 1)
		same(t, "who", in[0].ID, who)
		same(t, "language", in[0].Lang, broker.Dutch)
		same(t, "quiet hours", in[0].Rest.Quiet, a.Quiet)
		same(t, "channels", channelsOf(in[0]), []channels.Name{channels.Email})
		same(t, "consent", in[0].Contacts[0].Consent, consent)

		same(t, "the same person", confirm(t, s, a, sms), who)
		same(t, "again", confirm(t, s, a, sms), who)
		same(t, "channels", channelsOf(members(t, s, tilleuls)[0]), []channels.Name{channels.Email, channels.SMS})
		same(t, "admitted", got(s.Application(t.Context(), a.ID, noon))(t).Admitted(), true)
	})
}

func channelsOf(m subscribers.Member) (names []channels.Name) {
	for _, c := range m.Contacts {
		names = append(names, c.Channel)
	}
	return names
}

// Who is on file under the same name and address is the same person, and comes
// back; spouses who share an address are two.
func TestWhoJoinsAgainIsTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		home := mail("maes@example.be")
		addPartnership(t, s, tilleuls, memberRow("Anne Maes", subscribers.RoleCoordinator, home))
		anne := members(t, s, tilleuls)[0]
		must(t, s.Stop(t.Context(), anne.ID, tilleuls, noon))
		must(t, s.StopContact(t.Context(), anne.ID, channels.Email, home.Address))

		a := apply(t, s, "anne maes", home, mobile("+32470000009"))
		same(t, "comes back", confirm(t, s, a, home), anne.ID)
		same(t, "addresses that may be a stranger's", len(got(s.Application(t.Context(), a.ID, noon))(t).Contacts), 1)
		same(t, "reachable", len(members(t, s, tilleuls)[0].Reachable(channels.Email)), 1)
		if approvers := got(s.Approvers(t.Context(), tilleuls))(t); len(approvers) != 0 {
			t.Error("who left as coordinator came back as one")
		}
		if bert := confirm(t, s, apply(t, s, "Bert Claes", home), home); bert == anne.ID {
			t.Error("two people with one address became one")
		}
		same(t, "members", len(members(t, s, tilleuls)), 2)
	})
}

// An address that the applicant did not give, or too late, confirms nothing.
func TestNothingElseIsConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		sms, other := mobile("+32470000001"), mobile("+32470000002")
		a := apply(t, s, "Anne", sms)
		for _, c := range []struct {
			to subscribers.Contact
			at time.Time
		}{{other, noon}, {sms, a.Expires}} {
			if _, err := s.Confirm(t.Context(), a.ID, channels.SMS, c.to.Address.Hash(channels.SMS), c.at); !errors.Is(err, subscribers.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		}
		same(t, "members", len(members(t, s, tilleuls)), 0)
		same(t, "kept", got(s.DropApplications(t.Context(), a.Expires, 10))(t), 0)
		same(t, "dropped", got(s.DropApplications(t.Context(), a.Expires.Add(time.Minute), 10))(t), 1)
		if _, err := s.Application(t.Context(), a.ID, noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("after it was dropped: %v", err)
		}
	})
}

func TestApplicationsAreLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		first := apply(t, s, "Anne", mobile("+32470000001"))
		next := first
		next.ID = subscribers.NewApplicationID()
		if err := s.AddApplication(t.Context(), next, 1); !errors.Is(err, subscribers.ErrTooMany) {
			t.Errorf("the second of one: %v", err)
		}
		next.Made = noon.Add(time.Hour)
		must(t, s.AddApplication(t.Context(), next, 1))
	})
}

// A link opened twice at once makes one member.
func TestConfirmedAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		sms := mobile("+32470000001")
		a := apply(t, s, "Anne", sms)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := s.Confirm(t.Context(), a.ID, channels.SMS, sms.Address.Hash(channels.SMS), noon); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		same(t, "members", len(members(t, s, tilleuls)), 1)
	})
}
