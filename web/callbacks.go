package web

import (
	"net/http"

	"relais/channels"
)

// callbacks is where providers call, below the public address.
const callbacks = "/callbacks/"

// maxCallback is how much of a provider's callback is read, in bytes: one more
// than it may hold, so that its channel sees when it is too long.
const maxCallback = channels.MaxCallback + 1

// postCallback takes a provider's later word on a delivery. Its channel knows
// how the provider signs it.
func (s *server) postCallback(w http.ResponseWriter, r *http.Request) {
	name := channels.Name(r.PathValue("channel"))
	parser, ok := s.ReportParsers[name]
	if !ok {
		writeJSON(w, http.StatusNotFound, problem{Error: "No channel of this name takes callbacks."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxCallback)
	report, err := parser.ParseReport(r)
	if err != nil {
		s.Log.WarnContext(r.Context(), "callback refused", "channel", name, "err", err)
		refuseCallback(w, err, "This callback is malformed or is not signed by the provider.")
		return
	}
	if report.State != "" { // a word that says nothing new has none
		if err := s.Reports.Apply(r.Context(), report); err != nil {
			s.failJSON(w, r, "record the report", err)
			return
		}
	}
	if answerer, ok := parser.(CallbackAnswerer); ok {
		answerer.AnswerCallback(w, r, report)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func refuseCallback(w http.ResponseWriter, err error, otherwise string) {
	if tooLong(err) {
		writeJSON(w, http.StatusRequestEntityTooLarge, problem{Error: "This request is longer than 64 kB, which no report of the provider is."})
		return
	}
	writeJSON(w, http.StatusForbidden, problem{Error: otherwise})
}
