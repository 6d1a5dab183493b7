package dispatchtest

import (
	"fmt"
	"slices"

	"relais/dispatch"
)

const (
	claimed  = dispatch.Claimed
	busy     = dispatch.Busy
	finished = dispatch.Finished
)

// Two nodes of Relais.
const (
	nodeA = "node-a"
	nodeB = "node-b"
)

func seenCases() []seenCase {
	return []seenCase{
		{"a claim keeps others out", keepsOut},
		{"the owner may claim again", claimAgain},
		{"claiming again renews the lease", renew},
		{"a lease ends", leaseEnds},
		{"what is done is finished for everybody", finishedForAll},
		{"done ends with its time", doneEnds},
		{"done needs no claim", doneUnclaimed},
		{"release frees", releaseFrees},
		{"release frees only one's own", releaseOwn},
		{"release after the lease frees nobody else's", releaseLate},
		{"done wins over release", doneWins},
		{"an owner's name is only a name", ownerNames},
		{"a key is only a name", keyNames},
		{"the same key twice in one claim", twiceInOne},
		{"no keys", noKeys},
		{"500 keys keep their order", func(r *seenRun) error { return order(r, 500) }},
		{"2001 keys keep their order", func(r *seenRun) error { return order(r, 2001) }},
		{"two owners race", race},
	}
}

func keepsOut(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k[:1], long, claimed) },
		func() error { return r.claim(nodeB, k, long, busy, claimed) },
		func() error { return r.claim(nodeA, k, long, claimed, busy) },
	)
}

func claimAgain(r *seenRun) error {
	k := r.keys("k", 1)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed) },
		func() error { return r.claim(nodeA, k, long, claimed) },
		func() error { return r.claim(nodeB, k, long, busy) },
	)
}

// renew knows that the first lease is over from a key that was not renewed.
func renew(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k, r.Short, claimed, claimed) },
		func() error { return r.claim(nodeA, k[:1], long, claimed) },
		func() error { return r.untilFree(nodeB, k[1:]) },
		func() error { return r.claim(nodeB, k[:1], long, busy) },
	)
}

func leaseEnds(r *seenRun) error {
	k := r.keys("k", 3)
	return steps(
		func() error { return r.claim(nodeA, k, r.Short, claimed, claimed, claimed) },
		func() error { return r.untilFree(nodeB, k) },
		func() error { return r.claim(nodeA, k, long, busy, busy, busy) },
	)
}

func finishedForAll(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed, claimed) },
		func() error { return r.done(k[:1], long) },
		func() error { return r.claim(nodeA, k, long, finished, claimed) },
		func() error { return r.claim(nodeB, k, long, finished, busy) },
	)
}

func doneEnds(r *seenRun) error {
	k := r.keys("k", 1)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed) },
		func() error { return r.done(k, r.Short) },
		func() error { return r.untilFree(nodeB, k) },
	)
}

func doneUnclaimed(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k[1:], long, claimed) },
		func() error { return r.done(k, long) },
		func() error { return r.claim(nodeB, k, long, finished, finished) },
	)
}

func releaseFrees(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed, claimed) },
		func() error { return r.release(nodeA, k[:1]) },
		func() error { return r.claim(nodeB, k, long, claimed, busy) },
	)
}

func releaseOwn(r *seenRun) error {
	k := r.keys("k", 2)
	return steps(
		func() error { return r.claim(nodeA, k[:1], long, claimed) },
		func() error { return r.release(nodeB, k) }, // not its own, and nobody's
		func() error { return r.claim(nodeB, k, long, busy, claimed) },
	)
}

func releaseLate(r *seenRun) error {
	k := r.keys("k", 1)
	return steps(
		func() error { return r.claim(nodeA, k, r.Short, claimed) },
		func() error { return r.untilFree(nodeB, k) },
		func() error { return r.release(nodeA, k) },
		func() error { return r.claim(nodeA, k, long, busy) },
	)
}

func doneWins(r *seenRun) error {
	k := r.keys("k", 1)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed) },
		func() error { return r.done(k, long) },
		func() error { return r.release(nodeA, k) },
		func() error { return r.claim(nodeA, k, long, finished) },
	)
}

func ownerNames(r *seenRun) error {
	names := []string{"done", "claim:", "claim:done", "1", "", "nœud A:1\n"}
	for i, name := range names {
		k := r.keys(fmt.Sprint("owner", i), 2)
		err := steps(
			func() error { return r.claim(name, k[:1], long, claimed) },
			func() error { return r.claim(nodeB, k[:1], long, busy) },
			func() error { return r.claim(name, k[:1], long, claimed) },
			func() error { return r.done(k[1:], long) },
			func() error { return r.claim(name, k[1:], long, finished) },
			func() error { return r.release(name, k) },
			func() error { return r.claim(nodeB, k, long, claimed, finished) },
		)
		if err != nil {
			return fmt.Errorf("owner %q: %w", name, err)
		}
	}
	return nil
}

func keyNames(r *seenRun) error {
	var keys []string
	for _, name := range []string{"", " ", "*", "{a}", "done", "é", "a\x00b", "a\r\nb"} {
		keys = append(keys, r.prefix+name)
	}
	return steps(
		func() error { return r.claim(nodeA, keys, long, all(claimed, len(keys))...) },
		func() error { return r.claim(nodeB, keys, long, all(busy, len(keys))...) },
	)
}

func twiceInOne(r *seenRun) error {
	k := slices.Repeat(r.keys("k", 1), 2)
	return steps(
		func() error { return r.claim(nodeA, k, long, claimed, claimed) },
		func() error { return r.done(k, long) },
		func() error { return r.claim(nodeB, k, long, finished, finished) },
		func() error { return r.release(nodeA, k) },
	)
}

func noKeys(r *seenRun) error {
	ctx, cancel := patient()
	defer cancel()
	for _, none := range [][]string{nil, {}} {
		got, err := r.Seen.Claim(ctx, nodeA, none, long)
		if err != nil || len(got) != 0 {
			return fmt.Errorf("claim of no keys: got %q, %w, want nothing", got, err)
		}
		err = steps(
			func() error { return r.done(none, long) },
			func() error { return r.release(nodeA, none) },
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// order mixes every verdict, so that one in the wrong place shows.
func order(r *seenRun, n int) error {
	keys := r.keys("k", n)
	var held, over []string
	want := all(claimed, n)
	for i, key := range keys {
		switch i % 7 {
		case 1, 4:
			held, want[i] = append(held, key), busy
		case 2:
			over, want[i] = append(over, key), finished
		}
	}
	return steps(
		func() error { return r.claim(nodeA, held, long, all(claimed, len(held))...) },
		func() error { return r.done(over, long) },
		func() error { return r.claim(nodeB, keys, long, want...) },
	)
}
