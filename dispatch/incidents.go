package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Incidents keeps what went wrong, and tells the police of it once: the mandated
// officers, and who looks after the zone's Relais.
type Incidents struct {
	Directory Directory
	Ledger    IncidentLedger
	Queue     Queue
	Channels  []channels.Name
	Now       func() time.Time
	Log       *slog.Logger
}

// IncidentLedger is what Incidents needs of the ledger.
type IncidentLedger interface {
	// RaiseIncident counts up the incident of the same Kind, Zone and Matter that
	// was last seen less than rests before, acknowledged or not; else it writes
	// this one with the letters about it, and says so.
	RaiseIncident(ctx context.Context, i subscribers.Incident, rests time.Duration, letters []subscribers.ServiceMessage, entries []subscribers.Entry) (isNew bool, err error)
}

// Raise notes what went wrong, now; Kind, Matter and Texts must be set, ID, First
// and Last are set here, and a Count of 0 means once. The same matter again
// within subscribers.IncidentRests counts up and tells nobody, so any number of
// nodes may raise it as often as they see it.
func (n *Incidents) Raise(ctx context.Context, i subscribers.Incident) error {
	i.ID = subscribers.IncidentID{UUID: uuid.Must(uuid.NewV7())}
	i.First, i.Last = n.Now(), n.Now()
	i.Count = max(i.Count, 1)
	letters, entries, err := n.letters(ctx, i)
	if err != nil {
		return err
	}
	isNew, err := n.Ledger.RaiseIncident(ctx, i, subscribers.IncidentRests, letters, entries)
	if err != nil {
		return fmt.Errorf("write incident: %w", err)
	}
	if !isNew {
		return nil
	}
	n.Log.Warn("incident", "incident", i.ID, "kind", i.Kind, "zone", i.Zone, "partnership", i.Partnership, "officers", len(entries))
	return n.Queue.Entries(ctx, entries)
}

func (n *Incidents) letters(ctx context.Context, i subscribers.Incident) (letters []subscribers.ServiceMessage, entries []subscribers.Entry, err error) {
	zones, err := n.concerned(ctx, i)
	if err != nil {
		return nil, nil, err
	}
	for _, zone := range zones {
		officers, err := n.Directory.Officers(ctx, zone)
		if err != nil {
			return nil, nil, fmt.Errorf("list officers: %w", err)
		}
		letter := i.Letter(string(zone))
		letters = append(letters, letter)
		for _, officer := range subscribers.Alarmed(officers) {
			if e, ok := letter.To(officer.Member, n.Channels, broker.Normal, n.Now()); ok {
				entries = append(entries, e)
			}
		}
	}
	return letters, entries, nil
}

// concerned lists the zones whose police are told: all, where it is nobody's own.
func (n *Incidents) concerned(ctx context.Context, i subscribers.Incident) ([]broker.ZoneID, error) {
	if i.Zone != "" {
		return []broker.ZoneID{i.Zone}, nil
	}
	partnerships, err := n.Directory.Partnerships(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	var zones []broker.ZoneID
	for _, p := range partnerships {
		zones = append(zones, p.Zone)
	}
	slices.Sort(zones)
	return slices.Compact(zones), nil
}

// by is the same, with its letters on any channel but one that does not work.
func (n *Incidents) by(broken channels.Name) *Incidents {
	rest := *n
	rest.Channels = slices.DeleteFunc(slices.Clone(n.Channels), func(name channels.Name) bool { return name == broken })
	return &rest
}

// of fills in whose matter an incident in a partnership is. A partnership that
// does not exist any more leaves it to the whole installation.
func (n *Incidents) of(ctx context.Context, i subscribers.Incident) (subscribers.Incident, error) {
	if i.Partnership == "" {
		return i, nil
	}
	p, err := n.Directory.Partnership(ctx, i.Partnership)
	if errors.Is(err, subscribers.ErrNotFound) {
		return i, nil
	}
	if err != nil {
		return i, fmt.Errorf("read partnership: %w", err)
	}
	i.Zone = p.Zone
	return i, nil
}
