package dispatch

import (
	"context"
	"time"
)

// Seen is the fast gate before the ledger: it keeps several nodes from working
// on the same deliveries. It may forget; the ledger's own claim decides.
type Seen interface {
	// Claim asks for each key in the owner's name until the lease ends, and
	// answers in the order of keys. The owner of a claim may claim it again.
	Claim(ctx context.Context, owner string, keys []string, lease time.Duration) ([]Verdict, error)
	// Done marks keys as finished for ttl, whoever claimed them.
	Done(ctx context.Context, keys []string, ttl time.Duration) error
	// Release gives up those keys that the owner still holds.
	Release(ctx context.Context, owner string, keys []string) error
}

// Verdict is the answer to a claim.
type Verdict string

// The answers to a claim.
const (
	Claimed  Verdict = "claimed"  // the owner may go on
	Busy     Verdict = "busy"     // another owner holds it
	Finished Verdict = "finished" // it was done before
)
