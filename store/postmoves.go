package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// NotePost writes into the journal that a post was given or ended.
func (s *Store) NotePost(ctx context.Context, m subscribers.PostMove) error {
	return s.write(ctx, fmt.Sprintf("note a post of %s", m.Who), func(t *tx) error { return notePosts(ctx, t, []subscribers.PostMove{m}) })
}

func notePosts(ctx context.Context, t *tx, moves []subscribers.PostMove) error {
	_, err := t.each(ctx, `INSERT INTO post_moves (id, at, zone, partnership, role, member, by_member, given, terminal, token, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, len(moves), func(i int) []any {
		m, id := moves[i], uuid.Must(uuid.NewV7())
		return []any{id[:], millis(m.At), string(m.Post.Zone), string(m.Post.Partnership), string(m.Post.Role), m.Who.UUID[:], idOrNull(m.By.UUID),
			flag(m.Given), flag(m.Terminal), m.Token, m.Changed}
	})
	return err
}

// noteImported writes down whose post a list changed: lists are read in from the terminal.
func noteImported(ctx context.Context, t *tx, p place, people []*person, now time.Time) error {
	var moves []subscribers.PostMove
	for _, who := range people {
		before, after := p.post, p.post
		before.Role, after.Role = subscribers.PostRole(who.was), subscribers.PostRole(who.role)
		for _, m := range subscribers.PostMoves(who.ID, before, after) {
			m.Terminal, m.At = true, now
			moves = append(moves, m)
		}
	}
	return notePosts(ctx, t, moves)
}

// PostMoves returns those of a partnership, or of a zone itself where it is empty,
// the newest first.
func (s *Store) PostMoves(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, limit int) (found []subscribers.PostMove, err error) {
	err = s.read(ctx, fmt.Sprintf("read the posts of zone %s", zone), func(t *tx) error {
		found, err = list(ctx, t, scanPostMove, `SELECT v.at, v.zone, v.partnership, v.role, v.member, v.by_member, v.given, v.terminal, v.token, v.changed,
			COALESCE(m.name, ''), COALESCE(b.name, '')
			FROM post_moves v LEFT JOIN members m ON m.id = v.member LEFT JOIN members b ON b.id = v.by_member
			WHERE v.zone = $1 AND v.partnership = $2 ORDER BY v.at DESC, v.id DESC LIMIT $3`, string(zone), string(p), limit)
		return err
	})
	return found, err
}

func scanPostMove(r row) (m subscribers.PostMove, err error) {
	err = r.Scan(asTime{&m.At}, (*string)(&m.Post.Zone), (*string)(&m.Post.Partnership), (*string)(&m.Post.Role), asID{(*[16]byte)(&m.Who.UUID)},
		asID{(*[16]byte)(&m.By.UUID)}, asFlag{&m.Given}, asFlag{&m.Terminal}, &m.Token, &m.Changed, &m.Name, &m.ByName)
	return m, err
}
