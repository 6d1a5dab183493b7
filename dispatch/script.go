package dispatch

import (
	"context"
	"fmt"
	"sync"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Script knows what each delivery says: the content that many share, built
// once, and the links that are the recipient's own.
type Script struct {
	Directory    Directory
	Ledger       Ledger
	Capabilities subscribers.Capabilities
	PublicURL    string // where members reach the pages, without a slash at the end

	mu    sync.Mutex
	built map[contentKey]*channels.Content
}

type contentKey struct {
	purpose  channels.Purpose
	approval subscribers.ApprovalID
	letter   string // a notice's, question's or service message's own
	lang     broker.Lang
}

// maxBuilt bounds the contents kept; each is a few kilobytes.
const maxBuilt = 512

// Links are the pages that a delivery's recipient can open without signing in.
func (s *Script) Links(e subscribers.Entry) channels.Links {
	switch e.Purpose {
	case channels.Ask:
		return channels.Links{Decide: s.url("/a/", subscribers.CanDecide, e.ID)}
	case channels.Preview:
		return channels.Links{Decide: s.url("/d/", subscribers.CanPreview, e.ID)}
	case channels.ForMember, channels.Digest:
		links := channels.Links{Open: s.url("/m/", subscribers.CanOpen, e.ID)}
		if e.Channel == channels.Email { // the others have no place for it, and a signature has its price
			links.Unsubscribe = s.url("/u/", subscribers.CanLeave, e.ID)
		}
		return links
	}
	return channels.Links{}
}

func (s *Script) url(path string, may subscribers.Capability, id channels.DeliveryID) string {
	return s.PublicURL + path + s.Capabilities.Token(may, id)
}

// Contents returns what each of the claimed entries says. What they are about is
// read, unless it was a moment ago.
func (s *Script) Contents(ctx context.Context, claimed []subscribers.Claimed, about *subscribers.Occasion) (map[channels.DeliveryID]*channels.Content, error) {
	contents := make(map[channels.DeliveryID]*channels.Content, len(claimed))
	var digests []subscribers.Entry
	for _, c := range claimed {
		if c.Purpose == channels.Digest {
			digests = append(digests, c.Entry)
			continue
		}
		content, err := s.content(ctx, c.Entry, about)
		if err != nil {
			return nil, err
		}
		contents[c.ID] = content
	}
	return contents, s.addDigests(ctx, digests, contents)
}

func (s *Script) content(ctx context.Context, e subscribers.Entry, about *subscribers.Occasion) (*channels.Content, error) {
	key := contentKey{purpose: e.Purpose, approval: e.Approval, lang: e.Lang}
	if e.Purpose != channels.ForMember {
		key.letter = fmt.Sprintf("%s/%d", e.About, e.Revision)
	}
	if content := s.kept(key); content != nil {
		return content, nil
	}
	content, err := s.build(ctx, e, about)
	if err != nil {
		return nil, err
	}
	content.Key = fmt.Sprintf("%s/%s/%s/%s", key.purpose, key.approval, key.letter, key.lang)
	s.keep(key, content)
	return content, nil
}

func (s *Script) kept(key contentKey) *channels.Content {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.built[key]
}

func (s *Script) keep(key contentKey, content *channels.Content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built == nil || len(s.built) >= maxBuilt {
		s.built = make(map[contentKey]*channels.Content)
	}
	s.built[key] = content
}

func (s *Script) build(ctx context.Context, e subscribers.Entry, about *subscribers.Occasion) (*channels.Content, error) {
	switch {
	case e.Purpose == channels.Service:
		return s.service(ctx, e)
	case e.Purpose == channels.Preview:
		return s.preview(ctx, e)
	case about != nil:
		return s.compose(ctx, e, *about)
	}
	o, err := readOccasion(ctx, s.Directory, s.Ledger, e.Approval)
	if err != nil {
		return nil, err
	}
	return s.compose(ctx, e, o)
}

func (s *Script) compose(ctx context.Context, e subscribers.Entry, o subscribers.Occasion) (c *channels.Content, err error) {
	m, approval, p := o.Message, o.Approval, o.Partnership
	text, lang := m.Text(e.Lang, p.Languages...)
	c = &channels.Content{
		Purpose: e.Purpose, Lang: e.Lang, Partnership: p.Name, Tag: p.Tag,
		Kind: m.Kind, Urgency: m.Urgency, MsgType: m.MsgType,
		Title: text.Title, Body: text.Body, Sent: m.Sent, Expires: m.Expires,
		Cheaply: o.Plan.PlainAccents || m.PlainAccents, Picture: pictureOf(m, lang),
	}
	switch e.Purpose {
	case channels.ForMember:
		c.Note = approval.Decision.Note
		if c.Collapse, err = s.collapse(ctx, m); err != nil {
			return nil, err
		}
	case channels.Ask:
		c.Rule, c.Code = approval.Rule.Explain(e.Lang), approval.ID.Code()
		c.Outcome, err = s.answer(ctx, e, p)
	case channels.Notice:
		c.Outcome, err = s.outcome(ctx, e, approval, p)
	}
	return c, err
}

// pictureOf is what goes with a message's text in a language.
func pictureOf(m broker.Message, lang broker.Lang) *channels.Picture {
	if m.Picture == nil {
		return nil
	}
	return &channels.Picture{JPEG: m.Picture.JPEG, Alt: m.Picture.Alt[lang]}
}

// collapse is the same for a message and for what corrects it: the newest
// replaces the others on the reader's screen.
func (s *Script) collapse(ctx context.Context, m broker.Message) (string, error) {
	first := m.ID
	if m.Corrects() {
		family, _, err := s.Ledger.References(ctx, m)
		if err != nil {
			return "", fmt.Errorf("read what the message is about: %w", err)
		}
		if len(family) > 0 {
			first = family[0]
		}
	}
	return "message/" + first.String(), nil
}
