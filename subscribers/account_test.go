package subscribers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
)

// Who may do what: one line a role, in the order of Rights.
func TestRightsOfRoles(t *testing.T) {
	for role, want := range map[PostRole][]Right{
		PostAdmin: {ReadMessages, ReadApprovals, ReadCases, ReadIncidents, AckIncidents, ReadOfficers, ReadBudget, ReadDigests,
			ReadAbsences, SetAbsences, SetOthersAway, ReadMembers, ChangeMembers, ReadPeople, ChangePeople, ReadPartnerships, ChangePartnerships, KeepTexts, KeepTokens, ReadDead, Replay},
		PostMandated: {ReadMessages, Publish, ReadApprovals, SpeakAsPolice, ReadCases, CloseCases, ReadIncidents, AckIncidents, ReadOfficers,
			ReadBudget, ReadDigests, ReadAbsences, SetAbsences, SetOthersAway, ReadPartnerships, ChangePartnerships, KeepTexts},
		PostOfficer: {ReadMessages, Publish, ReadApprovals, SpeakAsPolice, ReadCases, CloseCases, ReadIncidents, AckIncidents, ReadOfficers,
			ReadBudget, ReadDigests, ReadAbsences, ReadPartnerships},
		PostCoordinator: {ReadApprovals, Decide, ReadBudget, ReadDigests, ChangeDigests, ReadAbsences, SetAbsences, SetOthersAway, AddMembers},
		PostDeputy:      {ReadApprovals, Decide, ReadBudget, ReadDigests, ChangeDigests, ReadAbsences, SetAbsences, AddMembers},
		PostCommittee:   {ReadApprovals, Decide, ReadDigests, ChangeDigests, ReadAbsences, SetAbsences, AddMembers},
		PostMember:      nil,
		"police":        nil, // a rung of the ladder, and nobody's post
		"":              nil,
	} {
		var got []Right
		for _, right := range Rights() {
			if role.May(right) {
				got = append(got, right)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
}

// PLP.md, "Two levels": who writes does not let it pass, and the other way round.
func TestNoRoleIsOnBothLevels(t *testing.T) {
	for _, role := range PostRoles() {
		if role.May(Publish) && role.May(Decide) {
			t.Errorf("%s may publish and decide", role)
		}
	}
}

func TestRightsReachAsFarAsThePost(t *testing.T) {
	officer := Post{Role: PostOfficer, Zone: "meuse"}
	coordinator := Post{Role: PostCoordinator, Zone: "meuse", Partnership: "tilleuls"}
	tilleuls, quays := Scope{"meuse", "tilleuls"}, Scope{"meuse", "quays"}
	for _, test := range []struct {
		name  string
		posts []Post
		do    Right
		there Scope
		want  bool
	}{
		{"an officer in the zone", []Post{officer}, Publish, Scope{Zone: "meuse"}, true},
		{"an officer in a partnership of the zone", []Post{officer}, ReadApprovals, quays, true},
		{"an officer elsewhere", []Post{officer}, Publish, Scope{Zone: "dyle"}, false},
		{"an officer for everybody", []Post{officer}, Publish, Scope{}, false},
		{"an officer who decides", []Post{officer}, Decide, tilleuls, false},
		{"a coordinator at home", []Post{coordinator}, Decide, tilleuls, true},
		{"a coordinator next door", []Post{coordinator}, Decide, quays, false},
		{"a coordinator for the zone", []Post{coordinator}, ReadApprovals, Scope{Zone: "meuse"}, false},
		{"a coordinator of a like-named partnership", []Post{coordinator}, Decide, Scope{"dyle", "tilleuls"}, false},
		{"rights of two posts do not mix", []Post{officer, {Role: PostCoordinator, Zone: "dyle", Partnership: "lys"}}, Decide, tilleuls, false},
		{"a post that names no zone", []Post{{Role: PostAdmin}}, ReadMessages, Scope{}, false},
		{"nobody", nil, ReadMessages, tilleuls, false},
	} {
		if got := (Account{Posts: test.posts}).May(test.do, test.there); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestZonesOfARight(t *testing.T) {
	a := Account{Posts: []Post{
		{Role: PostOfficer, Zone: "meuse"},
		{Role: PostCoordinator, Zone: "dyle", Partnership: "lys"},
		{Role: PostDeputy, Zone: "dyle", Partnership: "gouda"},
	}}
	for do, want := range map[Right][]broker.ZoneID{Publish: {"meuse"}, Decide: {"dyle"}, ReadApprovals: {"dyle", "meuse"}, Replay: nil} {
		if got := a.Zones(do); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", do, got, want)
		}
	}
}

func TestWhoSignsIn(t *testing.T) {
	for _, test := range []struct {
		role    PostRole
		in      broker.PartnershipID
		signsIn bool
		police  bool
	}{
		{PostAdmin, "", true, true}, {PostOfficer, "", true, true}, {PostCoordinator, "tilleuls", true, false},
		{PostCommittee, "tilleuls", true, false}, {PostMember, "tilleuls", false, false},
	} {
		a := Account{Posts: []Post{{test.role, "meuse", test.in}}}
		if a.SignsIn() != test.signsIn || a.Police() != test.police {
			t.Errorf("%s: signs in %v, police %v; want %v, %v", test.role, a.SignsIn(), a.Police(), test.signsIn, test.police)
		}
	}
}

// Who has a post beyond a zone is not within it; being a member elsewhere is no post.
func TestAccountsWithinAZone(t *testing.T) {
	here, there := Post{Role: PostAdmin, Zone: "meuse"}, Post{Role: PostCoordinator, Zone: "dyle", Partnership: "quays"}
	neighbour := Post{Role: PostMember, Zone: "dyle", Partnership: "quays"}
	for _, test := range []struct {
		posts []Post
		zone  broker.ZoneID
		want  bool
	}{
		{[]Post{here}, "meuse", true},
		{[]Post{here, neighbour}, "meuse", true},
		{[]Post{here, there}, "meuse", false},
		{[]Post{there}, "meuse", false},
		{[]Post{here, there}, "", true},
	} {
		if got := (Account{Posts: test.posts}).Within(test.zone); got != test.want {
			t.Errorf("%v in %q: got %v, want %v", test.posts, test.zone, got, test.want)
		}
	}
}
