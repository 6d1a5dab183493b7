package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// ErrNotLetIn says that Redis answers and refuses user or password.
var ErrNotLetIn = errors.New("the Redis server does not let us in")

// Inspection is what a look at Redis found.
type Inspection struct {
	Master bool          // it may be written; a replica may not
	Policy string        // what it does when its memory is full: noeviction keeps what Relais claims
	Ahead  time.Duration // of its clock before this machine's
}

// Inspect asks what Redis says of itself, and writes nothing.
func (s *Seen) Inspect(ctx context.Context) (found Inspection, err error) {
	// Where nobody listens the client would write so to stderr by itself.
	options := s.client.Options()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, options.Network, options.Addr)
	if err != nil {
		return found, fmt.Errorf("connect to Redis: %w", err)
	}
	_ = conn.Close() // it was only asked whether it opens
	var texts []string
	for _, part := range []string{"replication", "memory"} {
		text, err := s.client.Info(ctx, part).Result()
		if err != nil {
			return found, notLetIn(err)
		}
		texts = append(texts, text)
	}
	found = readInfo(texts...)
	before := time.Now()
	there, err := s.client.Time(ctx).Result()
	if err != nil {
		return found, notLetIn(err)
	}
	found.Ahead = there.Sub(before.Add(time.Since(before) / 2))
	return found, nil
}

func readInfo(texts ...string) (found Inspection) {
	for _, text := range texts {
		for line := range strings.Lines(text) {
			switch key, value, _ := strings.Cut(strings.TrimSpace(line), ":"); key {
			case "role":
				found.Master = value == "master"
			case "maxmemory_policy":
				found.Policy = value
			}
		}
	}
	return found
}

// notLetIn tells a refusal from silence.
func notLetIn(err error) error {
	if goredis.IsAuthError(err) || goredis.IsPermissionError(err) {
		return errors.Join(ErrNotLetIn, err)
	}
	return fmt.Errorf("ask Redis: %w", err)
}
