package subscribers

import (
	"errors"

	"relais/broker"
)

// Holder is somebody with a post that needs an account.
type Holder struct {
	ID   MemberID
	Name string
	Lang broker.Lang
	Post Post
	Mail bool // an email address is on file, to which codes go
}

// ErrHasLeft says that somebody has left the partnership that they were to get a
// post in: they come back by themselves or not at all (PLP.md, rule 10).
var ErrHasLeft = errors.New("this person has left the partnership")

// Indispensable says whether nobody is left for a post once its holder gives it
// up: the last administrator of a zone, and the last coordinator or deputy of a
// partnership that is launched (PLP.md, rule 3).
func Indispensable(h Holder, all []Holder, launched bool) bool {
	switch h.Post.Role {
	case PostAdmin:
	case PostCoordinator, PostDeputy:
		if !launched {
			return false
		}
	default:
		return false
	}
	for _, other := range all {
		if other.ID != h.ID && other.Post == h.Post {
			return false
		}
	}
	return true
}
