package web

import (
	"context"
	"fmt"

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

// fewLines are read one by one. For more the messages and the whole zone's
// partnerships are read at once, which takes as long as some ten questions to a
// ledger on another machine.
const fewLines = 10

// expect readies for lines about these messages of a zone.
func (r recall) expect(ctx context.Context, zone broker.ZoneID, about []broker.MessageID) error {
	if len(about) <= fewLines {
		return nil
	}
	messages, err := r.from.Revisions(ctx, about)
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	for _, m := range messages {
		r.messages[revision{m.ID, m.Revision}] = m
	}
	all, err := r.from.Partnerships(ctx, zone)
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
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
