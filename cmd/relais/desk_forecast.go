package main

import (
	"context"
	"errors"
	"fmt"

	"relais/broker"
	"relais/channels"
	"relais/channels/voice"
	"relais/store"
	"relais/subscribers"
	"relais/web"
)

// forecaster tells the desk what the plans make of a message, as `relais plan
// simulate` tells whoever writes a plan.
type forecaster struct {
	store                *store.Store
	words                channels.WordsByLang
	available            []channels.Name
	publicURL            string
	voice                voice.Config
	partCost, minuteCost float64 // euros
}

func (n *node) newForecaster() (*forecaster, error) {
	f := &forecaster{
		store: n.store, words: n.words, available: n.channelNames(), publicURL: n.url, voice: voice.Default(),
		partCost: n.cfg.Prices.SMSPart, minuteCost: n.cfg.Prices.VoiceMinute,
	}
	_, err := n.cfg.Channel(string(channels.Voice), &f.voice)
	return f, err
}

// What a page can wait for: each partnership takes a millisecond, and each member
// 30 microseconds.
const (
	fewPartnerships = 10
	fewMembers      = 500
)

// Long implements web.Forecaster.
func (f *forecaster) Long(ctx context.Context, to []subscribers.Partnership) (bool, error) {
	if len(to) > fewPartnerships {
		return true, nil
	}
	ids := make([]broker.PartnershipID, len(to))
	for i, p := range to {
		ids[i] = p.ID
	}
	members, err := f.store.CountMembers(ctx, ids, fewMembers+1)
	return members > fewMembers, err
}

// Forecast implements web.Forecaster. Who is in two of the partnerships is
// counted in the first (PLP.md, rule 8).
func (f *forecaster) Forecast(ctx context.Context, m broker.Message, to []subscribers.Partnership) ([]web.Forecast, error) {
	told := make([]web.Forecast, 0, len(to))
	counted := make(map[string]bool)
	for _, partnership := range to {
		one, err := f.one(ctx, m, partnership, counted)
		if err != nil {
			return nil, fmt.Errorf("forecast for partnership %s: %w", partnership.ID, err)
		}
		told = append(told, one)
	}
	return told, nil
}

func (f *forecaster) one(ctx context.Context, m broker.Message, to subscribers.Partnership, counted map[string]bool) (web.Forecast, error) {
	told := web.Forecast{Partnership: to}
	s := &simulation{
		partnership: to, message: m, available: f.available, words: f.words, publicURL: f.publicURL, voice: f.voice,
		partCost: f.partCost, minuteCost: f.minuteCost, counted: counted,
	}
	var err error
	if s.approvers, err = f.store.Approvers(ctx, to.ID); err != nil {
		return told, fmt.Errorf("list approvers: %w", err)
	}
	if told.Gaps = to.Missing(s.approvers, m.Sent); len(told.Gaps) > 0 {
		return told, nil
	}
	if s.plan, err = f.store.Plan(ctx, to.ID, to.PlanVersion); err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return told, fmt.Errorf("read plan: %w", err)
	}
	rule, ok := s.plan.RuleFor(m.Kind, m.Urgency)
	if !ok {
		told.Gaps = []subscribers.Gap{subscribers.GapRule}
		return told, nil
	}
	if err := s.readSpent(ctx, f.store); err != nil {
		return told, err
	}
	if err := f.readMembers(ctx, s); err != nil {
		return told, err
	}
	told.Opened = subscribers.NewApproval(m, to, rule, s.present(rule), m.Sent)
	for _, who := range told.Opened.Between(0, told.Opened.Step, s.present(rule)) {
		told.Asked = append(told.Asked, who.Name)
	}
	f.tell(s, &told)
	return told, nil
}

// readMembers reads whom the message is for, as dispatch does (PLP.md, rule 7).
func (f *forecaster) readMembers(ctx context.Context, s *simulation) error {
	audience := subscribers.Audience{Partnership: s.partnership.ID}
	if s.message.Corrects() {
		var err error
		if audience.Got, _, err = f.store.References(ctx, s.message); err != nil {
			return fmt.Errorf("read what it is about: %w", err)
		}
		audience.Stopped = s.message.Replaces()
	}
	return s.readMembers(ctx, f.store, audience)
}

// tell adds what leaves when the answer is yes at once, and what it costs.
func (f *forecaster) tell(s *simulation, told *web.Forecast) {
	moments := []subscribers.Moment{{At: s.message.Sent, Approval: told.Opened}}
	if !told.Opened.State.Final() {
		granted := told.Opened
		granted.State = subscribers.ApprovalApproved
		granted.Decision = subscribers.Decision{To: subscribers.ApprovalApproved, By: subscribers.ThePolice, At: s.message.Sent, How: subscribers.HowLink}
		moments = append(moments, subscribers.Moment{At: s.message.Sent, Approval: granted})
	}
	outlook := s.tell(moments)
	told.Euros, told.People = outlook.bill.euros(), outlook.people
	for _, l := range outlook.leaving {
		told.Leaving = append(told.Leaving, web.Leaving{
			At: l.At, Digest: l.Slot != (subscribers.Slot{}), Channel: l.Channel, Held: l.held, Late: l.Late, Reason: l.Reason, People: l.count(),
		})
	}
}
