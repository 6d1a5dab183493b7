package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	goredis "github.com/redis/go-redis/v9"

	"relais/channels"
	"relais/dispatch"
)

// ratePrefix and pausePrefix stand before the keys of a Limiter; redis_rate puts
// its own "rate:" before the first.
const (
	ratePrefix  = "relais:"
	pausePrefix = "relais:pause:"
)

// Limiter implements dispatch.Limiter on the connections of a Seen. The rate is
// counted by GCRA on the clock of Redis, so that the nodes' clocks do not matter.
type Limiter struct {
	client *goredis.Client
	rates  *redis_rate.Limiter
	pause  *goredis.Script
}

var _ dispatch.Limiter = (*Limiter)(nil)

// Limiter returns one that ends with this Seen.
func (s *Seen) Limiter() *Limiter {
	return &Limiter{client: s.client, rates: redis_rate.NewLimiter(s.client), pause: goredis.NewScript(pauseLua)}
}

// Take implements dispatch.Limiter, with one round trip.
func (l *Limiter) Take(ctx context.Context, channel channels.Name, perSecond, want int) (int, time.Duration, error) {
	limit := redis_rate.Limit{Rate: perSecond, Burst: dispatch.Burst(perSecond), Period: time.Second}
	result, err := l.rates.AllowAtMost(ctx, ratePrefix+string(channel), limit, want)
	if err != nil {
		return 0, 0, fmt.Errorf("take from the rate in Redis: %w", err)
	}
	if result.Allowed == 0 {
		return 0, max(time.Millisecond, result.RetryAfter), nil
	}
	return result.Allowed, 0, nil
}

// Pause implements dispatch.Limiter.
func (l *Limiter) Pause(ctx context.Context, channel channels.Name, pause time.Duration) error {
	if err := l.pause.Run(ctx, l.client, []string{pausePrefix + string(channel)}, milliseconds(pause)).Err(); err != nil {
		return fmt.Errorf("pause a channel in Redis: %w", err)
	}
	return nil
}

// Paused implements dispatch.Limiter.
func (l *Limiter) Paused(ctx context.Context, channel channels.Name) (time.Duration, error) {
	left, err := l.client.PTTL(ctx, pausePrefix+string(channel)).Result()
	if err != nil {
		return 0, fmt.Errorf("read a channel's pause in Redis: %w", err)
	}
	return max(0, left), nil // below 0: there is none
}

// pauseLua lets the longer pause stand. ARGV: milliseconds.
const pauseLua = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 1`
