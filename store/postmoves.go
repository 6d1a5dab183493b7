package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// NotePost writes into the journal that a post was given or ended.
func (s *Store) NotePost(ctx context.Context, m subscribers.PostMove) error {
	id, given := uuid.Must(uuid.NewV7()), 0
	if m.Given {
		given = 1
	}
	return s.write(ctx, fmt.Sprintf("note a post of %s", m.Who), func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO post_moves (id, at, zone, partnership, role, member, by_member, given)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id[:], millis(m.At), string(m.Post.Zone), string(m.Post.Partnership),
			string(m.Post.Role), m.Who.UUID[:], idOrNull(m.By.UUID), given)
		return err
	})
}

// PostMoves returns those of a partnership, or of a zone itself where it is empty,
// the newest first.
func (s *Store) PostMoves(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, limit int) (found []subscribers.PostMove, err error) {
	err = s.read(ctx, fmt.Sprintf("read the posts of zone %s", zone), func(t *tx) error {
		found, err = list(ctx, t, scanPostMove, `SELECT v.at, v.zone, v.partnership, v.role, v.member, v.by_member, v.given, COALESCE(m.name, ''), COALESCE(b.name, '')
			FROM post_moves v LEFT JOIN members m ON m.id = v.member LEFT JOIN members b ON b.id = v.by_member
			WHERE v.zone = $1 AND v.partnership = $2 ORDER BY v.at DESC, v.id DESC LIMIT $3`, string(zone), string(p), limit)
		return err
	})
	return found, err
}

func scanPostMove(r row) (m subscribers.PostMove, err error) {
	err = r.Scan(asTime{&m.At}, (*string)(&m.Post.Zone), (*string)(&m.Post.Partnership), (*string)(&m.Post.Role), asID{(*[16]byte)(&m.Who.UUID)},
		asID{(*[16]byte)(&m.By.UUID)}, asFlag{&m.Given}, &m.Name, &m.ByName)
	return m, err
}
