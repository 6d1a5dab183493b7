package main

import (
	"testing"
	"time"

	"relais/config"
	"relais/subscribers"
)

// What nobody configures is what PLP.md asks for.
func TestUsualRetention(t *testing.T) {
	const day = 24 * time.Hour
	want := subscribers.Retention{Members: 30 * day, Consent: 3 * 365 * day, Deliveries: 90 * day, Journal: 2 * 365 * day, Missing: 7 * day}
	if got := retentionOf(config.Default().Keep); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
