//go:build linux

package faultdrill

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestProvidersAway takes every provider away for ten seconds, and for ten
// minutes in the long drill, with messages before, meanwhile and after.
func TestProvidersAway(t *testing.T) {
	away := 10 * time.Second
	if long(t) {
		away = 10 * time.Minute
	}
	t.Parallel()
	w := seeded(t, 20)
	w.embedded(filepath.Join(w.dir, "data"))
	w.startNodes()
	w.publish("appeal")
	w.awaitMore(1 + w.dice.IntN(len(w.people)/2))
	w.breaks(fault{"every provider is away for " + away.String(), everyChannel(), func(*town) {
		w.misbehave("push", `{"errorRate":1}`)
		var ways sync.WaitGroup
		ways.Go(func() { w.sms.Refuse(away) })
		ways.Go(func() { w.mail.Refuse(away) })
		for i := range 4 {
			w.publish(kinds()[i%2])
			time.Sleep(away / 8)
		}
		ways.Wait()
		w.behave()
	}})
	w.publish("alert")
	w.settle(patience())
	w.alive()
}
