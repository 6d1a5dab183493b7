package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestAddTwiceChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(5))
		all[4].Hash, all[4].ID = all[0].Hash, behind(all[4].ID) // two people, one number
		want := []channels.DeliveryID{all[4].ID}
		same(t, "the first four", got(s.Add(t.Context(), all[:4]))(t), nil)
		same(t, "duplicates", got(s.Add(t.Context(), all))(t), want)
		got(s.Claim(t.Context(), idsOf(all[:1]), noon, time.Minute))(t)
		same(t, "duplicates again", got(s.Add(t.Context(), all))(t), want)

		same(t, "as written", got(s.Entry(t.Context(), all[1].ID))(t), all[1])
		same(t, "claimed in between", stateOf(t, s, all[0].ID), channels.Calling)
		duplicate := all[4]
		duplicate.State, duplicate.Reason, duplicate.NextAt, duplicate.FinalAt = channels.Suppressed, channels.ReasonDuplicate, time.Time{}, noon
		same(t, "the duplicate", got(s.Entry(t.Context(), duplicate.ID))(t), duplicate)
		same(t, "nothing", got(s.Add(t.Context(), nil))(t), nil)
	})
}

// PLP.md, rule 8: a person in two partnerships gets a message once.
func TestAddGivesAPersonToTheFirstApproval(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		approvals := granted(t, s, tilleuls, linden)
		who := subscribers.NewMemberID()
		number, mailbox := channels.NewAddress("+32470000001"), channels.NewAddress("anne@example.be")
		first, other := entry(approvals[0], who, number), entry(approvals[1], who, mailbox)
		same(t, "the first", got(s.Add(t.Context(), []subscribers.Entry{first}))(t), nil)
		same(t, "on another address", got(s.Add(t.Context(), []subscribers.Entry{other}))(t), []channels.DeliveryID{other.ID})
		same(t, "its state", stateOf(t, s, other.ID), channels.Suppressed)

		more := entry(approvals[0], who, mailbox)
		same(t, "the first approval again", got(s.Add(t.Context(), []subscribers.Entry{more}))(t), nil)
		next := entry(approvals[1], who, number)
		next.Revision = 2
		same(t, "the next revision", got(s.Add(t.Context(), []subscribers.Entry{next}))(t), nil)
	})
}

// Whom one partnership cannot reach, another one still may (PLP.md, rule 9).
func TestAddSuppressedClaimsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		approvals := granted(t, s, tilleuls, linden)
		who := subscribers.NewMemberID()
		unreached := entry(approvals[0], who, channels.Address{})
		unreached.State, unreached.Reason, unreached.NextAt, unreached.FinalAt = channels.Suppressed, channels.ReasonNoChannel, time.Time{}, noon
		reached := entry(approvals[1], who, channels.NewAddress("+32470000001"))
		same(t, "unreached", got(s.Add(t.Context(), []subscribers.Entry{unreached}))(t), nil)
		same(t, "as it came", got(s.Entry(t.Context(), unreached.ID))(t), unreached)
		same(t, "reached", got(s.Add(t.Context(), []subscribers.Entry{reached}))(t), nil)
		same(t, "its state", stateOf(t, s, reached.ID), channels.Pending)
	})
}

func TestTwoPlansAtOnceReachEachPersonOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		approvals := granted(t, s, tilleuls, linden)
		who := people(600)
		var planning sync.WaitGroup
		for i, a := range approvals {
			own := entries(a, who)
			if i == 1 {
				slices.Reverse(own) // as bad an order as can be
			}
			planning.Go(func() {
				for page := range slices.Chunk(own, 50) {
					if _, err := s.Add(t.Context(), page); err != nil {
						t.Error(err)
					}
				}
			})
		}
		planning.Wait()
		once := make(map[subscribers.MemberID]int)
		for _, a := range approvals {
			for _, e := range entries(a, who) {
				if stateOf(t, s, e.ID) == channels.Pending {
					once[e.Member]++
				}
			}
		}
		for _, id := range who {
			if once[id] != 1 {
				t.Errorf("%s: got %d deliveries, want 1", id, once[id])
			}
		}
	})
}

func TestClaimTakesWhatIsPendingAndDue(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(4))
		all[1].NotBefore = noon.Add(time.Millisecond)
		all[2].NotBefore = noon
		all[3].State = channels.Held
		got(s.Add(t.Context(), all))(t)

		asked := []channels.DeliveryID{all[3].ID, all[2].ID, all[1].ID, all[0].ID, all[0].ID, {UUID: a.ID.UUID}}
		claimed := got(s.Claim(t.Context(), asked, noon, time.Minute))(t)
		want := []subscribers.Entry{all[2], all[0]}
		for i := range want {
			want[i].State, want[i].Attempt, want[i].NextAt = channels.Calling, 1, noon.Add(time.Minute)
		}
		same(t, "claimed", plain(claimed), want)
		same(t, "again", plain(got(s.Claim(t.Context(), asked, noon, time.Minute))(t)), nil)
	})
}

func plain(claimed []subscribers.Claimed) []subscribers.Entry {
	all := make([]subscribers.Entry, len(claimed))
	for i, c := range claimed {
		all[i] = c.Entry
	}
	return all
}

// PLP.md, rule 10: messages that are queued already do not go to who has left.
func TestClaimTellsWhoIsThereNow(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		names := []string{"Anne", "left", "changed", "stopped", "stranger"}
		var rows []store.MemberRow
		for i, name := range names {
			rows = append(rows, memberRow(name, subscribers.RoleMember, mobile("+3247000000"+string(rune('1'+i))), mail(name+"@example.be")))
		}
		addPartnership(t, s, tilleuls, rows[:4]...)
		addPartnership(t, s, linden, rows[4])
		all := members(t, s, tilleuls)
		a := granted(t, s, tilleuls)[0]
		var owed []subscribers.Entry
		for _, m := range append(slices.Clone(all), members(t, s, linden)...) {
			owed = append(owed, entry(a, m.ID, m.Contacts[0].Address))
		}
		got(s.Add(t.Context(), owed))(t)
		must(t, s.Stop(t.Context(), all[1].ID, tilleuls, time.Now()))
		got(s.ImportMembers(t.Context(), tilleuls, []store.MemberRow{memberRow("changed", subscribers.RoleMember, mobile("+32479999999"), mail("changed@example.be"))}, consent))(t)
		stopAddress(t, s, all[3])

		want := map[subscribers.MemberID]struct{ There, Contact bool }{
			all[0].ID: {true, true}, all[1].ID: {false, true}, all[2].ID: {true, false}, all[3].ID: {true, false}, owed[4].Member: {false, true},
		}
		claimed := got(s.Claim(t.Context(), idsOf(owed), noon, time.Minute))(t)
		same(t, "claimed", len(claimed), 5)
		for _, c := range claimed {
			same(t, c.Member.String(), struct{ There, Contact bool }{!c.Left, c.Contact != subscribers.Contact{}}, want[c.Member])
		}
		same(t, "Anne's contact", claimed[0].Contact, all[0].Contacts[0])
	})
}

func TestManyClaimEachOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(1000))
		got(s.Add(t.Context(), all))(t)
		var mu sync.Mutex
		times := make(map[channels.DeliveryID]int)
		var claiming sync.WaitGroup
		for worker := range 8 {
			ids := idsOf(all)
			if worker%2 == 1 {
				slices.Reverse(ids)
			}
			claiming.Go(func() {
				for chunk := range slices.Chunk(ids, 200) {
					claimed, err := s.Claim(t.Context(), chunk, noon, time.Minute)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					for _, c := range claimed {
						times[c.ID]++
					}
					mu.Unlock()
				}
			})
		}
		claiming.Wait()
		for _, e := range all {
			if times[e.ID] != 1 {
				t.Errorf("%s was claimed %d times", e.ID, times[e.ID])
			}
		}
	})
}

func TestEntriesLeavesOutWhatIsUnknown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		all := entries(granted(t, s, tilleuls)[0], people(3))
		got(s.Add(t.Context(), all))(t)
		unknown := channels.DeliveryID{UUID: uuid.Must(uuid.NewV7())}
		found := got(s.Entries(t.Context(), []channels.DeliveryID{all[2].ID, unknown, all[0].ID, all[2].ID}))(t)
		same(t, "found", found, map[channels.DeliveryID]subscribers.Entry{all[0].ID: all[0], all[2].ID: all[2]})
		same(t, "of none", len(got(s.Entries(t.Context(), nil))(t)), 0)
	})
}

func TestDueIsLeased(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000000")))
		anne := members(t, s, tilleuls)[0]
		a := granted(t, s, tilleuls)[0]
		all := entries(a, append([]subscribers.MemberID{anne.ID}, people(3)...))
		for i, next := range []time.Time{noon, noon.Add(-time.Minute), noon.Add(time.Millisecond), {}} {
			all[i].NextAt = next
		}
		got(s.Add(t.Context(), all))(t)

		due := got(s.Due(t.Context(), noon, time.Minute, 10))(t)
		want := []subscribers.Entry{all[1], all[0]}
		want[0].NextAt, want[1].NextAt = noon.Add(time.Minute), noon.Add(time.Minute)
		same(t, "due", plain(due), want)
		same(t, "contact", due[1].Contact, anne.Contacts[0])
		same(t, "left", []bool{due[0].Left, due[1].Left}, []bool{true, false})
		same(t, "leased", plain(got(s.Due(t.Context(), noon, time.Minute, 10))(t)), nil)
		same(t, "after the lease", len(got(s.Due(t.Context(), noon.Add(time.Minute), time.Minute, 2))(t)), 2)
	})
}

func TestManySweepEachOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(300))
		got(s.Add(t.Context(), all))(t)
		var mu sync.Mutex
		times := make(map[channels.DeliveryID]int)
		var sweeping sync.WaitGroup
		for range 4 {
			sweeping.Go(func() {
				for range 6 {
					due, err := s.Due(t.Context(), noon.Add(time.Hour), time.Minute, 100)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					for _, c := range due {
						times[c.ID]++
					}
					mu.Unlock()
				}
			})
		}
		sweeping.Wait()
		for _, e := range all {
			if times[e.ID] != 1 {
				t.Errorf("%s was taken %d times", e.ID, times[e.ID])
			}
		}
	})
}

func TestPlacesOfADay(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		day := subscribers.Date{Year: 2026, Month: 11, Day: 23}
		anne, bert := subscribers.NewMemberID(), subscribers.NewMemberID()
		first, second, third := broker.NewMessageID(), broker.NewMessageID(), broker.NewMessageID()
		take := func(day subscribers.Date, m broker.MessageID, who ...subscribers.MemberID) map[subscribers.MemberID]bool {
			return got(s.TakePlaces(t.Context(), day, m, who, 2))(t)
		}
		none := map[subscribers.MemberID]bool{}
		same(t, "first", take(day, first, anne, bert), none)
		same(t, "second, to one", take(day, second, anne), none)
		same(t, "third", take(day, third, anne, bert), map[subscribers.MemberID]bool{anne: true})
		same(t, "the second planned again", take(day, second, anne), none)
		same(t, "the next day", take(day.AddDays(1), third, anne, bert), none)
	})
}
