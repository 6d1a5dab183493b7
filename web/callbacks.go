package web

import (
	"net/http"

	"relais/channels"
)

// maxCallback is the longest body of a provider's callback, in bytes.
const maxCallback = 64 << 10

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
		writeJSON(w, http.StatusForbidden, problem{Error: "This callback is malformed or is not signed by the provider."})
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

func (s *server) getHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *server) getReady(w http.ResponseWriter, r *http.Request) {
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			s.Log.WarnContext(r.Context(), "not ready", "err", err)
			writeJSON(w, http.StatusServiceUnavailable, problem{Error: "Relais cannot reach all that it needs; its log says what."})
			return
		}
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
