package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

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

// Granted announces that an approval can be planned, for the members after one
// up to whom it has been; the zero value: for all. Announced twice, it is planned
// twice, and the second plan writes nothing new.
func (q Queue) Granted(ctx context.Context, id subscribers.ApprovalID, after subscribers.MemberID) error {
	e := broker.Event{Subject: broker.ApprovalSubject(id.String())}
	if after != (subscribers.MemberID{}) {
		e.Data = after.UUID[:]
	}
	if err := q.Publisher.Publish(ctx, e); err != nil {
		return fmt.Errorf("announce approval: %w", err)
	}
	return nil
}

// afterIn reads after whom the plan of an announced approval begins.
func afterIn(e broker.Event) (subscribers.MemberID, error) {
	if len(e.Data) == 0 {
		return subscribers.MemberID{}, nil
	}
	id, err := uuid.FromBytes(e.Data)
	if err != nil {
		return subscribers.MemberID{}, errors.New("the event holds neither nothing nor the 16 bytes of a member's id")
	}
	return subscribers.MemberID{UUID: id}, nil
}
