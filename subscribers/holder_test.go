package subscribers

import "testing"

func TestIndispensable(t *testing.T) {
	admin := Post{Role: PostAdmin, Zone: "demo"}
	officer := Post{Role: PostOfficer, Zone: "demo"}
	coordinator := Post{Role: PostCoordinator, Zone: "demo", Partnership: "tilleuls"}
	elsewhere := Post{Role: PostCoordinator, Zone: "demo", Partnership: "lindendorp"}
	anne, bram := NewMemberID(), NewMemberID()
	for _, test := range []struct {
		name     string
		post     Post
		others   []Post // of Bram
		launched bool
		want     bool
	}{
		{"the only administrator", admin, []Post{officer}, true, true},
		{"one of two", admin, []Post{admin}, true, false},
		{"the only officer", officer, nil, true, false},
		{"the only coordinator", coordinator, []Post{elsewhere}, true, true},
		{"one of two coordinators", coordinator, []Post{coordinator}, true, false},
		{"the coordinator before the launch", coordinator, nil, false, false},
	} {
		all := []Holder{{ID: anne, Post: test.post}}
		for _, p := range test.others {
			all = append(all, Holder{ID: bram, Post: p})
		}
		if got := Indispensable(all[0], all, test.launched); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}
