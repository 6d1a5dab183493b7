package store

import (
	"context"
	"encoding/json"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

const templateColumns = `id, zone, kind, name, texts, changed, changed_by`

// Templates returns the texts that a zone keeps, by kind and name.
func (s *Store) Templates(ctx context.Context, zone broker.ZoneID) (found []subscribers.Template, err error) {
	err = s.read(ctx, "read templates", func(t *tx) error {
		found, err = list(ctx, t, scanTemplate, `SELECT `+templateColumns+` FROM zone_texts WHERE zone = $1 ORDER BY kind, name, id`, string(zone))
		return err
	})
	return found, err
}

// Template returns one, or subscribers.ErrNotFound.
func (s *Store) Template(ctx context.Context, id subscribers.TemplateID) (found subscribers.Template, err error) {
	err = s.read(ctx, fmt.Sprintf("read template %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanTemplate, `SELECT `+templateColumns+` FROM zone_texts WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}

// SaveTemplate writes one, in place of the one with its id. Zone and kind of that stay.
func (s *Store) SaveTemplate(ctx context.Context, one subscribers.Template) error {
	texts, err := json.Marshal(one.Texts)
	if err != nil {
		return fmt.Errorf("encode template: %w", err)
	}
	return s.write(ctx, fmt.Sprintf("save template %s", one.ID), func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO zone_texts (`+templateColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, texts = excluded.texts, changed = excluded.changed, changed_by = excluded.changed_by`,
			one.ID.UUID[:], string(one.Zone), string(one.Kind), one.Name, string(texts), millis(one.Changed), one.By)
		return err
	})
}

// DropTemplate deletes one; one that is not there stays so.
func (s *Store) DropTemplate(ctx context.Context, id subscribers.TemplateID) error {
	return s.write(ctx, fmt.Sprintf("delete template %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM zone_texts WHERE id = $1`, id.UUID[:])
		return err
	})
}

func scanTemplate(r row) (one subscribers.Template, err error) {
	var texts string
	if err := r.Scan(asID{(*[16]byte)(&one.ID.UUID)}, (*string)(&one.Zone), (*string)(&one.Kind), &one.Name, &texts, asTime{&one.Changed}, &one.By); err != nil {
		return one, err
	}
	return one, json.Unmarshal([]byte(texts), &one.Texts)
}
