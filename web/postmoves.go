package web

import (
	"context"
	"fmt"

	"relais/subscribers"
)

// shownPosts is how many are listed, the newest.
const shownPosts = 20

// notePost writes who was given a post, or lost it, under the name of who did it.
func (s *server) notePost(ctx context.Context, m subscribers.PostMove) error {
	m.By, m.At = callerOf(ctx).account.ID, s.Now()
	if err := s.Accounts.NotePost(ctx, m); err != nil {
		return fmt.Errorf("note the post: %w", err)
	}
	return nil
}

// postLines tells what became of a partnership's posts, in words.
func (s *server) postLines(ctx context.Context, v view, p subscribers.Partnership) (lines []string, err error) {
	moves, err := s.Accounts.PostMoves(ctx, p.Zone, p.ID, shownPosts)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	for _, m := range moves {
		key, who, by := "posts.ended", m.Name, m.ByName
		if m.Given {
			key = "posts.given"
		}
		if who == "" {
			who = v.T("posts.erased")
		}
		if by == "" {
			by = v.T("posts.nobody")
		}
		lines = append(lines, v.T(key, "name", who, "role", v.T("role."+string(m.Post.Role)), "by", by, "when", v.When(m.At)))
	}
	return lines, nil
}
