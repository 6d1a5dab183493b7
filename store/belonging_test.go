package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

func TestAMemberSeesWhereTheyBelong(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne := memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"))
		addPartnership(t, s, tilleuls, anne)
		addPartnership(t, s, linden, anne)
		who := members(t, s, tilleuls)[0].ID
		same(t, "both", got(s.Belonging(t.Context(), who))(t), []broker.PartnershipID{linden, tilleuls})
		must(t, s.Stop(t.Context(), who, linden, time.Now()))
		same(t, "after leaving one", got(s.Belonging(t.Context(), who))(t), []broker.PartnershipID{tilleuls})

		must(t, s.SetLang(t.Context(), who, broker.German))
		same(t, "language", got(s.Member(t.Context(), who))(t).Lang, broker.German)
		if err := s.SetLang(t.Context(), subscribers.NewMemberID(), broker.German); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("nobody's language: %v", err)
		}
	})
}
