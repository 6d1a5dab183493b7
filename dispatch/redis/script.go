package redis

import (
	goredis "github.com/redis/go-redis/v9"

	"relais/dispatch"
)

// The value of a key is doneMark, or claimMark and the owner, so that no owner
// can look like doneMark.
const (
	doneMark  = "done"
	claimMark = "claim:"
)

func claimOf(owner string) string { return claimMark + owner }

// What the claim script answers for a key.
const (
	codeBusy     = 0
	codeClaimed  = 1
	codeFinished = 2
)

func verdict(code int64) (dispatch.Verdict, bool) {
	switch code {
	case codeBusy:
		return dispatch.Busy, true
	case codeClaimed:
		return dispatch.Claimed, true
	case codeFinished:
		return dispatch.Finished, true
	}
	return "", false
}

// scripts run inside Redis, each as a whole. They are sent by their hash, and
// in full only when Redis does not know them (goredis.Script.Run).
type scripts struct{ claim, done, release *goredis.Script }

func newScripts() scripts {
	return scripts{
		claim:   goredis.NewScript(claimLua),
		done:    goredis.NewScript(doneLua),
		release: goredis.NewScript(releaseLua),
	}
}

// claimLua takes the keys that are free or the owner's own.
// ARGV: claim, lease in milliseconds, done mark.
const claimLua = `
local held = redis.call('MGET', unpack(KEYS))
local codes = {}
for i, key in ipairs(KEYS) do
  if not held[i] or held[i] == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    codes[i] = 1
  elseif held[i] == ARGV[3] then
    codes[i] = 2
  else
    codes[i] = 0
  end
end
return codes`

// doneLua marks the keys. ARGV: done mark, time to live in milliseconds.
const doneLua = `
for _, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
end
return #KEYS`

// releaseLua deletes the keys that the owner still holds. ARGV: claim.
const releaseLua = `
local held = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  if held[i] == ARGV[1] then
    redis.call('DEL', key)
  end
end
return #KEYS`
