package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"

	"relais/channels"
	"relais/channels/email"
	"relais/store"
)

// takeBounces listens for the mails that come back, where the configuration
// says so.
func (n *node) takeBounces(ctx context.Context) error {
	opened := n.channels[channels.Email]
	if opened == nil || opened.bounces == nil {
		return nil
	}
	cfg := *opened.bounces
	inbound, err := email.NewInbound(cfg, n.steps.reports.Apply, n.log)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Bounces.Listen)
	if err != nil {
		return fmt.Errorf("channels.email.bounces.listen: %w; choose another address or end the program that has it", err)
	}
	go func() {
		if err := inbound.Serve(listener); err != nil {
			n.log.Error("bounces are not taken any more", "err", err)
		}
	}()
	n.started("bounces", inbound.Close)
	return nil
}

// bounceKey is the one that is configured, else one made at the first start:
// mails come back for days, so every node must know their return paths.
func bounceKey(ctx context.Context, b email.Bounces, s *store.Store) (channels.Secret, error) {
	if b.Address == "" || !b.Key.IsZero() {
		return b.Key, nil
	}
	key, err := s.Setting(ctx, "email.bounce_key", func() ([]byte, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return channels.Secret{}, fmt.Errorf("keep the key of return paths: %w", err)
	}
	return channels.NewSecret(string(key)), nil
}
