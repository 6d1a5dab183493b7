package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Senders returns everybody who has this address on the channel, whatever its
// state, by id.
func (s *Store) Senders(ctx context.Context, on channels.Name, from channels.Address) (found []subscribers.Sender, err error) {
	hash := from.Hash(on)
	err = s.read(ctx, "read who has an address", func(t *tx) error {
		members, err := list(ctx, t, scanMember, `SELECT `+memberColumns+` FROM contacts c JOIN members m ON m.id = c.member
			WHERE c.hash = $1 AND c.channel = $2 ORDER BY m.id`, hash[:], string(on))
		if err != nil {
			return err
		}
		if err := fillContacts(ctx, t, members); err != nil {
			return err
		}
		found = make([]subscribers.Sender, len(members))
		for i, m := range members {
			found[i].Member = m
			found[i].In, err = list(ctx, t, scanPartnershipID, `SELECT partnership FROM memberships
				WHERE member = $1 AND left_at = 0 ORDER BY partnership`, m.ID.UUID[:])
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func scanPartnershipID(r row) (id broker.PartnershipID, err error) {
	err = r.Scan((*string)(&id))
	return id, err
}

// StopAddress stops an address for everybody who has it, on these channels:
// what is queued for it is not sent any more (PLP.md, rule 10).
func (s *Store) StopAddress(ctx context.Context, a channels.Address, on []channels.Name) error {
	return s.write(ctx, "stop an address", func(t *tx) error {
		_, err := t.each(ctx, `UPDATE contacts SET state = 'stopped' WHERE hash = $1 AND channel = $2 AND state <> 'stopped'`,
			len(on), func(i int) []any { h := a.Hash(on[i]); return []any{h[:], string(on[i])} })
		return err
	})
}

// StartAddress makes an address usable again for everybody who has it, with a
// fresh proof of consent, and says whether it was not.
func (s *Store) StartAddress(ctx context.Context, a channels.Address, on []channels.Name, proof subscribers.Consent) (started bool, err error) {
	err = s.write(ctx, "start an address again", func(t *tx) error {
		changed, err := t.each(ctx, `UPDATE contacts SET state = 'active', consent_at = $3, consent_how = $4
			WHERE hash = $1 AND channel = $2 AND state <> 'active'`, len(on), func(i int) []any {
			h := a.Hash(on[i])
			return []any{h[:], string(on[i]), millis(proof.At), proof.How}
		})
		started = false
		for _, c := range changed {
			started = started || c
		}
		return err
	})
	return started, err
}

// ApprovalsOf returns a partnership's approvals that are open or were asked
// since a time, the longest asked first.
func (s *Store) ApprovalsOf(ctx context.Context, p broker.PartnershipID, since time.Time) (found []subscribers.Approval, err error) {
	err = s.read(ctx, fmt.Sprintf("read the approvals of partnership %s", p), func(t *tx) error {
		found, err = list(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals
			WHERE partnership = $1 AND (asked > $2 OR `+openStates+`) ORDER BY asked, id`, string(p), millis(since))
		return err
	})
	return found, err
}
