package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// What reached somebody is listed; what did not, and what reached others, is not.
func TestReceived(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), memberRow("Bert", subscribers.RoleMember, mobile("+32470000002")))
		in := members(t, s, tilleuls)
		a := granted(t, s, tilleuls)[0]
		all := entries(a, []subscribers.MemberID{in[0].ID, in[1].ID})
		got(s.Add(t.Context(), all))(t)
		same(t, "before it went", len(got(s.Received(t.Context(), in[0].ID, noon.Add(-day), 10))(t)), 0)
		got(s.Claim(t.Context(), idsOf(all), noon.Add(time.Minute), time.Minute))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{{ID: all[0].ID, State: channels.Accepted, At: noon.Add(2 * time.Minute), Attempt: 1}}))(t)
		same(t, "received", got(s.Received(t.Context(), in[0].ID, noon.Add(-day), 10))(t), []subscribers.Received{
			{Message: a.Message, Revision: 1, Partnership: tilleuls, Channel: channels.SMS, At: noon.Add(2 * time.Minute)},
		})
		got(s.Record(t.Context(), []subscribers.Outcome{{ID: all[0].ID, State: channels.Delivered, At: noon.Add(3 * time.Minute), Attempt: 1}}))(t)
		same(t, "arrived", got(s.Received(t.Context(), in[0].ID, noon.Add(-day), 10))(t)[0].Arrived, true)
		same(t, "the other's", len(got(s.Received(t.Context(), in[1].ID, noon.Add(-day), 10))(t)), 0)
	})
}

// Who has themselves erased is gone at once; only the proof of consent stays.
func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")))
		anne := members(t, s, tilleuls)[0]
		d := got(s.Dossier(t.Context(), anne.ID))(t)
		same(t, "name", d.Name, "Anne")
		same(t, "contacts", len(d.Contacts), 1)
		same(t, "memberships", len(d.Memberships), 1)
		must(t, s.Erase(t.Context(), anne.ID, noon))
		if _, err := s.Dossier(t.Context(), anne.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("after erasing: %v", err)
		}
		same(t, "members", len(members(t, s, tilleuls)), 0)
		same(t, "proofs", len(got(s.Consents(t.Context(), anne.ID))(t)), 1)
		same(t, "at the address", len(got(s.MembersAt(t.Context(), channels.SMS, mobile("+32470000001").Address.Hash(channels.SMS)))(t)), 0)
	})
}

func TestPreferContact(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		email := mail("anne@example.be")
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"), email))
		anne := members(t, s, tilleuls)[0]
		must(t, s.PreferContact(t.Context(), anne.ID, channels.Email, email.Address.Hash(channels.Email)))
		same(t, "order", channelsOf(members(t, s, tilleuls)[0]), []channels.Name{channels.Email, channels.SMS})
		same(t, "at the address", got(s.MembersAt(t.Context(), channels.Email, email.Address.Hash(channels.Email)))(t)[0].ID, anne.ID)
	})
}
