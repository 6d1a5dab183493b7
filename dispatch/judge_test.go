package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// judgesZone is where all of it happens.
func judgesZone() *time.Location {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic(err)
	}
	return zone
}

// sight is one message as one person saw it, by itself or in an infoflash.
type sight struct {
	at          time.Time
	channel     channels.Name
	purpose     channels.Purpose
	partnership broker.PartnershipID
}

func (s sight) String() string {
	return fmt.Sprintf("%s by %s on %s from %s", s.purpose, s.channel, s.at.In(judgesZone()).Format("Mon 15:04"), s.partnership)
}

// enough is the number of pulses in a row that a delivery gets done in, whatever
// the mishaps.
const enough = 8

// judge compares what each person saw with what PLP.md and the plans say. It
// reads what the coordinators' answers came to from the ledger (TestLadder and
// TestUnansweredClimbsTheLadder know whether that is right), and nothing else.
func (s *scene) judge() {
	seen := s.seen()
	for _, m := range s.messages {
		if !m.out {
			continue
		}
		granted := s.granted(m)
		for _, p := range s.people {
			sights := seen[p][m.Texts[broker.French].Title]
			for _, at := range sights {
				if why := s.forbids(p, m, granted, at); why != "" {
					s.t.Errorf("%s got %s %s: %s", p, m, at, why)
				}
			}
			if why := s.tooOften(p, m, granted, sights); why != "" {
				s.t.Errorf("%s got %s %v: %s", p, m, sights, why)
			}
			if why := s.must(p, m, granted); why != "" && len(sights) == 0 {
				s.t.Errorf("%s never got %s, and %s", p, m, why)
			}
		}
	}
}

func (p *person) String() string { return "person " + p.row.Member.Name }

func (m *published) String() string {
	return fmt.Sprintf("the %s %q of %s, of use until %s,", m.Kind, m.Texts[broker.French].Title, m.at.In(judgesZone()).Format("Mon 15:04"), m.Expires.In(judgesZone()).Format("Mon 15:04"))
}

// seen reads what the provider took, by person and title.
func (s *scene) seen() map[*person]map[string][]sight {
	who := make(map[subscribers.MemberID]*person)
	for _, p := range s.people {
		who[s.member(p.row.Member.Name).ID] = p
	}
	seen := make(map[*person]map[string][]sight)
	for _, d := range s.provider.sent {
		e, err := s.store.Entry(s.t.Context(), d.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		p := who[e.Member]
		if seen[p] == nil {
			seen[p] = make(map[string][]sight)
		}
		see := func(title string, from broker.PartnershipID) {
			seen[p][title] = append(seen[p][title], sight{s.provider.at[d.ID], e.Channel, e.Purpose, from})
		}
		switch e.Purpose {
		case channels.ForMember:
			see(d.Content.Title, e.Partnership)
		case channels.Digest:
			for _, item := range d.Content.Items {
				see(item.Title, broker.PartnershipID(strings.TrimPrefix(item.Partnership, "PLP ")))
			}
		}
	}
	return seen
}

// granted says since when each partnership's members may get a message.
func (s *scene) granted(m *published) map[broker.PartnershipID]time.Time {
	since := make(map[broker.PartnershipID]time.Time)
	for _, p := range s.status(m.Message).Partnerships {
		if p.State.Granted() {
			since[p.Partnership] = p.At
		}
		if p.Partnership == s.dormant {
			s.t.Errorf("%s was routed to %s, which is not launched", m, s.dormant)
		}
	}
	for id := range s.plans {
		rule := s.rule(id, m)
		aimed := len(m.Partnerships) == 0 || slices.Contains(m.Partnerships, id)
		if _, ok := since[id]; !ok && aimed && id != s.dormant && rule.Approval.By == subscribers.ByPolice {
			s.t.Errorf("%s is the police's to send in %s, and was not", m, id)
		}
	}
	return since
}

func (s *scene) rule(id broker.PartnershipID, m *published) subscribers.Rule {
	rule, found := s.plans[id].RuleFor(m.Kind, m.Urgency)
	if !found {
		s.t.Fatalf("no rule of %s covers %s", id, m)
	}
	return rule
}

// forbids says which rule one delivery breaks; empty: none.
func (s *scene) forbids(p *person, m *published, granted map[broker.PartnershipID]time.Time, got sight) string {
	since, allowed := granted[got.partnership]
	rule, plan := s.rule(got.partnership, m), s.plans[got.partnership]
	capped := plan.PerDay > 0 && m.Urgency != broker.Immediate
	switch {
	case !slices.Contains(p.in, got.partnership):
		return "who is not of that partnership"
	case !allowed:
		return "which nobody granted"
	case got.at.Before(since):
		return "before it was granted"
	case !got.at.Before(m.Expires):
		return "when it was of no more use"
	case !slices.Contains(slices.Concat(rule.Channels.All, rule.Channels.First), got.channel) && got.purpose == channels.ForMember:
		return "on a channel that the plan does not name"
	case got.purpose == channels.ForMember && rule.When == subscribers.WithDigest:
		return "which the plan leaves to the infoflash"
	case got.purpose == channels.Digest && rule.When == subscribers.Now && !capped:
		return "which the plan sends by itself"
	case got.purpose == channels.ForMember && s.quietFor(p, got.partnership, m, got.at):
		return "in quiet hours or a pause"
	case got.purpose == channels.ForMember && len(rule.Channels.First) > 0 && got.channel != s.firstOf(p, rule):
		return fmt.Sprintf("instead of by %s", s.firstOf(p, rule))
	}
	return ""
}

// firstOf is the first channel on which a person exists.
func (s *scene) firstOf(p *person, rule subscribers.Rule) channels.Name {
	for _, name := range rule.Channels.First {
		if p.reachable(name) {
			return name
		}
	}
	return ""
}

func (p *person) reachable(on channels.Name) bool {
	return len(p.row.Member.Reachable(on)) > 0 && !p.gone[on]
}

// tooOften says whether a person got a message more often than once, or than
// once by each channel where a plan wants it on all.
func (s *scene) tooOften(p *person, m *published, granted map[broker.PartnershipID]time.Time, sights []sight) string {
	onAll := 1
	for id := range granted {
		if slices.Contains(p.in, id) {
			onAll = max(onAll, len(s.rule(id, m).Channels.All))
		}
	}
	by := make(map[channels.Name]int)
	for _, got := range sights {
		by[got.channel]++
		if by[got.channel] > 1 {
			return "twice by " + string(got.channel)
		}
	}
	if len(sights) > onAll {
		return "more often than once"
	}
	return ""
}

// must says why a person should have got a message; empty: perhaps not.
func (s *scene) must(p *person, m *published, granted map[broker.PartnershipID]time.Time) string {
	for id, since := range granted {
		if !slices.Contains(p.in, id) {
			continue
		}
		rule, plan := s.rule(id, m), s.plans[id]
		capped := plan.PerDay > 0 && m.Urgency != broker.Immediate
		alone := s.couldGo(p, id, m, since)
		withFlash := s.couldGoInDigest(p, id, m, since)
		switch {
		case !slices.ContainsFunc(slices.Concat(rule.Channels.All, rule.Channels.First), p.reachable):
		case rule.When == subscribers.WithDigest && withFlash:
			return fmt.Sprintf("an infoflash of %s was to come", id)
		case rule.When == subscribers.Now && alone && (!capped || withFlash):
			return fmt.Sprintf("%s granted it on %s", id, since.In(judgesZone()).Format("Mon 15:04"))
		}
	}
	return ""
}

// couldGo says whether nothing forbade a delivery for long enough.
func (s *scene) couldGo(p *person, id broker.PartnershipID, m *published, since time.Time) bool {
	run := 0
	for _, at := range s.pulses {
		if at.Before(since) || !at.Before(m.Expires) || s.quietFor(p, id, m, at) {
			run = 0
			continue
		}
		if run++; run >= enough {
			return true
		}
	}
	return false
}

// couldGoInDigest says whether an infoflash came early enough: at its hour, and
// with all of the day for what other partnerships add.
func (s *scene) couldGoInDigest(p *person, id broker.PartnershipID, m *published, since time.Time) bool {
	for day := subscribers.DateOf(s.pulses[0].In(judgesZone())); day.At(subscribers.ClockTime{}, judgesZone()).Before(s.now); day = day.AddDays(1) {
		due := day.At(s.plans[id].Digest.At, judgesZone())
		late := due.Add(30 * time.Hour)
		if due.After(since.Add(time.Hour)) && late.Before(m.Expires) && late.Before(s.now) && !p.row.Member.Rest.Pause.Holds(day) {
			return true
		}
	}
	return false
}

// quietFor says whether a person is to be left alone, reading the local clock
// and calendar as the person would.
func (s *scene) quietFor(p *person, id broker.PartnershipID, m *published, at time.Time) bool {
	local, rest := at.In(judgesZone()), p.row.Member.Rest
	ignores := s.rule(id, m).IgnoreQuietHours
	if rings(s.plans[id].QuietHours, local) && (!ignores || rest.EvenUrgent) {
		return true
	}
	if ignores && m.Urgency == broker.Immediate && !rest.EvenUrgent {
		return false
	}
	return rings(rest.Quiet, local) || rest.Pause.Holds(subscribers.DateOf(local))
}

// rings says whether the local clock stands within quiet hours.
func rings(q *subscribers.QuietHours, local time.Time) bool {
	if q == nil {
		return false
	}
	minute := func(c subscribers.ClockTime) int { return c.Hour*60 + c.Minute }
	now, from, to := minute(subscribers.ClockOf(local)), minute(q.From), minute(q.To)
	if from < to {
		return from <= now && now < to
	}
	return from <= now || now < to
}
