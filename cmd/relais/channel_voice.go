package main

import (
	"context"
	"fmt"

	"relais/channels"
	"relais/channels/voice"
	"relais/config"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

func checkVoice(cfg *config.Config) error {
	c := voice.Default()
	_, err := validated(cfg, channels.Voice, &c)
	return err
}

func openVoice(_ context.Context, deps channelDeps) (*openChannel, error) {
	c := voice.Default()
	present, err := validated(deps.cfg, channels.Voice, &c)
	if err != nil || !present {
		return nil, err
	}
	if deps.standIn {
		deps.trial.voice(&c)
	}
	texts := spokenTexts{deps.store, &dispatch.Script{Directory: deps.store, Ledger: deps.store}}
	ch, err := voice.New(c, deps.words, texts, deps.publicURL, deps.log)
	if err != nil {
		return nil, err
	}
	return &openChannel{
		Outlet:  dispatch.Outlet{Channel: ch, Parallel: c.Concurrency, PerSecond: c.PerSecond, Find: ch, Redials: true},
		reports: ch,
		close:   func() error { ch.Close(); return nil },
	}, nil
}

// spokenTexts finds what a delivery says, for a member who asks to hear it again.
type spokenTexts struct {
	store  *store.Store
	script *dispatch.Script
}

// Content implements voice.Texts.
func (t spokenTexts) Content(ctx context.Context, id channels.DeliveryID) (*channels.Content, error) {
	e, err := t.store.Entry(ctx, id)
	if err != nil {
		return nil, err
	}
	contents, err := t.script.Contents(ctx, []subscribers.Claimed{{Entry: e}}, nil)
	if err != nil {
		return nil, err
	}
	if contents[id] == nil {
		return nil, fmt.Errorf("delivery %s says nothing any more", id)
	}
	return contents[id], nil
}
