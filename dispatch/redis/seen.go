// Package redis keeps dispatch.Seen in Redis, for several nodes of Relais.
// When Redis is away each call returns an error soon, and the ledger alone
// decides.
package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"relais/dispatch"
)

const (
	// prefix stands before every key.
	prefix = "relais:seen:"
	// chunk is how many keys one script takes: one round trip, and about a
	// millisecond in which Redis serves nobody else.
	chunk = 500
	// patience is how long any one step with Redis may take: a connection, a
	// write, an answer. Without Redis the work goes on, so waiting is no use.
	patience = 200 * time.Millisecond
)

// Seen implements dispatch.Seen. It is safe for use from many goroutines.
type Seen struct {
	client  *goredis.Client
	scripts scripts
}

var _ dispatch.Seen = (*Seen)(nil)

// Open reads an address (redis://:password@host:6379/0, rediss:// for TLS,
// unix:///path) and connects when it is first used. The error holds no part of
// the address. The caller closes what it opened.
func Open(url string) (*Seen, error) {
	opts, err := goredis.ParseURL(url)
	if err != nil { // the error quotes the address, password included
		return nil, errors.New("open Redis: the address is not of the form redis://:password@host:6379/0")
	}
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = patience, patience, patience, patience
	opts.DialerRetries, opts.MaxRetries = 1, -1 // -1: none
	opts.ContextTimeoutEnabled = true
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Seen{client: goredis.NewClient(opts), scripts: newScripts()}, nil
}

// Ping says whether Redis answers.
func (s *Seen) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	return nil
}

// Close ends the connections. A Seen is not used after it.
func (s *Seen) Close() error {
	if err := s.client.Close(); err != nil {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}

// Claim implements dispatch.Seen, with one round trip for each 500 keys. After
// an error some keys may be claimed until the lease ends.
func (s *Seen) Claim(ctx context.Context, owner string, keys []string, lease time.Duration) ([]dispatch.Verdict, error) {
	verdicts := make([]dispatch.Verdict, 0, len(keys))
	for part := range slices.Chunk(keys, chunk) {
		some, err := s.claim(ctx, owner, part, lease)
		if err != nil {
			return nil, fmt.Errorf("claim in Redis: %w", err)
		}
		verdicts = append(verdicts, some...)
	}
	return verdicts, nil
}

func (s *Seen) claim(ctx context.Context, owner string, keys []string, lease time.Duration) ([]dispatch.Verdict, error) {
	codes, err := s.scripts.claim.Run(ctx, s.client, prefixed(keys), claimOf(owner), milliseconds(lease), doneMark).Int64Slice()
	if err != nil {
		return nil, err
	}
	if len(codes) != len(keys) {
		return nil, fmt.Errorf("got %d answers for %d keys", len(codes), len(keys))
	}
	verdicts := make([]dispatch.Verdict, len(codes))
	for i, code := range codes {
		var known bool
		if verdicts[i], known = verdict(code); !known {
			return nil, fmt.Errorf("got the unknown answer %d", code)
		}
	}
	return verdicts, nil
}

// Done implements dispatch.Seen, with one round trip for each 500 keys.
func (s *Seen) Done(ctx context.Context, keys []string, ttl time.Duration) error {
	for part := range slices.Chunk(keys, chunk) {
		if err := s.scripts.done.Run(ctx, s.client, prefixed(part), doneMark, milliseconds(ttl)).Err(); err != nil {
			return fmt.Errorf("mark as done in Redis: %w", err)
		}
	}
	return nil
}

// Release implements dispatch.Seen, with one round trip for each 500 keys.
func (s *Seen) Release(ctx context.Context, owner string, keys []string) error {
	for part := range slices.Chunk(keys, chunk) {
		if err := s.scripts.release.Run(ctx, s.client, prefixed(part), claimOf(owner)).Err(); err != nil {
			return fmt.Errorf("release in Redis: %w", err)
		}
	}
	return nil
}

func prefixed(keys []string) []string {
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = prefix + key
	}
	return all
}

// milliseconds is what PX takes: at least 1.
func milliseconds(d time.Duration) int64 { return max(1, d.Milliseconds()) }
