package dispatchtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"relais/dispatch"
)

func TestAGoodSeenPasses(t *testing.T) {
	RunSeen(t, func(*testing.T) SeenUnderTest { return newFake().underTest() })
}

// TestTheSuiteFindsFaults breaks one promise at a time.
func TestTheSuiteFindsFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		fault func(f *fake)
		find  string // the case that must find it
	}{
		"gives to everybody":          {func(f *fake) { f.open = true }, "a claim keeps others out"},
		"refuses the owner":           {func(f *fake) { f.once = true }, "the owner may claim again"},
		"does not renew":              {func(f *fake) { f.fixed = true }, "claiming again renews the lease"},
		"holds for ever":              {func(f *fake) { f.endless = true }, "a lease ends"},
		"finishes for ever":           {func(f *fake) { f.endless = true }, "done ends with its time"},
		"forgets what is done":        {func(f *fake) { f.forgets = true }, "what is done is finished for everybody"},
		"finishes claims only":        {func(f *fake) { f.claimedOnly = true }, "done needs no claim"},
		"never releases":              {func(f *fake) { f.keeps = true }, "release frees"},
		"releases anybody's":          {func(f *fake) { f.anybodys = true }, "release frees only one's own"},
		"releases the next owner's":   {func(f *fake) { f.anybodys = true }, "release after the lease frees nobody else's"},
		"releases what is done":       {func(f *fake) { f.undoes = true }, "done wins over release"},
		"mistakes a name for done":    {func(f *fake) { f.doneName = "done" }, "an owner's name is only a name"},
		"answers in another order":    {func(f *fake) { f.reversed = true }, "500 keys keep their order"},
		"loses what is over 500":      {func(f *fake) { f.most = 500 }, "2001 keys keep their order"},
		"looks first and takes later": {func(f *fake) { f.torn = true }, "two owners race"},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for attempt := 0; !found && attempt < races; attempt++ {
				f := newFake()
				tt.fault(f)
				found = try(t, f, tt.find) != nil
			}
			if !found {
				t.Errorf("case %q did not find it", tt.find)
			}
		})
	}
}

// races is how often a case may look for a fault: one that lies in the order of
// two goroutines does not show each time on a busy machine.
const races = 50

func try(t *testing.T, f *fake, name string) error {
	i := slices.IndexFunc(seenCases(), func(c seenCase) bool { return c.name == name })
	if i < 0 {
		t.Fatalf("there is no case %q", name)
	}
	return seenCases()[i].try(newSeenRun(f.underTest()))
}

// fake keeps every promise, but for the faults that are set.
type fake struct {
	open, once, fixed, endless, forgets, claimedOnly bool
	keeps, anybodys, undoes, reversed, torn          bool
	doneName                                         string
	most                                             int

	mu   sync.Mutex
	now  time.Duration
	held map[string]holding
}

type holding struct {
	owner string
	done  bool
	ends  time.Duration
}

func newFake() *fake { return &fake{held: make(map[string]holding)} }

func (f *fake) underTest() SeenUnderTest {
	return SeenUnderTest{Seen: f, Short: time.Second, Pass: func(d time.Duration) { f.now += d }}
}

func (f *fake) Claim(_ context.Context, owner string, keys []string, lease time.Duration) ([]dispatch.Verdict, error) {
	if f.most > 0 && len(keys) > f.most {
		keys = keys[:f.most]
	}
	verdicts := make([]dispatch.Verdict, len(keys))
	for i, key := range keys {
		verdicts[i] = f.take(owner, key, lease)
	}
	if f.reversed {
		slices.Reverse(verdicts)
	}
	return verdicts, nil
}

func (f *fake) take(owner, key string, lease time.Duration) dispatch.Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	verdict := f.verdict(owner, key)
	if f.torn { // another owner comes in between
		f.mu.Unlock()
		time.Sleep(time.Microsecond)
		f.mu.Lock()
	}
	if h, ok := f.held[key]; verdict == claimed && (!ok || h.owner != owner || !f.fixed) {
		f.held[key] = holding{owner: owner, done: owner == f.doneName && owner != "", ends: f.now + lease}
	}
	return verdict
}

func (f *fake) verdict(owner, key string) dispatch.Verdict {
	h, ok := f.held[key]
	switch {
	case f.open || !ok || f.now >= h.ends && !f.endless:
		return claimed
	case h.done:
		return finished
	case h.owner == owner && !f.once:
		return claimed
	}
	return busy
}

func (f *fake) Done(_ context.Context, keys []string, ttl time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		h, ok := f.held[key]
		if f.forgets || f.claimedOnly && !ok {
			continue
		}
		f.held[key] = holding{owner: h.owner, done: true, ends: f.now + ttl}
	}
	return nil
}

func (f *fake) Release(_ context.Context, owner string, keys []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		h, ok := f.held[key]
		own := h.owner == owner || f.anybodys
		if ok && own && !f.keeps && (!h.done || f.undoes) {
			delete(f.held, key)
		}
	}
	return nil
}
