package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

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

// mailer lets people in through the email channel, as courier writes.
type mailer struct{ channel channels.Channel }

// Mail implements web.Mailer.
func (m mailer) Mail(ctx context.Context, to channels.Address, letter web.PassLetter) error {
	return handOver(ctx, m.channel, to, web.Missive{From: "Relais", Tag: "Relais", Lang: letter.Lang, Text: letter.Text, Link: letter.Link}, letter.Until)
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
