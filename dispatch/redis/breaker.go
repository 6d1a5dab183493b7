package redis

import (
	"context"
	"fmt"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"relais/dispatch"
)

// loopPrefix stands before every key of a Breaker.
const loopPrefix = "relais:loop:"

// Breaker implements dispatch.Breaker on the connections of a Seen.
type Breaker struct {
	client *goredis.Client
	pass   *goredis.Script
}

var _ dispatch.Breaker = (*Breaker)(nil)

// Breaker returns one that ends with this Seen.
func (s *Seen) Breaker() *Breaker {
	return &Breaker{client: s.client, pass: goredis.NewScript(passLua)}
}

// Pass implements dispatch.Breaker, with one round trip for each 500 likes.
func (b *Breaker) Pass(ctx context.Context, likes []dispatch.Like, now time.Time, limit dispatch.LoopLimit) ([]bool, error) {
	passed := make([]bool, 0, len(likes))
	for part := range slices.Chunk(likes, chunk) {
		some, err := b.passSome(ctx, part, now, limit)
		if err != nil {
			return nil, fmt.Errorf("look for loops in Redis: %w", err)
		}
		passed = append(passed, some...)
	}
	return passed, nil
}

func (b *Breaker) passSome(ctx context.Context, likes []dispatch.Like, now time.Time, limit dispatch.LoopLimit) ([]bool, error) {
	keys, args := make([]string, len(likes)), make([]any, 0, 3+len(likes))
	args = append(args, fmt.Sprintf("%013d", now.UnixMilli()), milliseconds(limit.Within), limit.Most)
	for i, like := range likes {
		keys[i] = loopPrefix + string(like.Key[:])
		args = append(args, like.ID.UUID[:])
	}
	codes, err := b.pass.Run(ctx, b.client, keys, args...).Int64Slice()
	if err != nil {
		return nil, err
	}
	if len(codes) != len(likes) {
		return nil, fmt.Errorf("got %d answers for %d deliveries", len(codes), len(likes))
	}
	passed := make([]bool, len(codes))
	for i, code := range codes {
		passed[i] = code == 1
	}
	return passed, nil
}

// passLua keeps under each key what was asked about it, oldest first, in records
// of 30 bytes: "+" or "-" for stopped, the delivery's id, and when in milliseconds.
// ARGV: now, the limit's time in milliseconds, how many; then an id for each key.
const passLua = `
local since, most = tonumber(ARGV[1]) - tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('MGET', unpack(KEYS))
local written, codes = {}, {}
for i, key in ipairs(KEYS) do
  local id, value = ARGV[3 + i], written[key] or held[i] or ''
  local kept, n, answer = {}, 0, nil
  for from = 1, #value, 30 do
    local record = string.sub(value, from, from + 29)
    if tonumber(string.sub(record, 18)) > since then
      n = n + 1
      kept[n] = record
      if string.sub(record, 2, 17) == id then
        answer = string.sub(record, 1, 1)
      end
    end
  end
  if not answer then
    answer = n < most and '+' or '-'
    n = n + 1
    kept[n] = answer .. id .. ARGV[1]
    value = table.concat(kept, '', math.max(1, n - most + 1), n)
    redis.call('SET', key, value, 'PX', ARGV[2])
    written[key] = value
  end
  codes[i] = answer == '+' and 1 or 0
end
return codes`
