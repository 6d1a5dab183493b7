package broker

import (
	"strings"
	"time"
)

// DeadFilter chooses among dead letters; what is empty chooses all.
type DeadFilter struct {
	Stage   Stage
	Channel string    // of a job of deliveries
	Reason  string    // part of it, in any case
	Message MessageID // the one that it is about
	Before  time.Time // given up before
	Since   time.Time // given up then or later
	Waiting bool      // only what has not been replayed
}

// Takes says whether a letter is chosen, but for Message: what a letter is
// about stands in the ledger.
func (f DeadFilter) Takes(d DeadLetter) bool {
	switch {
	case f.Stage != "" && d.Subject.Stage() != f.Stage,
		f.Channel != "" && d.Subject.channel() != f.Channel,
		f.Reason != "" && !strings.Contains(strings.ToLower(d.Reason), strings.ToLower(f.Reason)),
		!f.Before.IsZero() && !d.At.Before(f.Before),
		!f.Since.IsZero() && d.At.Before(f.Since),
		f.Waiting && !d.Replayed.IsZero():
		return false
	}
	return true
}

// channel is that of a job; empty for other subjects.
func (s Subject) channel() string {
	if tokens := s.Tokens(); s.Stage() == StageSend && len(tokens) > 2 {
		return tokens[2]
	}
	return ""
}
