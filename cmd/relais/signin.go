package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/config"
	"relais/store"
	"relais/subscribers"
	"relais/web"
)

// openPasses keeps the key of codes and invitations in the database, for all nodes.
func openPasses(ctx context.Context, s *store.Store) (subscribers.Passes, error) {
	key, err := s.Setting(ctx, "pass_key", func() ([]byte, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return subscribers.Passes{}, fmt.Errorf("keep the key of codes: %w", err)
	}
	return subscribers.NewPasses(key)
}

// mailer writes to somebody at once through the email channel. What it writes
// stands in no row, for it lets its reader in.
type mailer struct{ channel channels.Channel }

// Mail sends one email. Its Message-ID names nobody.
func (m mailer) Mail(ctx context.Context, to channels.Address, letter web.PassLetter) error {
	id := uuid.Must(uuid.NewV7())
	now := time.Now()
	_, err := m.channel.Send(ctx, channels.Delivery{
		ID: channels.DeliveryID{UUID: id}, Attempt: 1, To: to, Priority: broker.Urgent, NotAfter: letter.Until, Links: channels.Links{Open: letter.Link},
		Content: &channels.Content{
			Key: "signin/" + id.String(), Purpose: channels.Service, Lang: letter.Lang, Partnership: "Relais", Title: letter.Text.Title, Body: letter.Text.Body,
			Sent: now, Expires: letter.Until,
		},
	})
	return err
}

// codeMailer is nil where email is not configured.
func codeMailer(opened map[channels.Name]*openChannel) web.Mailer {
	if c := opened[channels.Email]; c != nil {
		return mailer{c.Channel}
	}
	return nil
}

// checkEntry refuses to serve pages that others reach and nobody could sign in
// to: whoever came first would find them shut, or worse, ask for them opened.
func (n *node) checkEntry(ctx context.Context) error {
	if n.cfg.Web.Open || !n.cfg.Web.APIToken.IsZero() {
		return nil
	}
	there, err := n.store.HasAdmin(ctx)
	switch {
	case err != nil || there:
		return err
	case !config.LocalURL(n.url):
		return errors.New("nobody could sign in: the pages are for others (web.public_url), no administrator is on file, and no program has a token; run relais admin invite ZONE EMAIL first")
	}
	n.log.Warn("nobody can sign in yet: run relais admin invite ZONE EMAIL, or set web.open to try Relais out on this machine")
	return nil
}
