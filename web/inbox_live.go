package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"
)

// inboxPace is how often an inbox that somebody watches is looked at: a few
// queries for each of their partnerships.
const inboxPace = 3 * time.Second

// getInboxLive tells an inbox that something in it has changed. While somebody is
// asked, it changes with the clock.
func (s *server) getInboxLive(w http.ResponseWriter, r *http.Request) {
	who := callerOf(r.Context()).account
	s.tellChanges(w, r, inboxPace, func(ctx context.Context) (snapshot, bool, error) {
		mine, err := s.inboxOf(ctx, who)
		return mine.fingerprint(s.Now()), false, err
	})
}

// fingerprint is the same as long as the inbox shows the same.
func (i inboxed) fingerprint(now time.Time) snapshot {
	sum := sha256.New()
	for _, q := range i.questions {
		_, _ = fmt.Fprintln(sum, "question", q.approval.ID, q.approval.Version, now.Truncate(liveClock)) // a hash takes all
	}
	for _, t := range i.texts {
		_, _ = fmt.Fprintln(sum, "text", t.ID)
	}
	for _, c := range i.flashes {
		_, _ = fmt.Fprintln(sum, "infoflash", c.partnership.ID, c.preview.Date, c.preview.Items, c.preview.People, c.preview.HeldAt, c.preview.Note)
	}
	for _, i := range i.incidents {
		_, _ = fmt.Fprintln(sum, "incident", i.ID, i.Count)
	}
	for _, c := range i.cases {
		_, _ = fmt.Fprintln(sum, "case", c.ID, c.Due)
	}
	return snapshot(sum.Sum(nil))
}
