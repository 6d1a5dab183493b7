package web

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// shownPosts is how many are listed, the newest.
const shownPosts = 20

// notePost writes who was given a post, or lost it, under the name of who did it.
func (s *server) notePost(ctx context.Context, m subscribers.PostMove) error {
	who := callerOf(ctx)
	m.By, m.Token, m.At = who.account.ID, who.token.Name, s.Now()
	if err := s.Accounts.NotePost(ctx, m); err != nil {
		return fmt.Errorf("note the post: %w", err)
	}
	return nil
}

// postLines tells what became of the posts of a partnership, or of a zone's
// police where it is empty, in words.
func (s *server) postLines(ctx context.Context, v view, zone broker.ZoneID, in broker.PartnershipID) (lines []string, err error) {
	moves, err := s.Accounts.PostMoves(ctx, zone, in, shownPosts)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	for _, m := range moves {
		lines = append(lines, v.postLine(m))
	}
	return lines, nil
}

func (v view) postLine(m subscribers.PostMove) string {
	key, who := "posts.ended", m.Name
	switch {
	case m.Changed == subscribers.RestChanged: // a coordinator counts members (PLP.md, rule 11)
		return v.T("posts.rest", "by", v.postBy(m), "when", v.When(m.At))
	case m.Changed != "":
		key = "posts.away"
	case m.Given:
		key = "posts.given"
	}
	if who == "" {
		who = v.T("posts.erased")
	}
	return v.T(key, "name", who, "role", v.T("role."+string(m.Post.Role)), "by", v.postBy(m), "when", v.When(m.At))
}

// postBy is who did it.
func (v view) postBy(m subscribers.PostMove) string {
	switch {
	case m.Terminal:
		return v.T("posts.terminal")
	case m.Token != "":
		return v.T("posts.token", "name", m.Token)
	case m.ByName != "":
		return m.ByName
	}
	return v.T("posts.nobody")
}
