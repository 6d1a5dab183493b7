package dispatch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// flashPlan sends tips with the infoflash at the given time of day.
func flashPlan(digest string) string {
	return strings.Replace(townPlan, `{every: day, at: "18:00"}`, digest, 1)
}

// atOncePlan sends tips by themselves.
const tipRule = `    channels: {first: [email, sms]}
    when: digest`

func atOncePlan() string {
	return strings.Replace(townPlan, tipRule, strings.Replace(tipRule, "digest", "now", 1), 1)
}

// twoPlans is two partnerships of three, of whom the last of the one is the
// first of the other.
func twoPlans(t *testing.T, home, shop string) *world {
	w := newWorld(t, 1)
	w.partnership("home", home)
	w.partnership("shop", shop)
	w.people("home", 0, 3)
	w.people("shop", 2, 5)
	return w
}

func (w *world) tip(ids ...broker.PartnershipID) broker.Message {
	m := w.publish(broker.Message{Kind: broker.Prevention, Partnerships: ids, Expires: w.now.Add(20 * 24 * time.Hour)})
	for _, id := range ids {
		w.approve(m, id)
	}
	return m
}

// until lets the digests look at the clock every ten minutes up to an hour of a day.
func (w *world) until(day, clock string) {
	w.t.Helper()
	end, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, brussels(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	for w.now.Before(end) {
		w.now = earliest(w.now.Add(10*time.Minute), end)
		w.tick()
	}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// digests lists for each day how many items went out in digests, by partnership.
func (w *world) digests() []string {
	w.t.Helper()
	var said []string
	for _, d := range w.provider.sent {
		if d.Content.Purpose != channels.Digest {
			continue
		}
		var items []string
		for _, item := range d.Content.Items {
			items = append(items, strings.TrimPrefix(item.Partnership, "PLP "))
		}
		said = append(said, w.provider.at[d.ID].In(brussels(w.t)).Format("Mon 15:04 ")+strings.Join(items, "+"))
	}
	return said
}

func (w *world) wantDigests(want map[string]int) {
	w.t.Helper()
	got := make(map[string]int)
	for _, d := range w.digests() {
		got[d]++
	}
	for d, n := range want {
		if got[d] != n {
			w.t.Errorf("%d digests %q, want %d", got[d], d, n)
		}
		delete(got, d)
	}
	for d, n := range got {
		w.t.Errorf("%d digests %q, want none", n, d)
	}
}

// Monday's weekly infoflash at 17:00 waits, for who is in both, for the daily
// one at 18:00; on Tuesday there is the daily one alone.
func TestDifferentCadencesMakeOneDigest(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), flashPlan(`{every: week, weekday: 1, at: "17:00"}`))
	w.tip("home")
	w.tip("shop")
	w.until("2026-11-23", "19:00")
	w.wantDigests(map[string]int{"Mon 17:00 shop": 2, "Mon 18:00 home": 2, "Mon 18:00 home+shop": 1})
	w.tip("home")
	w.tip("shop")
	w.until("2026-11-24", "19:00")
	w.wantDigests(map[string]int{"Mon 17:00 shop": 2, "Mon 18:00 home": 2, "Mon 18:00 home+shop": 1, "Tue 18:00 home": 3})
	w.until("2026-11-30", "19:00")
	w.wantDigests(map[string]int{"Mon 17:00 shop": 5, "Mon 18:00 home": 2, "Mon 18:00 home+shop": 1, "Tue 18:00 home": 3})
}

// What comes after a person's infoflash of the day waits for the next one of
// theirs, whichever partnership has it.
func TestLateItemGoesWithTheNextDigest(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "17:00"}`), flashPlan(`{every: week, weekday: 1, at: "18:00"}`))
	w.tip("home")
	w.until("2026-11-23", "17:30")
	w.tip("shop")
	w.until("2026-11-23", "19:00")
	w.wantDigests(map[string]int{"Mon 17:00 home": 3, "Mon 18:00 shop": 2})
	w.until("2026-11-24", "19:00")
	w.wantDigests(map[string]int{"Mon 17:00 home": 3, "Mon 18:00 shop": 2, "Tue 17:00 shop": 1})
}

// A partnership that sends at once takes over who waits for another's
// infoflash: they get it at once, and not again.
func TestAtOnceBeatsTheDigest(t *testing.T) {
	for _, first := range []broker.PartnershipID{"home", "shop"} {
		t.Run(string(first)+" first", func(t *testing.T) {
			w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), atOncePlan())
			m := w.publish(broker.Message{Kind: broker.Prevention})
			second := map[broker.PartnershipID]broker.PartnershipID{"home": "shop", "shop": "home"}[first]
			w.approve(m, first)
			w.approve(m, second)
			if got := len(w.perPerson(channels.ForMember)); got != 3 {
				t.Errorf("%d got it at once, want all three of the shops", got)
			}
			w.until("2026-11-23", "19:00")
			w.wantDigests(map[string]int{"Mon 18:00 home": 2})
			if !w.status(m).Done {
				t.Error("the message is not done")
			}
		})
	}
}

// The digest was written and not sent yet when the other partnership approved.
func TestAtOnceBeatsAWrittenDigest(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), atOncePlan())
	m := w.publish(broker.Message{Kind: broker.Prevention})
	w.approve(m, "home")
	w.until("2026-11-23", "17:50")
	w.now = w.now.Add(10 * time.Minute)
	jobs := w.queued(w.tick)
	w.approve(m, "shop")
	w.queue = append(w.queue, jobs...)
	w.settle()
	w.wantDigests(map[string]int{"Mon 18:00 home": 2})
	if got := len(w.perPerson(channels.ForMember)); got != 3 {
		t.Errorf("%d got it at once, want three", got)
	}
}

func TestNewerRevisionTakesThePlaceInTheDigest(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), flashPlan(`{every: day, at: "18:00"}`))
	m := w.tip("home")
	m.Revision = 2
	m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: "Neuf", Body: "Texte"}}
	w.publish(m)
	w.approve(m, "home")
	w.until("2026-11-23", "19:00")
	w.wantDigests(map[string]int{"Mon 18:00 home": 3})
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Digest && d.Content.Items[0].Title != "Neuf" {
			t.Errorf("the digest holds %q", d.Content.Items[0].Title)
		}
	}
}

// What expires between the writing of a digest and its sending is not in it.
func TestExpiredBetweenWritingAndSending(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), townPlan)
	w.tip("home")
	short := w.publish(broker.Message{Kind: broker.Prevention, Partnerships: []broker.PartnershipID{"home"}, Expires: time.Date(2026, 11, 23, 17, 5, 0, 0, time.UTC)})
	w.approve(short, "home")
	w.until("2026-11-23", "17:50")
	w.now = w.now.Add(10 * time.Minute)
	jobs := w.queued(w.tick)
	w.now = w.now.Add(6 * time.Minute)
	w.queue = append(w.queue, jobs...)
	w.settle()
	w.wantDigests(map[string]int{"Mon 18:06 home": 3})
	if !w.status(short).Done {
		t.Error("what expired is not done")
	}
}

func (w *world) flashes() *dispatch.Infoflashes {
	return &dispatch.Infoflashes{Directory: w.store, Ledger: w.store, Now: func() time.Time { return w.now }}
}

func (w *world) change(id broker.PartnershipID, change subscribers.SlotChange, note string) {
	w.t.Helper()
	p, err := w.store.Partnership(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.flashes().Change(w.t.Context(), id, p.Today(w.now), change, note, "Anne", subscribers.MemberID{}); err != nil {
		w.t.Fatal(err)
	}
}

const previewed = `{every: day, at: "18:00", preview: 2h}`

// The coordinator is shown the infoflash two hours before, once, and by a link.
func TestCoordinatorSeesTheDigestFirst(t *testing.T) {
	w := twoPlans(t, flashPlan(previewed), flashPlan(`{every: day, at: "18:00"}`))
	w.until("2026-11-23", "16:10")
	if got := len(w.perPerson(channels.Preview)); got != 0 {
		t.Fatalf("%d letters about an empty infoflash", got)
	}
	w.tip("home", "shop")
	w.until("2026-11-23", "17:50")
	if got := w.perPerson(channels.Preview); len(got) != 1 {
		t.Errorf("%d people were shown it, want home's coordinator", len(got))
	}
	letter := w.provider.sent[len(w.provider.sent)-1]
	if !strings.HasPrefix(letter.Links.Decide, "http://relais.test/d/") || !strings.Contains(letter.Content.Body, "1 message pour 2 personnes") &&
		!strings.Contains(letter.Content.Body, "1 message pour 3 personnes") {
		t.Errorf("the letter says %q with the link %q", letter.Content.Body, letter.Links.Decide)
	}
	w.change("home", subscribers.NoteSlot, "Bonne rentrée")
	w.until("2026-11-23", "19:00")
	for _, d := range w.provider.sent {
		if d.Content.Purpose != channels.Digest {
			continue
		}
		covered := len(d.Content.Covers) == 1 && d.Content.Covers[0] == channels.Cover{Partnership: "PLP home", Note: "Bonne rentrée"}
		if fromHome := d.Content.Items[0].Partnership == "PLP home"; covered != fromHome {
			t.Errorf("an infoflash of %s has the covers %v", d.Content.Items[0].Partnership, len(d.Content.Covers))
		}
	}
}

func TestAbsentCoordinatorIsNotShownTheDigest(t *testing.T) {
	w := twoPlans(t, flashPlan(previewed), townPlan)
	approvers, err := w.store.Approvers(t.Context(), "home")
	if err != nil {
		t.Fatal(err)
	}
	away := []subscribers.Span{{From: subscribers.Date{Year: 2026, Month: 11, Day: 20}, Until: subscribers.Date{Year: 2026, Month: 11, Day: 30}}}
	if err := w.store.SetAbsences(t.Context(), "home", approvers[0].ID, away); err != nil {
		t.Fatal(err)
	}
	w.tip("home")
	w.until("2026-11-23", "17:00")
	if got := w.perPerson(channels.Preview); len(got) != 1 || got[approvers[1].ID] != 1 {
		t.Errorf("%d were shown it, want the deputy alone", len(got))
	}
}

// Nothing of a held partnership goes on that day, not with another's infoflash either.
func TestHeldDigestWaitsForTheNext(t *testing.T) {
	w := twoPlans(t, flashPlan(previewed), flashPlan(`{every: day, at: "18:30"}`))
	w.tip("home")
	w.tip("shop")
	w.until("2026-11-23", "17:30")
	w.change("home", subscribers.HoldSlot, "")
	w.until("2026-11-23", "20:00")
	w.wantDigests(map[string]int{"Mon 18:30 shop": 3})
	w.until("2026-11-24", "20:00")
	w.wantDigests(map[string]int{"Mon 18:30 shop": 3, "Tue 18:00 home": 3})
	var refused *subscribers.RefusedSlotError
	err := w.flashes().Change(t.Context(), "home", subscribers.Date{Year: 2026, Month: 11, Day: 24}, subscribers.HoldSlot, "", "Anne", subscribers.MemberID{})
	if !errors.As(err, &refused) || refused.Why != subscribers.SlotLeft {
		t.Errorf("held after it left: %v", err)
	}
}

// Who waits for a later part that is then held gets the rest at that hour.
func TestHeldLaterPartDoesNotKeepTheRest(t *testing.T) {
	w := twoPlans(t, flashPlan(`{every: day, at: "18:00"}`), flashPlan(`{every: day, at: "20:00", preview: 1h30m}`))
	w.tip("home")
	w.tip("shop")
	w.until("2026-11-23", "19:00")
	w.wantDigests(map[string]int{"Mon 18:00 home": 2})
	w.change("shop", subscribers.HoldSlot, "")
	w.until("2026-11-23", "21:00")
	w.wantDigests(map[string]int{"Mon 18:00 home": 2, "Mon 20:00 home": 1})
	w.until("2026-11-24", "21:00")
	w.wantDigests(map[string]int{"Mon 18:00 home": 2, "Mon 20:00 home": 1, "Tue 20:00 shop": 3})
}

func TestReleasedDigestGoes(t *testing.T) {
	w := twoPlans(t, flashPlan(previewed), townPlan)
	w.tip("home")
	w.until("2026-11-23", "17:00")
	w.change("home", subscribers.HoldSlot, "")
	w.until("2026-11-23", "17:50")
	w.change("home", subscribers.ReleaseSlot, "")
	w.until("2026-11-23", "19:00")
	w.wantDigests(map[string]int{"Mon 18:00 home": 3})
}

// After an outage over the whole evening the coordinator still sees it first,
// and a slot that is too old is not made up for.
func TestPreviewAfterAnOutage(t *testing.T) {
	w := twoPlans(t, flashPlan(previewed), flashPlan(`{every: day, at: "18:00"}`))
	w.tip("home")
	w.tip("shop")
	w.now = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) // 21:00 in Brussels
	w.until("2026-11-24", "01:00")
	if got := len(w.perPerson(channels.Preview)); got != 1 {
		t.Errorf("%d were shown it, want the coordinator", got)
	}
	w.wantDigests(map[string]int{"Mon 21:10 shop": 2, "Mon 23:10 home": 2, "Mon 23:10 home+shop": 1})
}
