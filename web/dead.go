package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// deadPage filters what was given up, and replays what the filter chooses.
type deadPage struct {
	view
	Filter       url.Values // as typed, without what is empty
	Stages       []choice
	Channels     []choice
	Newer, Older []choice
	Fault        bool // what was typed is no message
	Found        []deadLine
	Count        int    // chosen, listed or not
	Rest         int    // chosen and not listed
	Ask          bool   // whether to replay them
	Changed      bool   // there are more or fewer than was asked about
	Done         string // how many were replayed just now; empty: it is not about that
}

// deadLine is something that could not be processed.
type deadLine struct{ Stage, Reason, When, Times, Post string }

const (
	deadListed = 50 // on the page
	deadOnDesk = 5
)

// deadFields are the fields of the filter, as the API calls them.
func deadFields() []string {
	return []string{"stage", "channel", "reason", "message", "newer", "older"}
}

func (s *server) getDead(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p, letters, err := s.deadPage(r, q)
	if err != nil {
		s.failPage(w, r, "list dead letters", err)
		return
	}
	p.Ask = q.Has("ask") && len(letters) > 0
	if n, err := strconv.Atoi(q.Get("replayed")); err == nil && n > 0 {
		p.Done = p.N("dead.done", n)
	}
	status := http.StatusOK
	if p.Fault {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "dead", p)
}

// postReplayAll replays what the filter chooses, if that is as many as the
// person was told; else it asks again.
func (s *server) postReplayAll(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	p, letters, err := s.deadPage(r, r.PostForm)
	if err != nil {
		s.failPage(w, r, "list dead letters", err)
		return
	}
	if told, err := strconv.Atoi(r.PostForm.Get("n")); err != nil || p.Fault || told != len(letters) {
		p.Ask, p.Changed = len(letters) > 0, true
		s.show(w, r, http.StatusConflict, "dead", p)
		return
	}
	replayed, err := s.replayAll(r.Context(), letters)
	if err != nil {
		s.failPage(w, r, "replay the dead letters", err)
		return
	}
	http.Redirect(w, r, p.URL("/dead?replayed="+strconv.Itoa(len(replayed))), http.StatusSeeOther)
}

// replayAll hands letters to their steps again, the oldest first, and returns
// which. After an error the rest still waits.
func (s *server) replayAll(ctx context.Context, letters []broker.DeadLetter) (replayed []uuid.UUID, err error) {
	for _, d := range letters {
		if err := s.DeadLetters.Replay(ctx, d.ID); err != nil {
			return replayed, err
		}
		replayed = append(replayed, d.ID)
	}
	return replayed, nil
}

// deadPage finds what a filter chooses among what waits.
func (s *server) deadPage(r *http.Request, typed url.Values) (deadPage, []broker.DeadLetter, error) {
	p := deadPage{view: s.deskView(r), Filter: make(url.Values)}
	p.Title = p.T("desk.dead")
	for _, name := range deadFields() {
		if value := oneLine(typed.Get(name)); value != "" {
			p.Filter.Set(name, value)
		}
	}
	p.choices()
	filter, fault := deadFilter(p.Filter, s.Now())
	if fault != nil {
		p.Fault = true
		return p, nil, nil
	}
	filter.Waiting = true
	letters, err := s.DeadLetters.Find(r.Context(), filter)
	p.Count = len(letters)
	p.Found = p.deadLines(letters[:min(p.Count, deadListed)], "")
	p.Rest = p.Count - len(p.Found)
	return p, letters, err
}

func (p *deadPage) choices() {
	for _, stage := range []broker.Stage{broker.StageRoute, broker.StagePlan, broker.StageSend} {
		p.Stages = append(p.Stages, choice{string(stage), p.T("dead.stage." + string(stage)), p.Filter.Get("stage") == string(stage)})
	}
	for _, name := range everyChannel() {
		p.Channels = append(p.Channels, choice{string(name), p.T("channel." + string(name)), p.Filter.Get("channel") == string(name)})
	}
	for _, age := range []choice{{Value: "1h", Name: "dead.hour"}, {Value: "24h", Name: "dead.day"}, {Value: "168h", Name: "dead.week"}} {
		name := p.T(age.Name)
		p.Newer = append(p.Newer, choice{age.Value, name, p.Filter.Get("newer") == age.Value})
		p.Older = append(p.Older, choice{age.Value, name, p.Filter.Get("older") == age.Value})
	}
}

func everyChannel() []channels.Name {
	return []channels.Name{channels.SMS, channels.Email, channels.Push, channels.Voice}
}

// deadLines shows letters, each with its own replay; zone is that of the desk.
func (v view) deadLines(letters []broker.DeadLetter, zone broker.ZoneID) (lines []deadLine) {
	for _, d := range letters {
		post := "/dead/" + d.ID.String() + "/replay"
		if zone != "" {
			post += "?zone=" + url.QueryEscape(string(zone))
		}
		lines = append(lines, deadLine{v.T("dead.stage." + string(d.Subject.Stage())), d.Reason, v.When(d.At), v.N("dead.tries", d.Attempts), v.URL(post)})
	}
	return lines
}

// AskURL is where the page asks whether to replay what it chose.
func (p deadPage) AskURL() string {
	return p.URL("/dead?" + strings.TrimPrefix(p.Filter.Encode()+"&ask=1", "&"))
}
