package store

import (
	"strings"

	"relais/channels"
	"relais/subscribers"
)

// statesBefore gives for each state those that may become it, as |pending|held|,
// so that one text of SQL serves every outcome.
func statesBefore() map[channels.State]string {
	before := make(map[channels.State]string)
	for _, state := range channels.States() {
		var list strings.Builder
		for _, from := range state.Before() {
			list.WriteString("|" + string(from))
		}
		before[state] = list.String() + "|"
	}
	return before
}

// movesFrom lists, in the same way, the states that an outcome may move an entry from.
func movesFrom(o subscribers.Outcome, before map[channels.State]string) string {
	if !o.Missed {
		return before[o.State]
	}
	list := "|"
	for _, from := range channels.States() {
		if from.CanMiss() {
			list += string(from) + "|"
		}
	}
	return list
}

// waitOf is the new NotBefore; NULL keeps the old one.
func waitOf(o subscribers.Outcome) any {
	if o.State == channels.Pending || o.State == channels.Held {
		return millis(o.Wait)
	}
	return nil
}

// nextOf is when a sweep must look again: never at what is final.
func nextOf(o subscribers.Outcome) int64 {
	if ended(o) {
		return 0
	}
	return millis(o.NextAt)
}

// acceptedOf is when the provider took it; 0 keeps what is known. A delivery
// whose report overtook the provider's answer was taken as well.
func acceptedOf(o subscribers.Outcome) int64 {
	if o.State == channels.Accepted || o.State == channels.Delivered {
		return millis(o.At)
	}
	return 0
}

// finalOf is when the entry became final; 0 while it is not.
func finalOf(o subscribers.Outcome) int64 {
	if ended(o) || o.State == channels.Unknown && o.NextAt.IsZero() {
		return millis(o.At)
	}
	return 0
}

// ended says whether nothing more can come: the last states, and accepted by a
// provider who will not report.
func ended(o subscribers.Outcome) bool {
	switch o.State {
	case channels.Delivered, channels.Failed, channels.Suppressed, channels.Expired:
		return true
	case channels.Accepted:
		return !o.Awaits
	}
	return false
}
