package dispatch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

func (s *Script) addDigests(ctx context.Context, digests []subscribers.Entry, contents map[channels.DeliveryID]*channels.Content) error {
	if len(digests) == 0 {
		return nil
	}
	ids := make([]channels.DeliveryID, len(digests))
	for i, e := range digests {
		ids[i] = e.ID
	}
	items, err := s.Ledger.DigestItems(ctx, ids)
	if err != nil {
		return fmt.Errorf("read digests: %w", err)
	}
	linkItems(ctx, items)
	shared := make(map[string]*channels.Content) // many people's digests hold the same items
	for _, e := range digests {
		key := digestKey(e, items[e.ID])
		if shared[key] == nil {
			if shared[key], err = s.digest(ctx, e, items[e.ID]); err != nil {
				return err
			}
			shared[key].Key = fmt.Sprintf("%s/%v", key, shared[key].Cheaply)
		}
		contents[e.ID] = shared[key]
	}
	return nil
}

func digestKey(e subscribers.Entry, items []subscribers.DigestItem) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%s/%s/%d/%d", channels.Digest, e.Lang, e.CreatedAt.UnixMilli(), e.NotAfter.UnixMilli())
	for _, item := range items {
		fmt.Fprintf(&key, "/%s:%d:%s:%x", item.Message, item.Revision, item.Partnership, sha256.Sum256([]byte(item.Cover)))
	}
	return key.String()
}

// digest is the text of an infoflash: the coordinators' words, then the items by kind.
func (s *Script) digest(ctx context.Context, e subscribers.Entry, items []subscribers.DigestItem) (*channels.Content, error) {
	c := &channels.Content{Purpose: channels.Digest, Lang: e.Lang, Kind: broker.Info, Urgency: broker.Future, MsgType: broker.TypeAlert, Sent: e.CreatedAt, Expires: e.NotAfter}
	var names []string
	c.Cheaply = len(items) > 0 // where for each item its message or its partnership's plan says so
	for _, item := range items {
		m, err := s.Ledger.Message(ctx, item.Message, item.Revision)
		if err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		p, err := s.Directory.Partnership(ctx, item.Partnership)
		if err != nil {
			return nil, fmt.Errorf("read partnership: %w", err)
		}
		plan, err := s.Directory.Plan(ctx, p.ID, p.PlanVersion)
		if err != nil {
			return nil, fmt.Errorf("read plan: %w", err)
		}
		c.Cheaply = c.Cheaply && (plan.PlainAccents || m.PlainAccents)
		text, lang := m.Text(e.Lang, p.Languages...)
		c.Items = append(c.Items, channels.Item{Partnership: p.Name, Kind: m.Kind, Title: text.Title, Body: text.Body, Note: item.Note, Picture: pictureOf(m, lang)})
		if c.Tag == "" {
			c.Tag = p.Tag
		}
		if cover := (channels.Cover{Partnership: p.Name, Note: item.Cover}); cover.Note != "" && !slices.Contains(c.Covers, cover) {
			c.Covers = append(c.Covers, cover)
		}
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	kinds := broker.Kinds()
	slices.SortStableFunc(c.Items, func(a, b channels.Item) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
	c.Partnership = strings.Join(names, ", ")
	return c, nil
}

// preview is what a coordinator reads about an infoflash that is about to leave.
func (s *Script) preview(ctx context.Context, e subscribers.Entry) (*channels.Content, error) {
	p, err := s.Directory.Partnership(ctx, e.Partnership)
	if err != nil {
		return nil, fmt.Errorf("read partnership: %w", err)
	}
	slot, err := s.Ledger.Slot(ctx, p.ID, subscribers.SlotDay(e, p))
	if err != nil {
		return nil, fmt.Errorf("read digest slot: %w", err)
	}
	items, people, err := s.Ledger.Waiting(ctx, slot)
	if err != nil {
		return nil, err
	}
	text := subscribers.SayPreview(e.Lang, e.NotAfter.In(p.Location()), len(items), people)
	return &channels.Content{
		Purpose: channels.Preview, Lang: e.Lang, Partnership: p.Name, Tag: p.Tag,
		Kind: broker.Info, Urgency: broker.Expected, MsgType: broker.TypeAlert,
		Title: text.Title, Body: text.Body, Sent: e.CreatedAt, Expires: e.NotAfter,
	}, nil
}
