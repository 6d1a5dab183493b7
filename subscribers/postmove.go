package subscribers

import "time"

// PostMove is that somebody was given a post, or that it was taken from them.
type PostMove struct {
	Post  Post
	Who   MemberID
	By    MemberID // zero: whoever has the token of the installation
	Given bool     // false: it ended
	At    time.Time

	Name, ByName string // as they are called now; empty: not on file any more
}
