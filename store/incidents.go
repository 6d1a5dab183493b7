package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const incidentColumns = `id, kind, zone, partnership, message, matter, texts, first_at, last_at, times, ack_by, ack_at`

// RaiseIncident counts up the incident of the same Kind, Zone and Matter that was
// last seen less than rests before, acknowledged or not; else it writes this one
// with the letters about it, and says so.
func (s *Store) RaiseIncident(ctx context.Context, i subscribers.Incident, rests time.Duration, letters []subscribers.ServiceMessage, entries []subscribers.Entry) (isNew bool, err error) {
	err = s.write(ctx, fmt.Sprintf("raise incident %s", i.ID), func(t *tx) error {
		isNew = false
		if err := t.alone(ctx, "incident"); err != nil { // the same, seen by another node
			return err
		}
		done, err := t.ExecContext(ctx, `UPDATE incidents SET last_at = $4, times = times + $6,
			partnership = CASE WHEN partnership = $7 THEN partnership ELSE '' END, message = COALESCE(message, $8)
			WHERE kind = $1 AND zone = $2 AND matter = $3 AND last_at > $5`,
			string(i.Kind), string(i.Zone), i.Matter, millis(i.Last), millis(i.Last.Add(-rests)), i.Count, string(i.Partnership), messageOrNull(i))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		isNew = true
		if err := insertIncident(ctx, t, i); err != nil {
			return err
		}
		return addLetters(ctx, t, letters, entries, i.First)
	})
	return isNew && err == nil, err
}

func insertIncident(ctx context.Context, t *tx, i subscribers.Incident) error {
	texts, err := json.Marshal(i.Texts)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO incidents (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0)`,
		i.ID.UUID[:], string(i.Kind), string(i.Zone), string(i.Partnership), messageOrNull(i), i.Matter, string(texts),
		millis(i.First), millis(i.Last), i.Count)
	return err
}

func messageOrNull(i subscribers.Incident) []byte {
	if i.Message == (broker.MessageID{}) {
		return nil
	}
	return i.Message.UUID[:]
}

// Incidents returns those of a zone and of the whole installation, or of every
// zone when it is empty, the one last seen at the front: those that nobody has
// acknowledged, or the newest 200 with all.
func (s *Store) Incidents(ctx context.Context, zone broker.ZoneID, all bool) (found []subscribers.Incident, err error) {
	err = s.read(ctx, "read incidents", func(t *tx) error {
		found, err = list(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incidents
			WHERE ($1 = '' OR zone IN ($1, '')) AND (ack_at = 0 OR $2 = 1) ORDER BY last_at DESC, id DESC LIMIT 200`, string(zone), flag(all))
		return err
	})
	return found, err
}

// Incident returns one, or subscribers.ErrNotFound.
func (s *Store) Incident(ctx context.Context, id subscribers.IncidentID) (found subscribers.Incident, err error) {
	err = s.read(ctx, fmt.Sprintf("read incident %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incidents WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}

// AckIncident notes who has seen an incident. It returns
// *subscribers.IncidentSeenError when somebody else had before, and
// subscribers.ErrNotFound when there is none.
func (s *Store) AckIncident(ctx context.Context, id subscribers.IncidentID, by string, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("acknowledge incident %s", id), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE incidents SET ack_by = $2, ack_at = $3 WHERE id = $1 AND ack_at = 0`, id.UUID[:], by, millis(at))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		seen, err := one(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incidents WHERE id = $1`, id.UUID[:])
		if err != nil || seen.AckBy == by {
			return err
		}
		return &subscribers.IncidentSeenError{By: seen.AckBy, At: seen.AckAt}
	})
}

func scanIncident(r row) (i subscribers.Incident, err error) {
	var texts string
	if err := r.Scan(asID{(*[16]byte)(&i.ID.UUID)}, (*string)(&i.Kind), (*string)(&i.Zone), (*string)(&i.Partnership),
		asID{(*[16]byte)(&i.Message.UUID)}, &i.Matter, &texts, asTime{&i.First}, asTime{&i.Last}, &i.Count, &i.AckBy, asTime{&i.AckAt}); err != nil {
		return i, err
	}
	return i, json.Unmarshal([]byte(texts), &i.Texts)
}
