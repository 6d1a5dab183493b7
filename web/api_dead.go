package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// apiDead lists dead letters, without their contents: all, or those that the
// query chooses by stage, channel, reason, message, older, newer (as 90m) and
// waiting=true.
func (s *server) apiDead(w http.ResponseWriter, r *http.Request) {
	filter, fault := deadFilter(r.URL.Query(), s.Now())
	if fault != nil {
		refuseFault(w, fault)
		return
	}
	dead, err := s.DeadLetters.Find(r.Context(), filter)
	if err != nil {
		s.failJSON(w, r, "list the dead letters", err)
		return
	}
	if dead == nil {
		dead = []broker.DeadLetter{}
	}
	writeJSON(w, http.StatusOK, map[string]any{"dead": dead})
}

func deadFilter(q url.Values, now time.Time) (f broker.DeadFilter, fault *broker.Fault) {
	f = broker.DeadFilter{Stage: broker.Stage(q.Get("stage")), Channel: q.Get("channel"), Reason: q.Get("reason"), Waiting: q.Get("waiting") == "true"}
	if f.Stage != "" && f.Stage != broker.StageRoute && f.Stage != broker.StagePlan && f.Stage != broker.StageSend {
		return f, &broker.Fault{Field: "stage", Problem: "is not known", Remedy: "write route, plan or send"}
	}
	if id := q.Get("message"); id != "" {
		var err error
		if f.Message, err = broker.ParseMessageID(id); err != nil {
			return f, &broker.Fault{Field: "message", Problem: "is not a message's id", Remedy: "GET /api/messages lists them"}
		}
	}
	for field, set := range map[string]*time.Time{"older": &f.Before, "newer": &f.Since} {
		if q.Get(field) == "" {
			continue
		}
		age, err := time.ParseDuration(q.Get(field))
		if err != nil || age < 0 {
			return f, &broker.Fault{Field: field, Problem: "is not a length of time", Remedy: "write it as 90m or 36h"}
		}
		*set = now.Add(-age)
	}
	return f, nil
}

func (s *server) apiReplay(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; GET /api/dead lists them."})
		return
	}
	if err := s.DeadLetters.Replay(r.Context(), id); err != nil {
		s.failJSON(w, r, "replay the dead letter", err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"replayed": id})
}

// apiReplayAll replays what waits and a filter chooses, and says which they
// were. The filter is that of GET /api/dead, as JSON; an empty one needs "all".
func (s *server) apiReplayAll(w http.ResponseWriter, r *http.Request) {
	filter, fault := readDeadChoice(r, s.Now())
	if fault != nil {
		refuseFault(w, fault)
		return
	}
	letters, err := s.DeadLetters.Find(r.Context(), filter)
	if err != nil {
		s.failJSON(w, r, "list the dead letters", err)
		return
	}
	replayed, err := s.replayAll(r.Context(), letters)
	if err != nil {
		s.failJSON(w, r, "replay the dead letters", err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"replayed": append([]uuid.UUID{}, replayed...)})
}

func readDeadChoice(r *http.Request, now time.Time) (broker.DeadFilter, *broker.Fault) {
	asked := make(map[string]any) // a filter by name, or "all": true
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return broker.DeadFilter{}, &broker.Fault{Field: "filter", Problem: "is not a JSON object", Remedy: `send {"stage": "send"}, or {"all": true}`}
	}
	q := make(url.Values)
	for name, value := range asked {
		text, isText := value.(string)
		switch {
		case name == "all" && value == true:
		case !isText || !slices.Contains(deadFields(), name):
			return broker.DeadFilter{}, &broker.Fault{Field: name, Problem: "is no choice", Remedy: `choose by stage, channel, reason, message, older or newer, each a text, or write "all": true`}
		case text != "":
			q.Set(name, text)
		}
	}
	if len(q) == 0 && asked["all"] != true {
		return broker.DeadFilter{}, &broker.Fault{Field: "all", Problem: "is missing", Remedy: `choose by stage, channel, reason, message, older or newer, or write "all": true`}
	}
	filter, fault := deadFilter(q, now)
	filter.Waiting = true
	return filter, fault
}

// postReplay hands one to its step again. Replayed twice, it finds nothing to do.
func (s *server) postReplay(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	if err := s.DeadLetters.Replay(r.Context(), id); err != nil {
		s.failPage(w, r, "replay the dead letter", err)
		return
	}
	http.Redirect(w, r, s.deskView(r).URL("/?zone="+url.QueryEscape(r.URL.Query().Get("zone"))+"#dead"), http.StatusSeeOther)
}
