package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

const sendingColumns = `kind, urgency, asked, outcome, took, people, reached, by_channel, half, most, left_after`

// Sendings returns what became of a zone's messages, or with a partnership of
// that one's, that were asked for from a time until another, excluded; the
// oldest first. They are as CountSendings counted them.
func (s *Store) Sendings(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, from, until time.Time) (found []subscribers.Sending, err error) {
	where, of := figuresOf(zone, p)
	err = s.read(ctx, "read the figures of a zone", func(t *tx) error {
		found, err = list(ctx, t, scanSending, `SELECT `+sendingColumns+` FROM sendings
			WHERE `+where+` AND asked >= $2 AND asked < $3 ORDER BY asked`, of, millis(from), millis(until))
		return err
	})
	return found, err
}

// Debts returns the cases of a zone or of a partnership that were opened from a
// time until another, excluded.
func (s *Store) Debts(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, from, until time.Time) (found []subscribers.Debt, err error) {
	where, of := figuresOf(zone, p)
	err = s.read(ctx, "read the cases of a zone", func(t *tx) error {
		found, err = list(ctx, t, func(r row) (d subscribers.Debt, err error) {
			err = r.Scan(asTime{&d.Due}, (*string)(&d.How), asTime{&d.Ended})
			return d, err
		}, `SELECT due, ended_how, ended_at FROM cases WHERE `+where+` AND opened >= $2 AND opened < $3`, of, millis(from), millis(until))
		return err
	})
	return found, err
}

// figuresOf is the condition on $1, and its value.
func figuresOf(zone broker.ZoneID, p broker.PartnershipID) (string, string) {
	if p != "" {
		return `partnership = $1`, string(p)
	}
	return `zone = $1`, string(zone)
}

func scanSending(r row) (f subscribers.Sending, err error) {
	var by string
	var took, half, most int64
	err = r.Scan((*string)(&f.Kind), (*string)(&f.Urgency), asTime{&f.Asked}, (*string)(&f.Outcome), &took, &f.People, &f.Reached, &by, &half, &most, &f.Left)
	if err != nil {
		return f, err
	}
	f.Took, f.Half, f.Most = durationOf(took), durationOf(half), durationOf(most)
	f.By, err = readReach(by)
	return f, err
}

// durationOf reads milliseconds; durationMillis writes them.
func durationOf(ms int64) time.Duration {
	if ms < 0 {
		return subscribers.Uncounted
	}
	return time.Duration(ms) * time.Millisecond
}

func durationMillis(d time.Duration) int64 {
	if d < 0 {
		return subscribers.Uncounted
	}
	return d.Milliseconds()
}

// writeReach writes how many each channel reached, readReach reads it.
func writeReach(by map[channels.Name]int) string {
	parts := make([]string, 0, len(by))
	for channel, n := range by {
		parts = append(parts, string(channel)+"="+strconv.Itoa(n))
	}
	return strings.Join(parts, ",")
}

func readReach(text string) (map[channels.Name]int, error) {
	by := make(map[channels.Name]int)
	if text == "" {
		return by, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		channel, n, _ := strings.Cut(part, "=")
		count, err := strconv.Atoi(n)
		if err != nil {
			return nil, errColumn
		}
		by[channels.Name(channel)] = count
	}
	return by, nil
}
