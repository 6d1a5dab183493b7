package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestRecordWritesWhatTheStateMeans(t *testing.T) {
	at, next := noon.Add(time.Minute), noon.Add(time.Hour)
	retry := subscribers.Outcome{State: channels.Pending, Reason: channels.Reason(channels.Throttled), At: at, Wait: next, NextAt: next}
	taken := subscribers.Outcome{State: channels.Accepted, Ref: "SM1", Awaits: true, At: at, NextAt: next}
	unreported := subscribers.Outcome{State: channels.Accepted, Ref: "SM1", At: at}
	overtaken := subscribers.Outcome{State: channels.Delivered, Ref: "SM1", At: at}
	failed := subscribers.Outcome{State: channels.Failed, Reason: channels.Reason(channels.Rejected), At: at, NextAt: next}
	for _, test := range []struct {
		name string
		with []subscribers.Outcome
		want func(*subscribers.Entry)
	}{
		{"retry", []subscribers.Outcome{retry}, func(e *subscribers.Entry) {
			e.State, e.Reason, e.NotBefore, e.NextAt = channels.Pending, retry.Reason, next, next
		}},
		{"taken", []subscribers.Outcome{taken}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.Awaits, e.AcceptedAt, e.NextAt = channels.Accepted, "SM1", true, at, next
		}},
		{"nobody will report", []subscribers.Outcome{unreported}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.AcceptedAt, e.FinalAt, e.NextAt = channels.Accepted, "SM1", at, at, time.Time{}
		}},
		{"receipt before answer", []subscribers.Outcome{overtaken}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.AcceptedAt, e.FinalAt, e.NextAt = channels.Delivered, "SM1", at, at, time.Time{}
		}},
		{"failed is final", []subscribers.Outcome{failed}, func(e *subscribers.Entry) {
			e.State, e.Reason, e.FinalAt, e.NextAt = channels.Failed, failed.Reason, at, time.Time{}
		}},
		{"taken, then delivered", []subscribers.Outcome{taken, {State: channels.Delivered, At: next}}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.AcceptedAt, e.FinalAt, e.NextAt = channels.Delivered, "SM1", at, next, time.Time{}
		}},
		{"taken, then no report", []subscribers.Outcome{taken, {State: channels.Accepted, At: next}}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.AcceptedAt, e.FinalAt, e.NextAt = channels.Accepted, "SM1", at, next, time.Time{}
		}},
		{"the same state brings the name", []subscribers.Outcome{{State: channels.Accepted, Awaits: true, At: at, NextAt: next}, taken}, func(e *subscribers.Entry) {
			e.State, e.Ref, e.Awaits, e.AcceptedAt, e.NextAt = channels.Accepted, "SM1", true, at, next
		}},
		{"unknown for good", []subscribers.Outcome{{State: channels.Unknown, At: at}}, func(e *subscribers.Entry) {
			e.State, e.FinalAt, e.NextAt = channels.Unknown, at, time.Time{}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				e := claimedEntry(t, s)
				for _, o := range test.with {
					o.ID = e.ID
					same(t, "late", got(s.Record(t.Context(), []subscribers.Outcome{o}))(t), nil)
				}
				last := test.with[len(test.with)-1]
				last.ID = e.ID
				test.want(&e)
				same(t, "entry", got(s.Entry(t.Context(), e.ID))(t), e)
				same(t, "late when repeated", got(s.Record(t.Context(), []subscribers.Outcome{last}))(t), nil)
				same(t, "entry after a repeat", got(s.Entry(t.Context(), e.ID))(t), e)
			})
		})
	}
}

// Who hands a delivery back without a call gives its attempt back, once, and
// only while it is theirs.
func TestAnAttemptIsGivenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		e := claimedEntry(t, s)
		at := noon.Add(time.Minute)
		back := []subscribers.Outcome{{ID: e.ID, State: channels.Pending, At: at, Wait: at, NextAt: at, Attempt: e.Attempt, Uncounted: true}}
		same(t, "late", got(s.Record(t.Context(), back))(t), nil)
		e.State, e.NotBefore, e.NextAt, e.Attempt = channels.Pending, at, at, e.Attempt-1
		same(t, "entry", got(s.Entry(t.Context(), e.ID))(t), e)
		same(t, "late when repeated", got(s.Record(t.Context(), back))(t), []channels.DeliveryID{e.ID})
		same(t, "entry after a repeat", got(s.Entry(t.Context(), e.ID))(t), e)
	})
}

// claimedEntry is a delivery whose provider is being called.
func claimedEntry(t testing.TB, s *store.Store) subscribers.Entry {
	t.Helper()
	e := entries(granted(t, s, tilleuls)[0], people(1))[0]
	got(s.Add(t.Context(), []subscribers.Entry{e}))(t)
	return got(s.Claim(t.Context(), []channels.DeliveryID{e.ID}, noon, time.Minute))(t)[0].Entry
}

func TestRecordThenOnlyWhenItTook(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		e := claimedEntry(t, s)
		mailbox := channels.NewAddress("anne@example.be")
		fallback := e
		fallback.Channel, fallback.Hash, fallback.State, fallback.Attempt = channels.Email, mailbox.Hash(channels.Email), channels.Pending, 0
		fallback.ID = subscribers.EntryKey(e.About, 1, e.Partnership, e.Member, channels.Email, fallback.Hash)
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(e.ID, channels.Delivered)}))(t)

		late := outcome(e.ID, channels.Failed)
		late.Then = []subscribers.Entry{fallback}
		unknown := outcome(channels.DeliveryID{UUID: e.About}, channels.Failed)
		same(t, "late", len(got(s.Record(t.Context(), []subscribers.Outcome{late, unknown}))(t)), 2)
		if _, err := s.Entry(t.Context(), fallback.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("the fallback of a delivered message: got %v, want ErrNotFound", err)
		}

		other := claimedEntry(t, s)
		failed := outcome(other.ID, channels.Failed)
		fallback.About, fallback.Approval, fallback.Member = other.About, other.Approval, other.Member
		failed.Then = []subscribers.Entry{fallback}
		for range 2 {
			same(t, "late", got(s.Record(t.Context(), []subscribers.Outcome{failed}))(t), nil)
		}
		same(t, "the fallback", got(s.Entry(t.Context(), fallback.ID))(t), fallback)
		another := fallback
		another.ID, another.Hash = channels.DeliveryID{UUID: e.About}, e.Hash
		failed.Then = []subscribers.Entry{another}
		same(t, "late", got(s.Record(t.Context(), []subscribers.Outcome{failed}))(t), nil)
		if _, err := s.Entry(t.Context(), another.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("the fallback of a repeat: got %v, want ErrNotFound", err)
		}
	})
}

func TestRecordClosesTheAddressForAll(t *testing.T) {
	for _, test := range []struct {
		stopped bool
		want    subscribers.ContactState
	}{{false, subscribers.ContactClosed}, {true, subscribers.ContactStopped}} {
		t.Run(string(test.want), func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				addPartnership(t, s, tilleuls,
					memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"), mail("anne@example.be")),
					memberRow("Louis", subscribers.RoleMember, mobile("+32470000001"), mobile("+32470000002")))
				all := members(t, s, tilleuls)
				e := entry(granted(t, s, tilleuls)[0], all[0].ID, all[0].Contacts[0].Address)
				got(s.Add(t.Context(), []subscribers.Entry{e}))(t)
				got(s.Claim(t.Context(), []channels.DeliveryID{e.ID}, noon, time.Minute))(t)
				o := outcome(e.ID, channels.Failed)
				o.Closes, o.Stopped = true, test.stopped
				got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)

				var states []subscribers.ContactState
				for _, m := range members(t, s, tilleuls) {
					for _, c := range m.Contacts {
						states = append(states, c.State)
					}
				}
				same(t, "contacts", states, []subscribers.ContactState{test.want, subscribers.ContactActive, test.want, subscribers.ContactActive})
			})
		})
	}
}

// Whatever the order in which outcomes come, each step that was written was
// allowed, and those that were not are named as late.
func TestRecordIsMonotone(t *testing.T) {
	seed := seed(t)
	all := []channels.State{
		channels.Pending, channels.Unknown, channels.Accepted, channels.Delivered, channels.Failed, channels.Suppressed, channels.Expired,
	}
	onBoth(t, func(t *testing.T, s *store.Store) {
		random := rand.New(rand.NewPCG(seed, seed))
		for round := range 30 {
			e := claimedEntry(t, s)
			states := slices.Clone(all)
			random.Shuffle(len(states), func(i, j int) { states[i], states[j] = states[j], states[i] })
			at := channels.Calling
			for _, next := range states {
				late := got(s.Record(t.Context(), []subscribers.Outcome{outcome(e.ID, next)}))(t)
				allowed := at.CanBecome(next) || at == next
				if took := len(late) == 0; took != allowed {
					t.Errorf("round %d, %s to %s: took %v, want %v", round, at, next, took, allowed)
				}
				if at.CanBecome(next) {
					at = next
				}
				same(t, fmt.Sprintf("round %d after %s", round, next), stateOf(t, s, e.ID), at)
			}
		}
	})
}

// seed is printed, and may be given, so that a failure can be had again.
func seed(t *testing.T) uint64 {
	t.Helper()
	chosen := rand.Uint64()
	if given := os.Getenv("RELAIS_SEED"); given != "" {
		parsed, err := strconv.ParseUint(given, 10, 64)
		must(t, err)
		chosen = parsed
	}
	t.Logf("RELAIS_SEED=%d", chosen)
	return chosen
}

func TestManyRecordAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(300))
		got(s.Add(t.Context(), all))(t)
		got(s.Claim(t.Context(), idsOf(all), noon, time.Minute))(t)
		var recording sync.WaitGroup
		for worker, state := range []channels.State{channels.Accepted, channels.Delivered, channels.Delivered, channels.Unknown} {
			outcomes := make([]subscribers.Outcome, len(all))
			for i, e := range all {
				outcomes[i] = outcome(e.ID, state)
			}
			if worker%2 == 1 {
				slices.Reverse(outcomes)
			}
			recording.Go(func() {
				for chunk := range slices.Chunk(outcomes, 70) {
					if _, err := s.Record(t.Context(), chunk); err != nil {
						t.Error(err)
					}
				}
			})
		}
		recording.Wait()
		for _, e := range all {
			same(t, e.ID.String(), stateOf(t, s, e.ID), channels.Delivered)
		}
	})
}
