package store_test

import (
	"fmt"
	"testing"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// Posts that were given and ended stand in the journal, the newest first, for as
// long as it is kept; who has been erased has no name there.
func TestPostMoves(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")))
		anne := members(t, s, tilleuls)[0].ID
		post := subscribers.Post{Role: subscribers.PostDeputy, Zone: "demo", Partnership: tilleuls}
		given := subscribers.PostMove{Post: post, Who: anne, By: anne, Given: true, At: noon}
		ended := subscribers.PostMove{Post: post, Who: anne, At: noon.Add(time.Hour)}
		must(t, s.NotePost(t.Context(), given))
		must(t, s.NotePost(t.Context(), ended))
		must(t, s.NotePost(t.Context(), subscribers.PostMove{Post: subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, Who: anne, Given: true, At: noon}))
		given.Name, given.ByName, ended.Name = "Anne", "Anne", "Anne"
		same(t, "of the partnership", got(s.PostMoves(t.Context(), "demo", tilleuls, 10))(t), []subscribers.PostMove{ended, given})
		same(t, "of the zone", len(got(s.PostMoves(t.Context(), "demo", "", 10))(t)), 1)
		must(t, s.Erase(t.Context(), anne, noon))
		same(t, "erased", got(s.PostMoves(t.Context(), "demo", tilleuls, 1))(t)[0].Name, "")
		same(t, "dropped", got(s.DropJournal(t.Context(), noon.Add(time.Minute), 10))(t), 2)
		same(t, "left", len(got(s.PostMoves(t.Context(), "demo", tilleuls, 10))(t)), 1)
	})
}

// A list that gives or takes posts is in the journal as what came from the
// terminal, once; who was no more than a member before and after is not.
func TestImportedPostsStandInTheJournal(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne := memberRow("Anne", subscribers.RoleDeputy, mobile("+32470000001"))
		addPartnership(t, s, tilleuls, anne, memberRow("Rosa", subscribers.RoleMember, mobile("+32470000002")))
		again := func() {
			t.Helper()
			_, err := s.ImportMembers(t.Context(), tilleuls, []store.MemberRow{anne}, subscribers.Consent{At: noon})
			must(t, err)
		}
		again()
		anne.Role = subscribers.RoleCoordinator
		again()
		officer := store.OfficerRow{Role: subscribers.RoleAdmin, Member: memberRow("Luc", "", mobile("+32470000003")).Member}
		_, err := s.ImportOfficers(t.Context(), "demo", []store.OfficerRow{officer}, subscribers.Consent{At: noon})
		must(t, err)
		var found []string
		for _, in := range []broker.PartnershipID{tilleuls, ""} {
			for _, m := range got(s.PostMoves(t.Context(), "demo", in, 10))(t) {
				found = append(found, fmt.Sprintf("%s %s given=%t terminal=%t", m.Name, m.Post.Role, m.Given, m.Terminal))
			}
		}
		same(t, "journal", found, []string{
			"Anne coordinator given=true terminal=true", "Anne deputy given=false terminal=true", "Anne deputy given=true terminal=true", "Luc admin given=true terminal=true",
		})
	})
}
