package subscribers

import (
	"errors"
	"fmt"
	"time"

	"relais/channels"
)

// Paper is what an approver copies from a form that somebody has signed to
// become a member (decision 0073).
type Paper struct {
	Signed  Date
	Text    int    // the version of the sentences that stand on the form
	By      string // who copied it
	Entered time.Time
}

// Consent is the proof that the paper is.
func (p Paper) Consent() Consent {
	return Consent{At: p.Entered, How: fmt.Sprintf("paper signed %s, text %d, entered by %s", p.Signed, p.Text, p.By)}
}

const (
	// PaperValidity is how long what was copied waits to be confirmed: an SMS that
	// is read when the grandchildren come, and no address that is kept for ever.
	PaperValidity = 14 * 24 * time.Hour
	// PaperDays is how old a signature may be, in days: who signed longer ago may
	// have thought better of it.
	PaperDays = 180
)

// Recent says whether a paper was signed on one of the last PaperDays, today included.
func (p Paper) Recent(today Date) bool {
	return !p.Signed.IsZero() && !today.Before(p.Signed) && !p.Signed.Before(today.AddDays(-PaperDays))
}

// PaperProves says whether the paper is proof enough for a channel. A telephone
// call cannot be answered by its listener; an SMS and an email can, so they are
// asked there.
func PaperProves(on channels.Name) bool { return on == channels.Voice }

// Why a paper is not copied.
var (
	ErrCopiedBefore = errors.New("this paper has been copied before")
	ErrMemberBefore = errors.New("this person is a member already")
)
