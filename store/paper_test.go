package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func landline(number string) subscribers.Contact {
	return subscribers.Contact{Channel: channels.Voice, Address: channels.NewAddress(number)}
}

// onPaper is what was copied for somebody who signed on a day.
func onPaper(name string, signed time.Time, contacts ...subscribers.Contact) subscribers.Application {
	paper := subscribers.Paper{Signed: subscribers.DateOf(signed), Text: 1, By: "Claire", Entered: noon}
	a := subscribers.Application{
		ID: subscribers.NewApplicationID(), Partnership: tilleuls, Name: name, Lang: broker.Dutch, Made: noon, Expires: noon.Add(subscribers.PaperValidity), Signed: paper.Signed,
	}
	for _, c := range contacts {
		a.Contacts = append(a.Contacts, subscribers.Applied{Channel: c.Channel, Address: c.Address, Consent: paper.Consent()})
	}
	return a
}

func enter(t *testing.T, s *store.Store, a subscribers.Application, want error) (onFile bool) {
	t.Helper()
	onFile, err := s.EnterPaper(t.Context(), a, false, 10)
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	return onFile
}

// A landline is a member's at once, for nobody can answer a call in writing; an
// SMS waits until it is confirmed, and then belongs to the same person.
func TestPaperProvesALandline(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		a := onPaper("Rosa  Claes", noon, landline("+3281123456"), mobile("+32470000001"))
		enter(t, s, a, nil)
		in := members(t, s, tilleuls)
		same(t, "members", len(in), 1)
		same(t, "name", in[0].Name, "Rosa Claes")
		same(t, "channels", channelsOf(in[0]), []channels.Name{channels.Voice})
		same(t, "proof", in[0].Contacts[0].Consent.How, "paper signed 2026-11-23, text 1, entered by Claire")
		same(t, "waiting", got(s.PaperWaiting(t.Context(), tilleuls, noon))(t), 1)
		same(t, "signed", got(s.Application(t.Context(), a.ID, noon))(t).Signed, a.Signed)

		same(t, "who confirms", confirm(t, s, a, mobile("+32470000001")), in[0].ID)
		same(t, "channels", channelsOf(members(t, s, tilleuls)[0]), []channels.Name{channels.Voice, channels.SMS})
		same(t, "waiting", got(s.PaperWaiting(t.Context(), tilleuls, noon))(t), 0)
	})
}

// A number finds what was copied for it, until that runs out; a no takes it out, and
// undoes no yes.
func TestPaperByNumber(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		a, b := onPaper("Rosa Claes", noon, mobile("+32470000001")), onPaper("Jules Denis", noon, mobile("+32470000001"))
		enter(t, s, a, nil)
		enter(t, s, b, nil)
		asked := func(now time.Time) int {
			return len(got(s.AskedOnPaper(t.Context(), channels.SMS, mobile("+32470000001").Address, now))(t))
		}
		same(t, "asked", asked(noon), 2)
		same(t, "asked at the end", asked(a.Expires), 0)
		confirm(t, s, a, mobile("+32470000001"))
		for _, id := range []subscribers.ApplicationID{a.ID, b.ID} {
			if err := s.DeclineForm(t.Context(), id, channels.SMS, mobile("+32470000001").Address.Hash(channels.SMS)); err != nil {
				t.Error(err)
			}
		}
		same(t, "asked after a no", asked(noon), 1)
		same(t, "waiting", got(s.PaperWaiting(t.Context(), tilleuls, noon))(t), 0)
		same(t, "members", len(members(t, s, tilleuls)), 1)
	})
}

// Who has no telephone is a member on paper; an SMS alone makes none.
func TestPaperAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		enter(t, s, onPaper("Rosa Claes", noon, mobile("+32470000001")), nil)
		same(t, "members", len(members(t, s, tilleuls)), 0)
		enter(t, s, onPaper("Jean Petit", noon), nil)
		same(t, "members", len(members(t, s, tilleuls)), 1)
		enter(t, s, onPaper("jean petit", noon), subscribers.ErrMemberBefore)
		enter(t, s, onPaper("rosa claes", noon, mobile("+32470000001")), subscribers.ErrCopiedBefore)
		again := onPaper("Rosa Claes", noon, mobile("+32470000001"))
		got(s.EnterPaper(t.Context(), again, true, 10))(t)
		same(t, "waiting once", got(s.PaperWaiting(t.Context(), tilleuls, noon))(t), 1)
		enter(t, s, onPaper("Bert Claes", noon, mobile("+32470000001")), nil) // they share it
		same(t, "members", len(members(t, s, tilleuls)), 1)
	})
}

// A paper brings nobody back who left after they had signed it, nor against a
// stop; a new signature does.
func TestPaperAfterLeaving(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		home := landline("+3281123456")
		enter(t, s, onPaper("Rosa Claes", noon, home), nil)
		enter(t, s, onPaper("Rosa Claes", noon, home), subscribers.ErrMemberBefore)
		rosa := members(t, s, tilleuls)[0]
		must(t, s.Stop(t.Context(), rosa.ID, tilleuls, noon))
		enter(t, s, onPaper("Rosa Claes", noon.AddDate(0, 0, -1), home), subscribers.ErrHasLeft)
		same(t, "members", len(members(t, s, tilleuls)), 0)

		again := onPaper("Rosa Claes", noon.AddDate(0, 0, 1), home, mobile("+32470000009"))
		same(t, "on file", enter(t, s, again, nil), true)
		same(t, "who", members(t, s, tilleuls)[0].ID, rosa.ID)
		if _, err := s.Application(t.Context(), again.ID, noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("who knew a name and a landline added a number of their own: %v", err)
		}

		must(t, s.Stop(t.Context(), rosa.ID, tilleuls, noon))
		must(t, s.StopContact(t.Context(), rosa.ID, channels.Voice, home.Address))
		enter(t, s, onPaper("Rosa Claes", noon.AddDate(0, 0, 2), home), subscribers.ErrHasLeft)
	})
}

func TestPaperIsLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		enter(t, s, onPaper("Rosa Claes", noon, mobile("+32470000001")), nil)
		if _, err := s.EnterPaper(t.Context(), onPaper("Jean Petit", noon, mobile("+32470000002")), false, 1); !errors.Is(err, subscribers.ErrTooMany) {
			t.Errorf("the second of one: %v", err)
		}
	})
}

// A landline and who wants paper alone count as well, for the same hour; what is
// kept of them to be counted goes after it.
func TestPaperThatAsksNobodyIsLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		enter(t, s, onPaper("Rosa Claes", noon, landline("+3281123456")), nil)
		enter(t, s, onPaper("Jules Denis", noon), nil)
		third := onPaper("Jean Petit", noon, landline("+3281123457"))
		if _, err := s.EnterPaper(t.Context(), third, false, 2); !errors.Is(err, subscribers.ErrTooMany) {
			t.Errorf("the third of two: %v", err)
		}
		same(t, "members", len(members(t, s, tilleuls)), 2)
		same(t, "waiting", got(s.PaperWaiting(t.Context(), tilleuls, noon))(t), 0)
		third.Made = noon.Add(time.Hour)
		if _, err := s.EnterPaper(t.Context(), third, false, 2); err != nil {
			t.Errorf("an hour later: %v", err)
		}
		same(t, "dropped", got(s.DropApplications(t.Context(), noon.Add(time.Hour+time.Minute), 10))(t), 2)
	})
}
