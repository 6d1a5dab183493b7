package store

import (
	"context"
	"fmt"
	"strings"

	"relais/broker"
	"relais/subscribers"
)

// searchBatch is how many rows are read at a time while a search fills its page.
const searchBatch = 200

// Search returns a page of messages in their newest revisions, the newest
// first, and where the next page begins; zero: there is none. The database
// sorts out by zone, time and partnership and, roughly, by words; what is left
// is read and compared as people compare it.
func (s *Store) Search(ctx context.Context, q subscribers.Search) (page []broker.Message, next subscribers.SearchMark, err error) {
	err = s.read(ctx, "search messages", func(t *tx) error {
		page, next = nil, subscribers.SearchMark{}
		for {
			query, args := searchQuery(q)
			batch, err := list(ctx, t, scanFound, query, args...)
			if err != nil {
				return err
			}
			for _, f := range batch {
				after := q.After
				q.After = f.Mark
				switch {
				case !q.Matches(f.Message):
				case len(page) == q.Limit:
					next = after
					return nil
				default:
					page = append(page, f.Message)
				}
			}
			if len(batch) < searchBatch {
				return nil
			}
		}
	})
	return page, next, err
}

func scanFound(r row) (f subscribers.FoundMessage, err error) {
	var id []byte
	var body string
	var received int64
	if err := r.Scan(&id, &received, &body); err != nil {
		return f, err
	}
	copy(f.Mark.ID.UUID[:], id)
	f.Mark.Received = timeOf(received)
	f.Message, err = decodeMessage(body)
	return f, err
}

func searchQuery(q subscribers.Search) (string, []any) {
	args := []any{string(q.Zone), searchBatch}
	put := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	where := `m.zone = $1 AND m.revision = (SELECT MAX(n.revision) FROM messages n WHERE n.id = m.id)`
	if !q.From.IsZero() {
		where += ` AND m.received >= ` + put(millis(q.From))
	}
	if !q.Until.IsZero() {
		where += ` AND m.received < ` + put(millis(q.Until))
	}
	if q.After != (subscribers.SearchMark{}) {
		at, id := put(millis(q.After.Received)), put(q.After.ID.UUID[:])
		where += ` AND (m.received < ` + at + ` OR m.received = ` + at + ` AND m.id < ` + id + `)`
	}
	if q.Partnership != "" {
		p := put(string(q.Partnership))
		where += ` AND (EXISTS (SELECT 1 FROM approvals a WHERE a.message = m.id AND a.partnership = ` + p + `)
			OR EXISTS (SELECT 1 FROM routing_refusals r WHERE r.message = m.id AND r.partnership = ` + p + `))`
	}
	for _, word := range q.Words {
		where += ` AND LOWER(m.body) LIKE ` + put(roughly(word))
	}
	return `SELECT m.id, m.received, m.body FROM messages m WHERE ` + where + ` ORDER BY m.received DESC, m.id DESC LIMIT $2`, args
}

// roughly is a pattern that finds a folded word however it was written: where a
// letter may bear an accent any character stands, for SQLite lowers ASCII alone.
func roughly(word string) string {
	var b strings.Builder
	b.WriteByte('%')
	for _, r := range strings.ReplaceAll(word, "ss", "\x00") { // ss may be ß
		switch {
		case r == 0:
			b.WriteByte('%')
		case strings.ContainsRune("bdfghjklmpqrtvwxz0123456789", r):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	b.WriteByte('%')
	return b.String()
}
