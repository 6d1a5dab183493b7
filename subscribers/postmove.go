package subscribers

import "time"

// PostMove is that somebody was given a post, or that it was taken from them; or
// that it was changed without a page when they are away or want to be left alone.
type PostMove struct {
	Post     Post
	Who      MemberID
	By       MemberID // zero: nobody who has signed in
	Terminal bool     // by a command of whoever runs Relais
	Token    string   // by the program with the token of this name; empty: by none
	Given    bool     // false: it ended
	Changed  string   // AwayChanged, RestChanged; empty: the post itself
	At       time.Time

	Name, ByName string // as they are called now; empty: not on file any more
}

// What a PostMove says of somebody besides their post.
const (
	AwayChanged = "away" // when an approver is away
	RestChanged = "rest" // when a member wants to be left alone
)

// PostMoves are how a post becomes another; empty and PostMember are none.
func PostMoves(who MemberID, before, after Post) (moves []PostMove) {
	if before.Role == after.Role {
		return nil
	}
	if before.Role != "" && before.Role != PostMember {
		moves = append(moves, PostMove{Post: before, Who: who})
	}
	if after.Role != "" && after.Role != PostMember {
		moves = append(moves, PostMove{Post: after, Who: who, Given: true})
	}
	return moves
}
