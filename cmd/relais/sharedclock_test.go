package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A node goes by the clock that it shares with the others, whatever its machine's
// own one shows, and goes on by itself while it cannot ask.
func TestANodeGoesByTheSharedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead, away := 7*time.Minute, error(nil)
		c, err := newSharedClock(t.Context(), func(context.Context) (there, here time.Time, err error) {
			return time.Now().Add(ahead).Round(0), time.Now(), away
		})
		if err != nil {
			t.Fatal(err)
		}
		shows := func(when string, want time.Duration) {
			t.Helper()
			if got := time.Until(c.now()); got != want {
				t.Errorf("%s: it is %s ahead of the machine's clock, want %s", when, got, want)
			}
		}
		shows("at the start", 7*time.Minute)
		time.Sleep(time.Hour)
		shows("an hour later", 7*time.Minute)
		away = errors.New("the database is away")
		if c.set(t.Context()) == nil {
			t.Error("that it could not be read was not said")
		}
		shows("while it cannot be read", 7*time.Minute)
		ahead, away = -time.Minute, nil
		if err := c.set(t.Context()); err != nil {
			t.Fatal(err)
		}
		shows("once somebody has set it right", -time.Minute)
	})
}

func TestANodeWithoutTheSharedClockDoesNotStart(t *testing.T) {
	_, err := newSharedClock(t.Context(), func(context.Context) (there, here time.Time, err error) {
		return there, here, errors.New("away")
	})
	if err == nil {
		t.Error("it started without knowing the time")
	}
}
