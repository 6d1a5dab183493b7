package main

import (
	"time"

	"relais/config"
	"relais/subscribers"
)

// retentionOf reads days of 24 hours: a day more or less when clocks change
// makes no difference to anybody.
func retentionOf(k config.Keep) subscribers.Retention {
	const day = 24 * time.Hour
	return subscribers.Retention{
		Members: time.Duration(k.Members) * day, Consent: time.Duration(k.Consent) * day, Deliveries: time.Duration(k.Deliveries) * day,
		Journal: time.Duration(k.Journal) * day, Missing: time.Duration(k.Missing) * day,
	}
}
