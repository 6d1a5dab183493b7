package web

import (
	"errors"
	"net/http"

	"relais/channels"
	"relais/subscribers"
)

// postInbound takes a text that somebody wrote to the number that messages come
// from, and answers it in the response. Its channel knows how the provider signs.
func (s *server) postInbound(w http.ResponseWriter, r *http.Request) {
	name := channels.Name(r.PathValue("channel"))
	provider, ok := s.InboundParsers[name]
	if !ok {
		writeJSON(w, http.StatusNotFound, problem{Error: "No channel of this name takes texts."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxCallback)
	in, err := provider.ParseInbound(r)
	if err != nil {
		s.Log.WarnContext(r.Context(), "text refused", "channel", name, "err", err)
		refuseCallback(w, err, "This text is malformed or is not signed by the provider.")
		return
	}
	answer, err := s.Inbox.Receive(r.Context(), in)
	switch {
	case errors.Is(err, subscribers.ErrBusy):
		writeJSON(w, http.StatusServiceUnavailable, problem{Error: "This text is being dealt with; ask again in a moment."})
	case err != nil:
		s.failJSON(w, r, "take the text", err)
	default:
		if err := provider.AnswerInbound(w, answer); err != nil {
			s.Log.WarnContext(r.Context(), "answer to a text not sent", "channel", name, "err", err)
		}
	}
}
