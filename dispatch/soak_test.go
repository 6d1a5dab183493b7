package dispatch_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// TestThreeWeeksOfRestarts ends every node every ten minutes for three weeks
// around each clock change, with infoflashes at the hours that a change takes
// away, repeats or cuts: each person gets exactly one of each local day, and
// each message once. RELAIS_SEED repeats a run.
func TestThreeWeeksOfRestarts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: three weeks take too long under the race detector; the check runs them without it")
	}
	for _, seen := range []string{"inmem", "redis"} {
		for _, change := range []subscribers.Date{{Year: 2026, Month: 10, Day: 25}, {Year: 2027, Month: 3, Day: 28}} {
			t.Run(seen+" "+change.String(), func(t *testing.T) {
				for _, seed := range seeds(t, 0) {
					newSoak(t, seed, kit{"sqlite", seen, 3}, change).run()
				}
			})
		}
	}
}

const soakDays = 21

// soak is three weeks in a zone whose partnerships write at awkward hours.
type soak struct {
	*world
	zone   *time.Location
	first  subscribers.Date
	titles []string
}

func newSoak(t *testing.T, seed uint64, on kit, change subscribers.Date) *soak {
	s := &soak{world: newWorldOn(t, seed, on), zone: brussels(t), first: change.AddDays(-soakDays / 2)}
	s.now = s.first.At(subscribers.ClockTime{Hour: 1}, s.zone)
	for i, at := range []string{"00:00", "02:30", "23:59"} {
		id := broker.PartnershipID(fmt.Sprintf("p%d", i))
		s.partnership(id, fmt.Sprintf("rules: [{approval: {by: police}, channels: {first: [email, sms]}, when: digest}, {approval: {by: police}, channels: {first: [sms, email]}, when: now}]\ndigest: {every: day, at: %q}\n", at))
		s.people(id, 3*i, 3*i+3)
		s.people(id, 90, 91) // one person belongs to all three
	}
	s.faults = faults{lost: 10, twice: 10, crashBefore: 1, crashAfter: 1, retryable: 5, cutTaken: 2, cutLost: 2}
	s.perhapsAtOnce(seed)
	return s
}

func (s *soak) run() {
	last := s.first.AddDays(soakDays)
	for day := s.first; day.Before(last); day = day.AddDays(1) {
		publish := day.At(subscribers.ClockTime{Hour: 4 + s.rng.IntN(18), Minute: s.rng.IntN(60)}, s.zone)
		end := day.AddDays(1).At(subscribers.ClockTime{}, s.zone).Add(30 * time.Second)
		for s.now.Before(end) {
			if s.restart(); s.now.Before(publish) && !s.now.Add(10*time.Minute).Before(publish) {
				s.tip()
			}
			s.now = s.now.Add(10 * time.Minute)
			s.work()
		}
	}
	s.faults = faults{}
	s.pass(30*time.Minute, 5*time.Minute)
	s.oneEachDay(last)
	s.eachTipOnce()
}

// restart forgets all that a node keeps in memory; what the broker had is lost.
func (s *soak) restart() {
	s.queue = nil
	s.build(slog.New(slog.DiscardHandler))
}

func (s *soak) tip() {
	title := fmt.Sprintf("Conseil %d", len(s.titles))
	s.titles = append(s.titles, title)
	s.publish(broker.Message{Kind: broker.Prevention, Expires: s.now.Add(72 * time.Hour), Texts: map[broker.Lang]broker.Text{broker.French: {Title: title, Body: "Texte."}}})
}

// work is what the nodes do in ten minutes: around a slot each of them looks.
func (s *soak) work() {
	looks := 1
	if clock := subscribers.ClockOf(s.now.In(s.zone)); clock.Hour == 0 || clock.Hour == 2 || clock.Hour == 3 {
		looks = s.kit.nodes
	}
	for range looks {
		if err := s.sweeper.Sweep(s.t.Context()); err != nil && !errors.Is(err, errCrash) {
			s.t.Fatal(err)
		}
		if err := s.digester.Tick(s.t.Context()); err != nil && !errors.Is(err, errCrash) {
			s.t.Fatal(err)
		}
		s.settle()
	}
}

// oneEachDay counts the infoflashes of each local day. The first day's first
// two slots came before anything was published.
func (s *soak) oneEachDay(last subscribers.Date) {
	for n := range 9 {
		who := s.member(fmt.Sprintf("Person %d", n))
		for day := s.first.AddDays(1); day.Before(last); day = day.AddDays(1) {
			id := channels.DeliveryID{UUID: subscribers.DigestAbout(day, who.ID)}
			if got := s.provider.taken[id]; got != 1 {
				s.t.Errorf("%s got %d infoflashes of %s, want 1", who.Name, got, day)
			}
		}
	}
}

// eachTipOnce counts what each person read; the last may still wait.
func (s *soak) eachTipOnce() {
	read := make(map[channels.Address]map[string]int)
	for _, d := range s.provider.sent {
		for _, item := range d.Content.Items {
			if read[d.To] == nil {
				read[d.To] = make(map[string]int)
			}
			read[d.To][item.Title]++
		}
	}
	if len(read) != 10 {
		s.t.Errorf("%d people read anything, want 10", len(read))
	}
	for _, of := range read {
		for i, title := range s.titles {
			if got := of[title]; got > 1 || got == 0 && i < len(s.titles)-1 {
				s.t.Errorf("somebody read %q %d times", title, got)
			}
		}
	}
}
