package store_test

import (
	"errors"
	"testing"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// posts lists who has which, in words.
func posts(t *testing.T, s *store.Store, zone broker.ZoneID) (list []string) {
	t.Helper()
	for _, h := range got(s.Holders(t.Context(), zone, []broker.PartnershipID{tilleuls}))(t) {
		line := h.Name + " " + string(h.Post.Role) + " " + string(h.Post.Partnership)
		if !h.Mail {
			line += " without mail"
		}
		list = append(list, line)
	}
	return list
}

func TestAppointAndEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls,
			memberRow("Claire Lambert", subscribers.RoleCoordinator, mobile("+32470000001")),
			memberRow("Marc Thiry", subscribers.RoleMember, mail("marc@example.be")),
			memberRow("Dora Petit", subscribers.RoleMember, mail("dora@example.be")))
		post := func(role subscribers.PostRole, of broker.PartnershipID) subscribers.Post {
			return subscribers.Post{Role: role, Zone: "demo", Partnership: of}
		}
		appoint := func(name, email string, p subscribers.Post) (subscribers.Account, error) {
			return s.Appoint(t.Context(), p, subscribers.Member{Name: name, Lang: broker.French, Contacts: []subscribers.Contact{mail(email)}}, consent)
		}
		luc := got(appoint("Luc Thys", "luc@police.example", post(subscribers.PostAdmin, "")))(t)
		marc := got(appoint("marc  thiry", "marc@example.be", post(subscribers.PostDeputy, tilleuls)))(t)
		same(t, "Marc is who he was", marc.Name, "Marc Thiry")
		got(appoint("Eva", "marc@example.be", post(subscribers.PostCommittee, tilleuls)))(t) // they live together
		same(t, "posts", posts(t, s, "demo"), []string{"Luc Thys admin ", "Claire Lambert coordinator tilleuls without mail", "Marc Thiry deputy tilleuls", "Eva committee tilleuls"})
		same(t, "elsewhere", len(posts(t, s, "elsewhere")), 0)

		got(appoint("Luc Thys", "luc@police.example", post(subscribers.PostMandated, "")))(t) // one role in a zone
		must(t, s.EndPost(t.Context(), marc.ID, post(subscribers.PostDeputy, tilleuls), noon))
		same(t, "afterwards", posts(t, s, "demo"), []string{"Luc Thys mandated ", "Claire Lambert coordinator tilleuls without mail", "Eva committee tilleuls"})
		same(t, "Marc stays a member", got(s.Account(t.Context(), marc.ID))(t).Posts, []subscribers.Post{post(subscribers.PostMember, tilleuls)})
		must(t, s.EndPost(t.Context(), luc.ID, post(subscribers.PostMandated, ""), noon))
		for _, p := range []subscribers.Post{post(subscribers.PostMandated, ""), post(subscribers.PostDeputy, tilleuls)} {
			if err := s.EndPost(t.Context(), luc.ID, p, noon); !errors.Is(err, subscribers.ErrNotFound) {
				t.Errorf("a post that he does not have: got %v", err)
			}
		}

		dora := got(s.Members(t.Context(), subscribers.Audience{Partnership: tilleuls}, subscribers.MemberID{}, 10))(t)
		for _, m := range dora {
			if m.Name == "Dora Petit" {
				must(t, s.Stop(t.Context(), m.ID, tilleuls, noon))
			}
		}
		if _, err := appoint("Dora Petit", "dora@example.be", post(subscribers.PostDeputy, tilleuls)); !errors.Is(err, subscribers.ErrHasLeft) {
			t.Errorf("who has left: got %v, want ErrHasLeft", err)
		}
	})
}
