package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func browser(name string) subscribers.Contact {
	return subscribers.Contact{
		Channel: channels.Push, Address: channels.NewAddress(name), State: subscribers.ContactActive,
		Consent: subscribers.Consent{At: noon, How: "browser"},
	}
}

func TestContactsAreAddedBehindTheOthersAndStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")))
		who := members(t, s, tilleuls)[0].ID
		phone := browser("phone")
		must(t, s.AddContact(t.Context(), who, phone, 5))
		must(t, s.AddContact(t.Context(), who, phone, 5)) // again changes nothing
		contacts := got(s.Member(t.Context(), who))(t).Contacts
		if len(contacts) != 2 || contacts[1] != phone {
			t.Fatalf("got %d contacts, want the number and then the browser", len(contacts))
		}

		must(t, s.StopContact(t.Context(), who, channels.Push, phone.Address))
		same(t, "state", got(s.Member(t.Context(), who))(t).Contacts[1].State, subscribers.ContactStopped)

		phone.Consent.At = noon.Add(time.Hour)
		must(t, s.AddContact(t.Context(), who, phone, 5)) // a new consent
		same(t, "contact", got(s.Member(t.Context(), who))(t).Contacts[1], phone)
		must(t, s.AddContact(t.Context(), subscribers.NewMemberID(), phone, 5)) // nobody: nothing is added
	})
}

// However many ask at once, nobody gets more than there may be.
func TestContactsHaveALimit(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")))
		who := members(t, s, tilleuls)[0].ID
		var asking sync.WaitGroup
		refused := make(chan error, 8)
		for i := range 8 {
			asking.Go(func() { refused <- s.AddContact(t.Context(), who, browser(fmt.Sprint(i)), 3) })
		}
		asking.Wait()
		close(refused)
		tooMany := 0
		for err := range refused {
			if errors.Is(err, subscribers.ErrTooMany) {
				tooMany++
			} else if err != nil {
				t.Error(err)
			}
		}
		if n := len(got(s.Member(t.Context(), who))(t).Reachable(channels.Push)); n != 3 || tooMany != 5 {
			t.Errorf("%d browsers and %d refused, want 3 and 5", n, tooMany)
		}
	})
}
