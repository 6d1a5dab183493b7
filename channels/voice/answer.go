package voice

import (
	"context"
	"fmt"
	"net/http"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
)

// keyHeard is pressed to say that the message was heard. Every other key has
// it said again, for who misses the right one must not lose the message.
const keyHeard = "1"

// AnswerCallback tells Twilio what comes next in a call whose callback
// ParseReport has read.
func (c *Channel) AnswerCallback(w http.ResponseWriter, r *http.Request, report channels.Report) {
	p, err := c.parsePlace(r)
	switch {
	case err != nil || p.word == wordStatus || p.word == wordMachine && report.State != channels.Failed:
		w.WriteHeader(http.StatusNoContent)
	case p.word == wordMachine:
		if err := c.hangUp(r.Context(), report.Ref); err != nil {
			c.log.WarnContext(r.Context(), "the call to a machine goes on", "delivery", p.id, "err", err)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		c.goOn(w, r, p, report)
	}
}

// goOn answers a key.
func (c *Channel) goOn(w http.ResponseWriter, r *http.Request, p place, report channels.Report) {
	text, err := "", error(nil)
	if report.State == channels.Delivered {
		text, err = c.speaker.thanks(p.lang)
	} else if text, err = c.again(r.Context(), p); err != nil {
		c.log.WarnContext(r.Context(), "the message cannot be said again", "delivery", p.id, "err", err)
		text, err = encode(c.speaker.end(p.lang))
	}
	if err != nil {
		c.log.ErrorContext(r.Context(), "a call cannot go on", "delivery", p.id, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	if _, err := w.Write([]byte(text)); err != nil {
		c.log.DebugContext(r.Context(), "answer not written", "err", err) // Twilio has gone
	}
}

func (c *Channel) again(ctx context.Context, p place) (string, error) {
	content, err := c.texts.Content(ctx, p.id)
	if err != nil {
		return "", fmt.Errorf("read what was said: %w", err)
	}
	return c.speaker.call(content, c.address(p.id, p.attempt, p.lang, wordKey))
}

// hangUp ends a call.
func (c *Channel) hangUp(ctx context.Context, sid string) error {
	call, end := c.account.Dial(ctx)
	defer end()
	if _, err := call.Service().UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus("completed")); err != nil {
		return call.Failure(err)
	}
	return nil
}
