package dispatch

import (
	"context"
	"errors"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// passOn keeps a text for the coordinators of the sender's partnerships, and
// tells them. A stranger's is not kept: it is nobody's.
func (b *Inbox) passOn(ctx context.Context, c conversation) error {
	var texts []subscribers.InboxMessage
	for _, sender := range c.people {
		for _, p := range sender.In {
			texts = append(texts, subscribers.NewInboxMessage(c.Inbound, sender.Member, p))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	if err := b.Ledger.KeepInbox(ctx, texts); err != nil {
		return fmt.Errorf("keep the text: %w", err)
	}
	if err := b.Tell(ctx); err != nil { // the next tick tells them
		b.Log.Error("coordinators were not told of a text, the next tick tries again", "err", err)
	}
	return nil
}

// Tell writes to coordinators about texts that they do not know of, at most
// once an hour for each sender: all that came since in one message.
func (b *Inbox) Tell(ctx context.Context) error {
	untold, err := b.Ledger.Untold(ctx, b.Now().Add(-tellEvery), tellBatch)
	if err != nil {
		return fmt.Errorf("list texts: %w", err)
	}
	type key struct {
		sender      subscribers.MemberID
		partnership broker.PartnershipID
	}
	grouped := make(map[key][]subscribers.InboxMessage)
	var order []key
	for _, text := range untold {
		k := key{text.Member, text.Partnership}
		if grouped[k] == nil {
			order = append(order, k)
		}
		grouped[k] = append(grouped[k], text)
	}
	var failed []error
	for _, k := range order {
		failed = append(failed, b.tell(ctx, grouped[k]))
	}
	return errors.Join(failed...)
}

// tell writes about texts of one sender to one partnership.
func (b *Inbox) tell(ctx context.Context, texts []subscribers.InboxMessage) error {
	p, err := b.Directory.Partnership(ctx, texts[0].Partnership)
	if err != nil {
		return fmt.Errorf("read partnership: %w", err)
	}
	approvers, err := b.Directory.Approvers(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	message := subscribers.TellReaders(p, texts[0].Name, texts)
	var entries []subscribers.Entry
	for _, reader := range subscribers.Readers(approvers, texts[0].Member) {
		if e, ok := message.To(reader.Member, b.Channels, broker.Normal, b.Now()); ok {
			entries = append(entries, e)
		}
	}
	if err := b.Ledger.TellInbox(ctx, message, entries, texts, b.Now()); err != nil {
		return fmt.Errorf("tell coordinators: %w", err)
	}
	return b.Queue.Entries(ctx, entries)
}

// Tick tells coordinators what they do not know yet, and forgets what is old.
func (b *Inbox) Tick(ctx context.Context) error {
	err := b.Tell(ctx)
	if forget := b.Ledger.ForgetInbound(ctx, b.Now().Add(-inboxKept)); forget != nil {
		err = errors.Join(err, fmt.Errorf("forget old texts: %w", forget))
	}
	return err
}
