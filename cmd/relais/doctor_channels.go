package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"relais/channels"
	"relais/channels/push"
	"relais/store"
)

// checker is a channel that can ask its provider whether it would be let in,
// without sending anything. The error is a *channels.SendError.
type checker interface {
	Check(ctx context.Context) error
}

// channels asks each provider. Their keys come from the database, where there is one.
func (d doctor) channels(ctx context.Context) []finding {
	kept, temporary, err := d.keys(ctx)
	if err != nil {
		return one("channel", "channels", findingBroken, "channel.unopened")
	}
	defer func() { _ = kept.Close(); _ = os.RemoveAll(temporary) }() // nothing in it is needed
	words, err := channels.LoadWords()
	if err != nil {
		return one("channel", "channels", findingBroken, "channel.unopened")
	}
	var all []finding
	deps := channelDeps{cfg: d.cfg, words: words, store: kept, publicURL: d.cfg.Web.PublicURL, log: d.log}
	for _, kind := range everyChannel() {
		where := "channels." + string(kind.name)
		opened, err := kind.open(ctx, deps)
		switch {
		case err != nil:
			all = append(all, one("channel", where, findingBroken, "channel.unopened")...)
		case opened != nil:
			all = append(all, checkChannel(ctx, kind.name, where, opened)...)
			_ = opened.close() // its connections are not needed any more
		}
	}
	if len(all) == 0 {
		return one("channel", "channels", findingBroken, "channel.none")
	}
	if temporary == "" {
		all = append(all, d.lostBrowsers(ctx, kept)...)
	}
	return all
}

func checkChannel(ctx context.Context, name channels.Name, where string, opened *openChannel) []finding {
	provider, asks := opened.Channel.(checker)
	if !asks {
		return nil
	}
	err := provider.Check(ctx)
	if err == nil {
		return one("channel", where, findingOK, "channel.ok."+string(name))
	}
	fault := channels.AsSendError(err)
	text := "channel.away"
	if fault.Ours {
		text = "channel.refused." + string(name)
	}
	return one("channel", where, findingBroken, text, "cause", causeOf(err), "code", fault.Code)
}

// keys is the database, where its tables are those of this program: opening it
// changes nothing then. Otherwise it is one in a temporary folder, whose keys are
// good enough to ask with.
func (d doctor) keys(ctx context.Context) (s *store.Store, temporary string, err error) {
	url := d.cfg.Database.URL.Reveal()
	if file := d.databaseFile(); file != "" {
		url = "sqlite:" + file
		if _, err := os.Stat(file); err != nil {
			url = ""
		}
	}
	if url != "" {
		if found, err := store.Inspect(ctx, url); err == nil && found.Step == found.Known && found.ReadOnly == nil {
			s, err := store.Open(ctx, url, d.log)
			return s, "", err
		}
	}
	if temporary, err = os.MkdirTemp("", "relais-doctor-"); err != nil {
		return nil, "", fmt.Errorf("make temporary folder: %w", err)
	}
	s, err = store.Open(ctx, "sqlite:"+filepath.Join(temporary, "keys.db"), d.log)
	if err != nil {
		return nil, "", errors.Join(err, os.RemoveAll(temporary))
	}
	return s, temporary, nil
}

// lostBrowsers counts subscriptions that are bound to a key which nobody has any
// more: nothing reaches them (RFC 8292, 4.2).
func (d doctor) lostBrowsers(ctx context.Context, s *store.Store) []finding {
	c := push.Default()
	present, err := d.cfg.Channel(string(channels.Push), &c)
	if err != nil || !present {
		return nil
	}
	if c.VAPIDPrivateKey.IsZero() {
		if c.VAPIDPrivateKey, err = keptVAPIDKey(ctx, s); err != nil {
			return nil // the channel's own check has said so
		}
	}
	ours := map[push.KeyID]bool{"": true}
	for _, key := range []channels.Secret{c.VAPIDPrivateKey, c.VAPIDPreviousKey} {
		if _, id, err := push.PublicKey(key); err == nil {
			ours[id] = true
		}
	}
	lost := 0
	if err := s.Addresses(ctx, channels.Push, func(a channels.Address) {
		if !ours[push.KeyOf(a)] {
			lost++
		}
	}); err != nil || lost == 0 {
		return nil
	}
	return one("channel", "channels.push", findingWarning, "channel.lost", "n", fmt.Sprint(lost))
}
