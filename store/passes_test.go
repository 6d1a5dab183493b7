package store_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func testPasses(t *testing.T) subscribers.Passes {
	t.Helper()
	return got(subscribers.NewPasses(bytes.Repeat([]byte{3}, 32)))(t)
}

func newCode(t *testing.T, to channels.AddressHash, at time.Time) (subscribers.Pass, string) {
	t.Helper()
	pass, code, err := testPasses(t).Code(subscribers.NewMemberID(), to, at)
	must(t, err)
	return pass, code
}

// useCode types a code into the page of an address.
func useCode(t *testing.T, s *store.Store, to channels.AddressHash, code string, at time.Time) (subscribers.Pass, error) {
	t.Helper()
	return s.UseCode(t.Context(), to, func(of []subscribers.Pass) (subscribers.Pass, error) { return testPasses(t).Judge(of, code, at) }, at)
}

func refusedAs(t *testing.T, what string, err error, want subscribers.PassFault) {
	t.Helper()
	var refused *subscribers.PassError
	if !errors.As(err, &refused) || refused.Why != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

func TestCodeIsUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		home := mail("anne@example.be").Address.Hash(channels.Email)
		pass, code := newCode(t, home, noon)
		must(t, s.AddCodes(t.Context(), home, []subscribers.Pass{pass}, noon))
		_, err := useCode(t, s, mail("bram@example.be").Address.Hash(channels.Email), code, noon)
		refusedAs(t, "at another address", err, subscribers.PassWrong)
		used := got(useCode(t, s, home, code, noon.Add(time.Minute)))(t)
		same(t, "account", used.Account, pass.Account)
		_, err = useCode(t, s, home, code, noon.Add(time.Minute))
		refusedAs(t, "again", err, subscribers.PassUsed)
	})
}

func TestCodeUsedByManyAtOnceOpensOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		home := mail("anne@example.be").Address.Hash(channels.Email)
		pass, code := newCode(t, home, noon)
		must(t, s.AddCodes(t.Context(), home, []subscribers.Pass{pass}, noon))
		var opened atomic.Int32
		var typing sync.WaitGroup
		for range 6 {
			typing.Go(func() {
				if _, err := useCode(t, s, home, code, noon); err == nil {
					opened.Add(1)
				}
			})
		}
		typing.Wait()
		same(t, "times it opened", opened.Load(), int32(1))
	})
}

func TestWrongCodesWearOut(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		home := mail("anne@example.be").Address.Hash(channels.Email)
		first, code := newCode(t, home, noon)
		must(t, s.AddCodes(t.Context(), home, []subscribers.Pass{first}, noon))
		for range subscribers.MaxTries {
			_, err := useCode(t, s, home, "wrong", noon)
			refusedAs(t, "a wrong code", err, subscribers.PassWrong)
		}
		_, err := useCode(t, s, home, code, noon)
		refusedAs(t, "the right one after them", err, subscribers.PassWorn)
		second, code := newCode(t, home, noon.Add(time.Minute))
		must(t, s.AddCodes(t.Context(), home, []subscribers.Pass{second}, noon.Add(time.Minute)))
		same(t, "a new one", got(useCode(t, s, home, code, noon.Add(2*time.Minute)))(t).ID, second.ID)
	})
}

// An address is counted whether somebody has it or not; spouses ask once.
func TestCodesAreLimitedByAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		home := mail("anne@example.be").Address.Hash(channels.Email)
		at := noon
		ask := func() error {
			at = at.Add(time.Minute)
			anne, _ := newCode(t, home, at)
			bram, _ := newCode(t, home, at)
			return s.AddCodes(t.Context(), home, []subscribers.Pass{anne, bram}, at)
		}
		for range subscribers.CodesAnHour {
			must(t, ask())
		}
		if err := ask(); !errors.Is(err, subscribers.ErrTooManyCodes) {
			t.Errorf("one more: got %v, want ErrTooManyCodes", err)
		}
		nobody := mail("nobody@example.be").Address.Hash(channels.Email)
		for range subscribers.CodesAnHour {
			at = at.Add(time.Minute)
			must(t, s.AddCodes(t.Context(), nobody, []subscribers.Pass{testPasses(t).Nobody(nobody, at)}, at))
		}
		if err := s.AddCodes(t.Context(), nobody, []subscribers.Pass{testPasses(t).Nobody(nobody, at)}, at); !errors.Is(err, subscribers.ErrTooManyCodes) {
			t.Errorf("nobody's address: got %v, want ErrTooManyCodes", err)
		}
		for asked := subscribers.CodesAnHour; asked < subscribers.CodesADay; asked++ {
			at = at.Add(time.Hour)
			must(t, ask())
		}
		at = at.Add(time.Hour)
		if err := ask(); !errors.Is(err, subscribers.ErrTooManyCodes) {
			t.Errorf("on the same day: got %v, want ErrTooManyCodes", err)
		}
		at = at.Add(24 * time.Hour)
		must(t, ask())
	})
}

func TestLinkIsUsedOnceAndReplacesEarlierOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		passes, account := testPasses(t), subscribers.NewMemberID()
		first, token := passes.Link(account, channels.AddressHash{}, noon)
		must(t, s.AddLink(t.Context(), first, noon))
		second, _ := passes.Link(account, channels.AddressHash{}, noon)
		must(t, s.AddLink(t.Context(), second, noon))
		_, secret, err := subscribers.ReadLink(token)
		must(t, err)
		_, err = passes.Judge([]subscribers.Pass{got(s.Pass(t.Context(), first.ID))(t)}, secret, noon)
		refusedAs(t, "the earlier one", err, subscribers.PassExpired)
		kept := got(s.Pass(t.Context(), second.ID))(t)
		same(t, "as it was made", kept, subscribers.Pass{ID: second.ID, Kind: second.Kind, Account: account, MAC: second.MAC, Made: noon, Expires: second.Expires})
		must(t, s.UseLink(t.Context(), kept, noon))
		refusedAs(t, "again", s.UseLink(t.Context(), kept, noon), subscribers.PassUsed)
	})
}

func TestSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		now := noon
		sessions := &store.Sessions{Store: s, Now: func() time.Time { return now }}
		find := func(token string) string {
			data, found, err := sessions.FindCtx(t.Context(), token)
			must(t, err)
			if !found {
				return "none"
			}
			return string(data)
		}
		must(t, sessions.CommitCtx(t.Context(), "a", []byte("anne"), noon.Add(time.Hour)))
		must(t, sessions.CommitCtx(t.Context(), "b", []byte("bram"), noon.Add(2*time.Hour)))
		same(t, "anne", find("a"), "anne")
		same(t, "unknown", find("c"), "none")
		must(t, sessions.CommitCtx(t.Context(), "a", []byte("anne again"), noon.Add(time.Hour)))
		same(t, "changed", find("a"), "anne again")
		now = noon.Add(time.Hour)
		same(t, "over", find("a"), "none")
		must(t, sessions.DeleteCtx(t.Context(), "b"))
		same(t, "ended", find("b"), "none")
		must(t, sessions.DeleteCtx(t.Context(), "b"))
	})
}
