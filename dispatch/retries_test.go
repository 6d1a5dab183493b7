package dispatch

import (
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// A provider that fails every call gets few retries, however many calls fail;
// an alert is retried nevertheless, and a call that nobody answered is no retry.
func TestRetriesHaveABudget(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	budget := newRetries(now)
	attempt := func(n int, change func(*subscribers.Claimed)) bool {
		c := subscribers.Claimed{Entry: subscribers.Entry{Attempt: n, Priority: broker.Bulk}}
		if change != nil {
			change(&c)
		}
		return budget.allow(c, now)
	}
	allowed := func(n int) (allowed int) {
		for range n {
			if attempt(2, nil) {
				allowed++
			}
		}
		return allowed
	}
	allowed(10_000) // what is there to begin with
	for range 1000 {
		if !attempt(1, nil) {
			t.Fatal("a first attempt had to wait")
		}
	}
	if got := allowed(1000); got < 195 || got > 205 {
		t.Errorf("%d retries after 1000 calls, want 200", got)
	}
	if !attempt(5, func(c *subscribers.Claimed) { c.Priority = broker.Urgent }) {
		t.Error("the retry of an alert had to wait")
	}
	if !attempt(3, func(c *subscribers.Claimed) { c.Missed = 2 }) {
		t.Error("a call that nobody had answered counted as a retry")
	}
	now = now.Add(3 * time.Second)
	if got := allowed(1000); got < 29 || got > 31 {
		t.Errorf("%d retries after three seconds without calls, want 30", got)
	}
}
