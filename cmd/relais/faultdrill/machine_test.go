//go:build linux

package faultdrill

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// stillAfter is a quarter of the time that a call has: stand-ins that take
// longer to say anything may have taken a message whose caller gave up.
const stillAfter = 500 * time.Millisecond

// watchMachine asks the stand-ins all the time whether they are there. When a
// machine has so much else to do that they do not answer at once, nobody may
// know what became of a call, whatever the drill broke; that is written down
// for the judge, and printed.
func (w *town) watchMachine() {
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() {
		for asked := time.Now(); ctx.Err() == nil; asked = time.Now() {
			w.askStandIns(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			if now := time.Now(); now.Sub(asked) > stillAfter && ctx.Err() == nil {
				w.say("the machine stood still for %s", now.Sub(asked).Round(time.Millisecond))
				w.mu.Lock()
				w.troubles = append(w.troubles, trouble{asked.Add(-stillAfter), now, everyChannel()})
				w.mu.Unlock()
			}
		}
	})
	w.t.Cleanup(func() {
		stop()
		watching.Wait()
	})
}

func (w *town) askStandIns(ctx context.Context) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.http+"/outbox.json?to=nobody", http.NoBody)
	if err != nil {
		w.t.Error(err)
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return // they end with the drill
	}
	_ = answer.Body.Close()
}
