package web

import (
	"time"

	"relais/broker"
)

// usualValidity is how long a message of a kind is usually of use.
func usualValidity(k broker.Kind) time.Duration {
	const day = 24 * time.Hour
	switch k {
	case broker.Alert:
		return 3 * time.Hour
	case broker.Hazard:
		return 6 * time.Hour
	case broker.Missing, broker.Closing:
		return 2 * day
	case broker.Feedback:
		return 7 * day
	case broker.Appeal:
		return 14 * day
	case broker.Test:
		return day
	}
	return 30 * day
}

// usualSeverity and usualCertainty are what the form proposes.
func usualSeverity(k broker.Kind) broker.Severity {
	switch k {
	case broker.Missing, broker.Hazard:
		return broker.SeveritySevere
	case broker.Alert, broker.Appeal:
		return broker.SeverityModerate
	}
	return broker.SeverityMinor
}

func usualCertainty(k broker.Kind) broker.Certainty {
	switch k {
	case broker.Alert, broker.Appeal, broker.Prevention:
		return broker.CertaintyLikely
	}
	return broker.CertaintyObserved
}
