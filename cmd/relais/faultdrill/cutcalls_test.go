//go:build linux

package faultdrill

import (
	"path/filepath"
	"testing"
	"time"

	"relais/channels"
)

// TestCutCalls lets the phone company cut half of its calls, some after it took
// the text and some before, and report on none of them. Relais must ask it what
// it took: to repeat blindly shows as twice or in the named window, not to
// repeat as lost.
func TestCutCalls(t *testing.T) {
	messages := 4
	if long(t) {
		messages = 20
	}
	t.Parallel()
	w := seeded(t, 20)
	w.embedded(filepath.Join(w.dir, "data"))
	w.startNodes()
	w.breaks(fault{"the phone company cuts its calls and says nothing", []channels.Name{channels.SMS}, func(*town) {
		w.misbehave(channels.SMS, `{"cutRate":0.5,"cutLost":0.5,"lateCallbacks":"1h"}`)
		for i := range messages {
			w.publish(kinds()[i%2])
			w.awaitMore(len(w.people) / 2)
		}
		w.nothingPending()
		w.misbehave(channels.SMS, `{"lateCallbacks":"1h"}`) // the last repeats get through
		w.await(func() bool { return w.open() == 0 }, patience())
	}})
	v := w.settle(patience())
	if v.window > 0 {
		t.Errorf("%d texts went again, and their provider could have been asked", v.window)
	}
	w.alive()
}

// nothingPending waits a while until every delivery has been called once.
func (w *town) nothingPending() {
	w.await(func() bool { return w.count("'pending', 'calling', 'held', 'digested'") == 0 }, 30*time.Second)
}

func (w *town) await(holds func() bool, most time.Duration) {
	for deadline := time.Now().Add(most); !holds() && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
	}
}
