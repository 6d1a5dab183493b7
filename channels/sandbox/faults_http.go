package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"relais/channels"
)

// faultsJSON is Faults as PUT /faults/{channel} takes it: times as "250ms".
type faultsJSON struct {
	Latency            span              `json:"latency,omitzero"`
	ErrorRate          float64           `json:"errorRate,omitzero"`
	ThrottleRate       float64           `json:"throttleRate,omitzero"`
	RetryAfter         span              `json:"retryAfter,omitzero"`
	CutRate            float64           `json:"cutRate,omitzero"`
	CutLost            float64           `json:"cutLost,omitzero"`
	Refuse             map[string]int    `json:"refuse,omitempty"`
	Undelivered        map[string]int    `json:"undelivered,omitempty"`
	DuplicateCallbacks float64           `json:"duplicateCallbacks,omitzero"`
	PermuteCallbacks   bool              `json:"permuteCallbacks,omitzero"`
	LateCallbacks      span              `json:"lateCallbacks,omitzero"`
	Answers            map[string]string `json:"answers,omitempty"`
}

// span is a time.Duration that JSON writes as "250ms".
type span time.Duration

// MarshalText writes the usual form of a duration.
func (d span) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *span) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%.40q is not a time; write it as 250ms or 2s", text)
	}
	*d = span(parsed)
	return nil
}

func (f faultsJSON) faults() Faults {
	return Faults{
		Latency:            time.Duration(f.Latency),
		ErrorRate:          f.ErrorRate,
		ThrottleRate:       f.ThrottleRate,
		RetryAfter:         time.Duration(f.RetryAfter),
		CutRate:            f.CutRate,
		CutLost:            f.CutLost,
		Refuse:             f.Refuse,
		Undelivered:        f.Undelivered,
		DuplicateCallbacks: f.DuplicateCallbacks,
		PermuteCallbacks:   f.PermuteCallbacks,
		LateCallbacks:      time.Duration(f.LateCallbacks),
		Answers:            f.Answers,
	}
}

func faultsToJSON(f Faults) faultsJSON {
	return faultsJSON{
		Latency:            span(f.Latency),
		ErrorRate:          f.ErrorRate,
		ThrottleRate:       f.ThrottleRate,
		RetryAfter:         span(f.RetryAfter),
		CutRate:            f.CutRate,
		CutLost:            f.CutLost,
		Refuse:             f.Refuse,
		Undelivered:        f.Undelivered,
		DuplicateCallbacks: f.DuplicateCallbacks,
		PermuteCallbacks:   f.PermuteCallbacks,
		LateCallbacks:      span(f.LateCallbacks),
		Answers:            f.Answers,
	}
}

func (s *Sandbox) getFaults(w http.ResponseWriter, r *http.Request) {
	on := channels.Name(r.PathValue("channel"))
	if err := (Faults{}).validate(on); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	s.writeJSON(w, http.StatusOK, faultsToJSON(s.faults.of(on)))
}

// putFaults replaces a channel's faults; an empty object ends them.
func (s *Sandbox) putFaults(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	dec.DisallowUnknownFields()
	var f faultsJSON
	if err := dec.Decode(&f); err != nil {
		http.Error(w, fmt.Sprintf("faults: %v", err), http.StatusBadRequest)
		return
	}
	if err := s.Set(channels.Name(r.PathValue("channel")), f.faults()); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.log.Debug("sandbox: answer not written", "err", err) // the caller has gone
	}
}
