package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Status is the truth about one message, as `relais status` and the API show it.
type Status struct {
	Message      broker.MessageID    `json:"message"`
	Revision     int                 `json:"revision"`
	Kind         broker.Kind         `json:"kind"`
	Urgency      broker.Urgency      `json:"urgency"`
	Received     time.Time           `json:"received"`
	Expires      time.Time           `json:"expires"`
	Done         bool                `json:"done"` // every approval is decided and every delivery final
	Partnerships []PartnershipStatus `json:"partnerships"`
	Refused      []RoutingRefusal    `json:"refused,omitempty"` // partnerships that it was not routed to, and why
}

// Outlined is a Status; unless it is Counted, what is counted of the deliveries
// is left out of it, and it is not Done.
type Outlined struct {
	Status
	Counted bool
}

// CountedAs takes over what was counted of the same revision a while ago.
func (s Status) CountedAs(before Status) Status {
	counted := make(map[ApprovalID]PartnershipStatus, len(before.Partnerships))
	for _, p := range before.Partnerships {
		counted[p.Approval] = p
	}
	s.Done, s.Partnerships = before.Done, slices.Clone(s.Partnerships)
	for i := range s.Partnerships {
		p := &s.Partnerships[i]
		p.Channels, p.Unreached = counted[p.Approval].Channels, counted[p.Approval].Unreached
	}
	return s
}

// PartnershipStatus is a message's life in one partnership.
type PartnershipStatus struct {
	Partnership broker.PartnershipID `json:"partnership"`
	Name        string               `json:"name"`
	Approval    ApprovalID           `json:"approval"`
	State       ApprovalState        `json:"state"`
	By          string               `json:"by,omitempty"`
	At          time.Time            `json:"at,omitzero"`
	How         How                  `json:"how,omitempty"`
	Why         string               `json:"why,omitempty"`
	Until       time.Time            `json:"until,omitzero"` // of a hold
	Deadline    time.Time            `json:"deadline,omitzero"`
	Asked       []Role               `json:"asked,omitempty"` // the rungs of the ladder that have been asked
	Next        Role                 `json:"next,omitempty"`  // the rung that is asked too if nobody answers; empty: none
	NextAt      time.Time            `json:"nextAt,omitzero"`
	Release     time.Time            `json:"release,omitzero"` // from when on an officer may send it, with a reason
	PlanVersion int                  `json:"planVersion"`
	Planned     bool                 `json:"planned"`   // the last delivery has been written
	Unreached   int                  `json:"unreached"` // people whom nothing reaches any more; 0 once deliveries are kept as counts alone
	Channels    []ChannelStatus      `json:"channels"`
	Case        *CaseStatus          `json:"case,omitempty"` // nil: no word is owed
}

// ReleasableAt says whether an officer may send it now.
func (p PartnershipStatus) ReleasableAt(now time.Time) bool {
	return !p.Release.IsZero() && !now.Before(p.Release)
}

// Missed says whether some delivery reaches nobody.
func (p PartnershipStatus) Missed() bool {
	for _, c := range p.Channels {
		if c.Counts[channels.Failed]+c.Counts[channels.Expired]+c.Suppressed[channels.ReasonNoChannel] > 0 {
			return true
		}
	}
	return false
}

// CaseStatus is the word that the police owe a partnership about a message, or
// how that debt ended.
type CaseStatus struct {
	ID        CaseID    `json:"id"`
	Owner     string    `json:"owner"`
	Due       time.Time `json:"due"`
	Reminders int       `json:"reminders"`
	Ended     CaseHow   `json:"ended,omitempty"` // empty: word is still owed
	By        string    `json:"by,omitempty"`
	At        time.Time `json:"at,omitzero"`
	Why       string    `json:"why,omitempty"`
}

// Overdue says whether word is owed and its time has come.
func (c CaseStatus) Overdue(now time.Time) bool { return c.Ended == "" && !now.Before(c.Due) }

// ChannelStatus counts the members of one message, partnership and channel by
// how far it came. Who has several addresses on the channel counts once, by
// the one that came furthest; Open looks at all of them.
type ChannelStatus struct {
	Channel    channels.Name           `json:"channel"`
	Counts     map[channels.State]int  `json:"counts"`
	Suppressed map[channels.Reason]int `json:"suppressed,omitempty"` // Counts[Suppressed] by reason
	Waiting    int                     `json:"waiting"`              // accepted, and the provider will still report
	Open       int                     `json:"open"`                 // not final yet, Waiting included
	First      time.Time               `json:"first,omitzero"`       // when the provider took the first
	Last       time.Time               `json:"last,omitzero"`        // and the last
}
