package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

// Tell writes a service message and the entries by which it goes, all or
// nothing. What exists is left as it is.
func (s *Store) Tell(ctx context.Context, m subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("write service message %s", m.ID), func(t *tx) error {
		if err := addServices(ctx, t, []subscribers.ServiceMessage{m}, at); err != nil {
			return err
		}
		_, err := addEntries(ctx, t, entries)
		return err
	})
}

// ServiceMessage returns one, or subscribers.ErrNotFound.
func (s *Store) ServiceMessage(ctx context.Context, id uuid.UUID) (found subscribers.ServiceMessage, err error) {
	err = s.read(ctx, fmt.Sprintf("read service message %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanService, `SELECT body FROM service_messages WHERE id = $1`, id[:])
		return err
	})
	return found, err
}

func addServices(ctx context.Context, t *tx, services []subscribers.ServiceMessage, at time.Time) error {
	bodies := make([]string, len(services))
	for i, m := range services {
		body, err := json.Marshal(m)
		if err != nil {
			return err
		}
		bodies[i] = string(body)
	}
	_, err := t.each(ctx, `INSERT INTO service_messages (id, body, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		len(services), func(i int) []any { return []any{services[i].ID[:], bodies[i], millis(at)} })
	return err
}

func scanService(r row) (m subscribers.ServiceMessage, err error) {
	var body string
	if err := r.Scan(&body); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(body), &m)
}
