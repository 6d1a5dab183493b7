package dispatch_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// TestPlansAreObeyed draws plans, members, messages, answers and clocks, lets
// some days go by with mishaps on the way, and asks a judge that knows PLP.md
// and nothing of the pipeline: each delivery obeys the plan, nobody gets
// anything twice, and nobody who should have got it did not. RELAIS_SEED
// repeats a run.
func TestPlansAreObeyed(t *testing.T) {
	for _, seed := range seeds(t, 16) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			s := draw(t, seed)
			s.live(3*24*time.Hour, 15*time.Minute)
			s.judge()
		})
	}
}

// scene is one draw: who is there, what is published and who answers what.
type scene struct {
	*world
	plans    map[broker.PartnershipID]subscribers.Plan
	dormant  broker.PartnershipID // its partnership is not launched
	people   []*person
	messages []*published
	pulses   []time.Time // the instants at which the pipeline was at work
}

// person is somebody whom the judge knows by number.
type person struct {
	row  store.MemberRow
	in   []broker.PartnershipID
	gone map[channels.Name]bool // the address does not exist
}

// published is a message, and what the coordinators say to it.
type published struct {
	broker.Message
	at      time.Time
	out     bool
	answers []*answer
}

type answer struct {
	partnership broker.PartnershipID
	to          subscribers.ApprovalState
	at          time.Time
	given       bool
}

func draw(t *testing.T, seed uint64) *scene {
	s := &scene{world: newWorld(t, seed), plans: make(map[broker.PartnershipID]subscribers.Plan)}
	starts := []time.Time{
		time.Date(2026, 10, 23, 9, 0, 0, 0, time.UTC), // two days before winter time
		time.Date(2027, 3, 26, 15, 0, 0, 0, time.UTC), // two days before summer time
		time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC),
	}
	s.now = pick(s, starts).Add(time.Duration(s.rng.IntN(48)) * 30 * time.Minute)
	s.faults = faults{lost: 10, twice: 10, crashBefore: 2, crashAfter: 2, retryable: 5, cutTaken: 3, cutLost: 3}
	s.perhapsAtOnce(seed)
	s.provider.gone = make(map[channels.Address]bool)
	ids := []broker.PartnershipID{"home", "shop", "farm"}
	if s.rng.IntN(3) == 0 {
		s.dormant = "farm"
	}
	for _, id := range ids {
		s.plans[id] = s.drawPlan()
		s.found(id)
	}
	for n := range 14 {
		s.drawPerson(n, ids[n%3])
	}
	s.join()
	for n := range 9 {
		s.messages = append(s.messages, s.drawMessage(n, ids))
	}
	return s
}

func pick[T any](s *scene, from []T) T { return from[s.rng.IntN(len(from))] }

// drawPlan draws until a plan has no fault.
func (s *scene) drawPlan() subscribers.Plan {
	for {
		p := subscribers.Plan{
			Rules:      []subscribers.Rule{s.drawRule([]broker.Kind{broker.Alert, broker.Hazard}), s.drawRule([]broker.Kind{broker.Prevention, broker.Info}), s.drawRule(nil)},
			QuietHours: s.drawQuiet(),
			Digest:     subscribers.DigestPlan{Every: subscribers.Daily, At: pick(s, []subscribers.ClockTime{{}, {Hour: 2, Minute: 30}, {Hour: 18}, {Hour: 23, Minute: 59}})},
			PerDay:     pick(s, []int{0, 0, 1, 2}),
		}
		p.Rules[2].When = subscribers.Now
		if len(p.Faults()) == 0 {
			return p
		}
	}
}

func (s *scene) drawRule(kinds []broker.Kind) subscribers.Rule {
	both := []channels.Name{channels.SMS, channels.Email}
	r := subscribers.Rule{
		Kinds:            kinds,
		Approval:         subscribers.ApprovalRule{By: pick(s, []subscribers.ApprovalBy{subscribers.ByCoordinator, subscribers.ByCoordinatorThenPolice, subscribers.ByPolice})},
		When:             pick(s, []subscribers.When{subscribers.Now, subscribers.Now, subscribers.WithDigest}),
		IgnoreQuietHours: s.rng.IntN(3) == 0,
	}
	if r.Approval.By != subscribers.ByPolice {
		r.Approval.Within = time.Duration(1+s.rng.IntN(8)) * time.Hour
		r.Approval.DeputiesAfter = pick(s, []time.Duration{0, 30 * time.Minute})
	}
	switch s.rng.IntN(4) {
	case 0:
		r.Channels.All = both
	case 1:
		r.Channels.First = []channels.Name{channels.SMS}
	case 2:
		r.Channels.First = []channels.Name{channels.Email, channels.SMS}
	default:
		r.Channels.First = both
	}
	return r
}

// drawQuiet leaves out the hours that a clock change takes away or repeats, of
// which TestQuietHours knows.
func (s *scene) drawQuiet() *subscribers.QuietHours {
	hours := []string{"22:00-07:00", "21:00-08:30", "23:30-06:00", "00:00-07:00", "12:00-14:00", "20:00-00:00"}
	i := s.rng.IntN(2 * len(hours))
	if i >= len(hours) {
		return nil
	}
	return quiet(s.t, hours[i])
}

func (s *scene) found(id broker.PartnershipID) {
	p := subscribers.Partnership{ID: id, Zone: "demo", Name: "PLP " + string(id), Tag: "PLP", Languages: []broker.Lang{broker.French},
		Stage: subscribers.StageLaunched, Charter: subscribers.Charter{Signed: subscribers.Date{Year: 2026, Month: 1, Day: 1}}}
	if id == s.dormant {
		p.Stage = subscribers.StageSuspended
	}
	if _, err := s.store.ImportPartnership(s.t.Context(), p, s.plans[id]); err != nil {
		s.t.Fatal(err)
	}
}

// drawPerson draws somebody who belongs to one partnership, or to another too.
// The first two of each partnership are its coordinator and deputy.
func (s *scene) drawPerson(n int, home broker.PartnershipID) {
	p := &person{in: []broker.PartnershipID{home}, gone: make(map[channels.Name]bool)}
	p.row.Role = []subscribers.Role{subscribers.RoleCoordinator, subscribers.RoleDeputy, subscribers.RoleMember, subscribers.RoleMember, subscribers.RoleMember}[n/3]
	p.row.Member = subscribers.Member{Name: strconv.Itoa(n), Lang: broker.French}
	contacts := []subscribers.Contact{
		{Channel: channels.SMS, Address: channels.NewAddress(fmt.Sprintf("+3247%07d", n)), State: subscribers.ContactActive},
		{Channel: channels.Email, Address: channels.NewAddress(fmt.Sprintf("p%d@example.be", n)), State: subscribers.ContactActive},
	}
	if p.row.Role == subscribers.RoleMember {
		switch s.rng.IntN(6) {
		case 0:
			contacts = contacts[:1]
		case 1:
			contacts = contacts[1:]
		case 2:
			gone := pick(s, contacts)
			p.gone[gone.Channel], s.provider.gone[gone.Address] = true, true
		}
		p.row.Member.Rest = s.drawRest()
		if other := pick(s, []broker.PartnershipID{"home", "shop", "farm"}); other != home && s.rng.IntN(2) == 0 {
			p.in = append(p.in, other)
		}
	}
	p.row.Member.Contacts = contacts
	s.people = append(s.people, p)
}

func (s *scene) drawRest() subscribers.Rest {
	r := subscribers.Rest{EvenUrgent: s.rng.IntN(4) == 0}
	if s.rng.IntN(3) == 0 {
		r.Quiet = s.drawQuiet()
	}
	if s.rng.IntN(4) == 0 {
		first := subscribers.DateOf(s.now).AddDays(s.rng.IntN(3) - 1)
		r.Pause = subscribers.Span{From: first, Until: first.AddDays(s.rng.IntN(3))}
	}
	return r
}

// join imports everybody, into each of their partnerships.
func (s *scene) join() {
	for id := range s.plans {
		var rows []store.MemberRow
		for _, p := range s.people {
			if slices.Contains(p.in, id) {
				row := p.row
				if id != p.in[0] {
					row.Role = subscribers.RoleMember
				}
				rows = append(rows, row)
			}
		}
		if _, err := s.store.ImportMembers(s.t.Context(), id, rows, subscribers.Consent{At: s.now, How: "test"}); err != nil {
			s.t.Fatal(err)
		}
		for _, p := range s.people {
			if p.in[0] == id {
				s.setRest(p.row.Member.Name, p.row.Member.Rest)
			}
		}
	}
}

// drawMessage draws a message of the first day, named by a title of its own.
func (s *scene) drawMessage(n int, ids []broker.PartnershipID) *published {
	m := &published{at: s.now.Add(time.Duration(s.rng.IntN(24*60)) * time.Minute)}
	m.ID = broker.NewMessageID()
	m.Kind = pick(s, []broker.Kind{broker.Alert, broker.Hazard, broker.Appeal, broker.Prevention, broker.Info})
	m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: fmt.Sprintf("Titre %d", n), Body: fmt.Sprintf("Texte %d.", n)}}
	m.Expires = m.at.Add(pick(s, []time.Duration{40 * time.Minute, 5 * time.Hour, 20 * time.Hour, 60 * time.Hour}))
	if s.rng.IntN(3) == 0 {
		m.Partnerships = []broker.PartnershipID{pick(s, ids)}
	}
	for _, id := range ids {
		a := &answer{partnership: id, at: m.at.Add(time.Duration(s.rng.IntN(120)) * time.Minute)}
		a.to = pick(s, []subscribers.ApprovalState{subscribers.ApprovalApproved, subscribers.ApprovalApproved, subscribers.ApprovalRefused, ""})
		m.answers = append(m.answers, a)
	}
	return m
}

// live lets time go by. Once, everything stands still for some hours.
func (s *scene) live(d, step time.Duration) {
	end, outage := s.now.Add(d), s.now.Add(time.Duration(s.rng.IntN(40))*time.Hour)
	for s.now.Before(end) {
		s.now = s.now.Add(step)
		if !outage.IsZero() && s.now.After(outage) {
			s.now, outage = s.now.Add(time.Duration(s.rng.IntN(6))*time.Hour), time.Time{}
		}
		s.pulse()
	}
}

// pulse is one moment of work: what is due is published and answered.
func (s *scene) pulse() {
	s.pulses = append(s.pulses, s.now)
	for _, m := range s.messages {
		if !m.out && !s.now.Before(m.at) && s.now.Before(m.Expires) {
			m.out, m.at = true, s.now
			m.Message = s.publish(m.Message)
		}
		for _, a := range m.answers {
			if m.out && !a.given && !s.now.Before(a.at) {
				a.given = true
				s.answer(m, a)
			}
		}
	}
	s.pass(step0, step0)
	s.tick()
}

// step0 is short beside the steps of the scene, and long beside the pipeline's retries.
const step0 = time.Minute

func (s *scene) answer(m *published, a *answer) {
	if a.to == "" {
		return
	}
	id := subscribers.ApprovalIDFor(m.ID, m.Revision, a.partnership)
	for {
		_, err := s.approver.Decide(s.t.Context(), id, subscribers.Decision{To: a.to, By: "Anne", How: subscribers.HowLink, Why: "pas ici"})
		if !errors.Is(err, errCrash) {
			return // too late, not asked, or done: the judge reads what stands
		}
	}
}
