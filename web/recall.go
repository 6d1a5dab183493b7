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
	messages     map[string]broker.Message // by id and revision
	partnerships map[broker.PartnershipID]subscribers.Partnership
}

func (s *server) recall() recall {
	return recall{s.Records, make(map[string]broker.Message), make(map[broker.PartnershipID]subscribers.Partnership)}
}

// fewLines are read one by one. For more the whole zone's partnerships are read
// at once, which takes as long as some ten questions to a ledger on another machine.
const fewLines = 10

// expect readies for so many lines about a zone.
func (r recall) expect(ctx context.Context, zone broker.ZoneID, lines int) error {
	if lines <= fewLines {
		return nil
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
func (r recall) matter(ctx context.Context, id broker.MessageID, revision int, in broker.PartnershipID) (broker.Message, subscribers.Partnership, error) {
	var err error
	key := fmt.Sprint(id, " ", revision)
	m, known := r.messages[key]
	if !known {
		if m, err = r.from.Message(ctx, id, revision); err != nil {
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
