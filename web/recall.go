package web

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// recall reads what the lines of one page are about, each thing once: sixty
// questions are about ten messages. It lives as long as the page is made.
type recall struct {
	from         Records
	messages     map[revision]broker.Message
	partnerships map[broker.PartnershipID]subscribers.Partnership
}

type revision struct {
	message broker.MessageID
	number  int
}

func (s *server) recall() recall {
	return recall{s.Records, make(map[revision]broker.Message), make(map[broker.PartnershipID]subscribers.Partnership)}
}

// subject is what one line is about.
type subject struct {
	message     broker.MessageID
	partnership broker.PartnershipID
}

// expect readies for lines about these: two questions, however many there are.
func (r recall) expect(ctx context.Context, about []subject) error {
	messages, partnerships := make(map[broker.MessageID]bool), make(map[broker.PartnershipID]bool)
	for _, one := range about {
		messages[one.message], partnerships[one.partnership] = true, true
	}
	revisions, err := r.from.Revisions(ctx, slices.Collect(maps.Keys(messages)))
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	for _, m := range revisions {
		r.messages[revision{m.ID, m.Revision}] = m
	}
	all, err := r.from.PartnershipsByID(ctx, slices.Collect(maps.Keys(partnerships)))
	if err != nil {
		return fmt.Errorf("read partnerships: %w", err)
	}
	for _, p := range all {
		r.partnerships[p.ID] = p
	}
	return nil
}

// matter is a message's revision, and a partnership.
func (r recall) matter(ctx context.Context, id broker.MessageID, number int, in broker.PartnershipID) (broker.Message, subscribers.Partnership, error) {
	var err error
	key := revision{id, number}
	m, known := r.messages[key]
	if !known {
		if m, err = r.from.Message(ctx, id, number); err != nil {
			return m, subscribers.Partnership{}, fmt.Errorf("read message: %w", err)
		}
		r.messages[key] = m
	}
	p, known := r.partnerships[in]
	if !known {
		if p, err = r.from.Partnership(ctx, in); err != nil {
			return m, p, fmt.Errorf("read partnership: %w", err)
		}
		r.partnerships[in] = p
	}
	return m, p, nil
}
