package inmem

import (
	"encoding/binary"
	"testing"
	"time"

	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestBreaker(t *testing.T) {
	dispatchtest.RunBreaker(t, func(*testing.T) dispatch.Breaker { return NewBreaker() })
}

func TestBreakerForgetsWhatRests(t *testing.T) {
	b, now := NewBreaker(), time.Unix(1_800_000_000, 0)
	const window = 2 * purgeFloor // keys within the limit's time
	for i := range uint64(20 * window) {
		var like dispatch.Like
		binary.BigEndian.PutUint64(like.Key[:], i)
		if _, err := b.Pass(t.Context(), []dispatch.Like{like}, now, dispatch.LoopLimit{Most: 5, Within: time.Minute}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute / window)
	}
	if got := len(b.asked); got > 2*window+1 {
		t.Errorf("%d keys are kept, want at most twice the %d of the last minute", got, window)
	}
}
