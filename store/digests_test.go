package store_test

import (
	"slices"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestSlots(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		first := subscribers.Slot{Partnership: tilleuls, Date: today, DueAt: noon.Add(-time.Hour), LeavesAt: noon.Add(-time.Hour)}
		due := subscribers.Slot{Partnership: linden, Date: today, DueAt: noon, LeavesAt: noon}
		later := subscribers.Slot{Partnership: linden, Date: today.AddDays(1), DueAt: noon.Add(time.Hour), LeavesAt: noon.Add(time.Hour)}
		must(t, s.AddSlots(t.Context(), []subscribers.Slot{due, first, later}))
		moved := first
		moved.LeavesAt = noon.Add(24 * time.Hour)
		must(t, s.AddSlots(t.Context(), []subscribers.Slot{moved})) // exists already

		same(t, "the oldest", got(s.DueSlots(t.Context(), noon, time.Minute, 1))(t), []subscribers.Slot{first})
		same(t, "the other", got(s.DueSlots(t.Context(), noon, time.Minute, 10))(t), []subscribers.Slot{due})
		same(t, "leased", got(s.DueSlots(t.Context(), noon, time.Minute, 10))(t), nil)
		must(t, s.CloseSlot(t.Context(), first, noon))
		must(t, s.CloseSlot(t.Context(), first, noon))
		same(t, "after the lease", got(s.DueSlots(t.Context(), noon.Add(time.Minute), time.Minute, 10))(t), []subscribers.Slot{due})
	})
}

var today = subscribers.Date{Year: 2026, Month: 11, Day: 23}

// slotOf is today's slot of a partnership, a little after what waits for it.
func slotOf(id broker.PartnershipID) subscribers.Slot {
	return subscribers.Slot{Partnership: id, Date: today, DueAt: noon.Add(10 * time.Second), LeavesAt: noon.Add(10 * time.Second)}
}

// digestedFor makes entries that wait for a digest: one in each partnership
// for each of the members there, all by email.
func digestedFor(t *testing.T, s *store.Store, ids ...broker.PartnershipID) []subscribers.Entry {
	t.Helper()
	var all []subscribers.Entry
	for i, p := range ids {
		a := granted(t, s, p)[0]
		for _, m := range members(t, s, p) {
			e := entry(a, m.ID, m.Contacts[0].Address)
			e.Channel, e.State, e.NextAt, e.CreatedAt = channels.Email, channels.Digested, e.NotAfter, noon.Add(time.Duration(i)*time.Second)
			e.Hash = m.Contacts[0].Address.Hash(channels.Email)
			all = append(all, e)
		}
	}
	got(s.Add(t.Context(), all))(t)
	for _, p := range ids { // what waits is ripe
		must(t, s.AddSlots(t.Context(), []subscribers.Slot{slotOf(p)}))
	}
	return all
}

func digest(who subscribers.DigestPerson, p broker.PartnershipID) subscribers.DigestEntry {
	first := who.Items[0]
	about := subscribers.DigestAbout(today, who.Member)
	d := subscribers.DigestEntry{Entry: subscribers.Entry{
		ID:      channels.DeliveryID{UUID: about},
		Purpose: channels.Digest, About: about, Partnership: p, Member: who.Member, Channel: first.Channel, Hash: first.Hash,
		Lang: broker.French, Priority: broker.Bulk, State: channels.Pending,
		NextAt: noon.Add(30 * time.Second), NotAfter: noon.Add(48 * time.Hour), CreatedAt: noon,
	}}
	d.Items = idsOf(who.Items)
	return d
}

// anneAndBram: Anne is in both partnerships, Bram in one.
func anneAndBram(t *testing.T, s *store.Store) (anne, bram subscribers.Member) {
	t.Helper()
	a, b := memberRow("Anne", subscribers.RoleMember, mail("anne@example.be")), memberRow("Bram", subscribers.RoleMember, mail("bram@example.be"))
	addPartnership(t, s, tilleuls, a, b)
	addPartnership(t, s, linden, a)
	all := members(t, s, tilleuls)
	return all[0], all[1]
}

func TestOneDigestForAPersonInTwoPartnerships(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne, bram := anneAndBram(t, s)
		all := digestedFor(t, s, tilleuls, linden) // Anne, Bram, Anne

		people := got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon, subscribers.MemberID{}, 10))(t)
		same(t, "people", people, []subscribers.DigestPerson{
			{Member: anne.ID, Items: []subscribers.Entry{all[0], all[2]}}, {Member: bram.ID, Items: []subscribers.Entry{all[1]}},
		})
		same(t, "the next page", got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon, anne.ID, 1))(t), people[1:])
		same(t, "too late", got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon.Add(time.Hour), subscribers.MemberID{}, 10))(t), nil)

		digests := []subscribers.DigestEntry{digest(people[1], tilleuls), digest(people[0], tilleuls)}
		ids := []channels.DeliveryID{digests[0].ID, digests[1].ID}
		same(t, "written", got(s.AddDigests(t.Context(), digests))(t), ids)
		same(t, "again", got(s.AddDigests(t.Context(), digests))(t), nil)
		same(t, "from the other partnership", got(s.DigestPeople(t.Context(), slotOf(linden), noon, subscribers.MemberID{}, 10))(t), nil)
		same(t, "the digest", got(s.Entry(t.Context(), ids[0]))(t), digests[0].Entry)

		item := func(e subscribers.Entry) subscribers.DigestItem {
			return subscribers.DigestItem{Message: broker.MessageID{UUID: e.About}, Revision: 1, Partnership: e.Partnership, Note: "près de l'école"}
		}
		same(t, "items", got(s.DigestItems(t.Context(), append(ids, all[0].ID)))(t), map[channels.DeliveryID][]subscribers.DigestItem{
			ids[0]: {item(all[1])}, ids[1]: {item(all[0]), item(all[2])},
		})
	})
}

func TestDigestWhoseKeyExistsLeavesItsItems(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anneAndBram(t, s)
		digestedFor(t, s, tilleuls)
		anne := got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon, subscribers.MemberID{}, 1))(t)[0]
		got(s.AddDigests(t.Context(), []subscribers.DigestEntry{digest(anne, tilleuls)}))(t)

		more := digestedFor(t, s, linden)
		other := digest(subscribers.DigestPerson{Member: anne.Member, Items: more}, linden)
		other.ID = channels.DeliveryID{UUID: broker.DeriveID(other.ID.UUID, "another id, the same key")}
		same(t, "the same day", got(s.AddDigests(t.Context(), []subscribers.DigestEntry{other}))(t), nil)
		same(t, "waits for the next", len(got(s.DigestPeople(t.Context(), slotOf(linden), noon, subscribers.MemberID{}, 10))(t)), 1)

		// Another day's digest finds nothing left of the first items.
		empty := digest(anne, tilleuls)
		empty.About = subscribers.DigestAbout(today.AddDays(1), anne.Member)
		empty.ID = channels.DeliveryID{UUID: empty.About}
		same(t, "an empty one", got(s.AddDigests(t.Context(), []subscribers.DigestEntry{empty}))(t), nil)
		if second(s.Entry(t.Context(), empty.ID)) == nil {
			t.Error("an empty digest was kept")
		}
	})
}

func TestItemsFollowTheirDigest(t *testing.T) {
	for _, state := range []channels.State{channels.Accepted, channels.Delivered, channels.Failed, channels.Expired} {
		t.Run(string(state), func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				anneAndBram(t, s)
				all := digestedFor(t, s, tilleuls, linden)
				d := calledDigest(t, s)
				o := outcome(d.ID, state)
				o.Awaits, o.NextAt = state == channels.Accepted, noon.Add(time.Hour)
				got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
				for _, i := range []int{0, 2} {
					item := got(s.Entry(t.Context(), all[i].ID))(t)
					same(t, "item", item.State, state)
					same(t, "awaits", item.Awaits, o.Awaits)
					same(t, "swept", item.NextAt, time.Time{})
					same(t, "final", item.FinalAt.IsZero(), o.Awaits)
				}
				same(t, "Bram's", stateOf(t, s, all[1].ID), channels.Digested)
				if state != channels.Accepted {
					return
				}
				got(s.Record(t.Context(), []subscribers.Outcome{outcome(d.ID, channels.Accepted)}))(t)
				item := got(s.Entry(t.Context(), all[0].ID))(t)
				same(t, "awaits no more", []bool{item.Awaits, item.FinalAt.IsZero()}, []bool{false, false})
			})
		})
	}
}

// calledDigest is Anne's digest, in the name of tilleuls, whose provider is being called.
func calledDigest(t *testing.T, s *store.Store) subscribers.Entry {
	t.Helper()
	anne := got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon, subscribers.MemberID{}, 1))(t)[0]
	d := digest(anne, tilleuls)
	got(s.AddDigests(t.Context(), []subscribers.DigestEntry{d}))(t)
	return got(s.Claim(t.Context(), []channels.DeliveryID{d.ID}, noon, time.Minute))(t)[0].Entry
}

func TestDigestOfWhoLeftLetsOtherPartnershipsGo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne, _ := anneAndBram(t, s)
		all := digestedFor(t, s, tilleuls, linden)
		d := calledDigest(t, s)
		must(t, s.Stop(t.Context(), anne.ID, tilleuls, time.Now()))
		o := outcome(d.ID, channels.Suppressed)
		o.Reason = channels.ReasonLeft
		got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
		same(t, "of the partnership left", got(s.Entry(t.Context(), all[0].ID))(t).Reason, channels.ReasonLeft)
		people := got(s.DigestPeople(t.Context(), slotOf(linden), noon, subscribers.MemberID{}, 10))(t)
		same(t, "of the other", people, []subscribers.DigestPerson{{Member: anne.ID, Items: all[2:]}})
	})
}

func TestWithdrawnItemIsNotInTheDigest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anneAndBram(t, s)
		all := digestedFor(t, s, tilleuls, linden)
		d := calledDigest(t, s)
		withdrawn := outcome(all[0].ID, channels.Suppressed)
		withdrawn.Reason = channels.ReasonCancelled
		got(s.Record(t.Context(), []subscribers.Outcome{withdrawn}))(t)
		items := got(s.DigestItems(t.Context(), []channels.DeliveryID{d.ID}))(t)[d.ID]
		same(t, "items", slices.Collect(func(yield func(broker.PartnershipID) bool) {
			for _, item := range items {
				if !yield(item.Partnership) {
					return
				}
			}
		}), []broker.PartnershipID{linden})
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(d.ID, channels.Delivered)}))(t)
		same(t, "withdrawn stays so", stateOf(t, s, all[0].ID), channels.Suppressed)
	})
}

// A member in two partnerships whose slots are worked on by two nodes at once.
func TestTwoNodesDigestOnePersonOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anneAndBram(t, s)
		digestedFor(t, s, tilleuls, linden)
		person := got(s.DigestPeople(t.Context(), slotOf(tilleuls), noon, subscribers.MemberID{}, 1))(t)[0]
		results := make(chan int, 2)
		for _, p := range []broker.PartnershipID{tilleuls, linden} {
			go func() {
				written, err := s.AddDigests(t.Context(), []subscribers.DigestEntry{digest(person, p)})
				if err != nil {
					t.Error(err)
				}
				results <- len(written)
			}()
		}
		same(t, "digests", <-results+<-results, 1)
	})
}
