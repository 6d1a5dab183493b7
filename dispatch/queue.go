package dispatch

import (
	"context"
	"encoding/json"
	"fmt"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Queue turns entries into jobs on the work subjects.
type Queue struct {
	Publisher broker.Publisher
	JobSize   int // ids in one job, at most
}

// Entries publishes jobs for those entries that are pending. Jobs carry no
// event id: a second job for the same entries finds nothing to claim.
func (q Queue) Entries(ctx context.Context, entries []subscribers.Entry) error {
	bySubject := make(map[broker.Subject][]channels.DeliveryID)
	var order []broker.Subject
	for _, e := range entries {
		if e.State != channels.Pending {
			continue
		}
		subject := broker.WorkSubject(string(e.Channel), e.Priority)
		if bySubject[subject] == nil {
			order = append(order, subject)
		}
		bySubject[subject] = append(bySubject[subject], e.ID)
	}
	for _, subject := range order {
		if err := q.jobs(ctx, subject, bySubject[subject]); err != nil {
			return err
		}
	}
	return nil
}

func (q Queue) jobs(ctx context.Context, subject broker.Subject, ids []channels.DeliveryID) error {
	for len(ids) > 0 {
		n := min(q.JobSize, len(ids))
		data, err := json.Marshal(subscribers.Job{IDs: ids[:n]})
		if err != nil {
			return fmt.Errorf("encode job: %w", err)
		}
		if err := q.Publisher.Publish(ctx, broker.Event{Subject: subject, Data: data}); err != nil {
			return fmt.Errorf("queue job: %w", err)
		}
		ids = ids[n:]
	}
	return nil
}

// Granted announces that an approval can be planned. Announced twice, it is
// planned twice, and the second plan writes nothing new.
func (q Queue) Granted(ctx context.Context, id subscribers.ApprovalID) error {
	e := broker.Event{Subject: broker.ApprovalSubject(id.String())}
	if err := q.Publisher.Publish(ctx, e); err != nil {
		return fmt.Errorf("announce approval: %w", err)
	}
	return nil
}
