package sandbox

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// speech is what a TwiML document says and which keys it takes.
type speech struct {
	text   string // a line for each Say
	action string // where the key goes; empty: none is asked for
}

func (s speech) keys() []string {
	if s.action == "" {
		return nil
	}
	return []string{"1", "9"}
}

// readTwiML reads the verbs that a call uses, and refuses what is not
// well-formed or not TwiML, as Twilio does (error 12100, 12200).
func readTwiML(text string) (speech, error) {
	var s speech
	var lines []string
	var open []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, fmt.Errorf("the TwiML is not well-formed: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			if err := s.element(token, len(open)); err != nil {
				return s, err
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1] == "Say" {
				lines = append(lines, strings.TrimSpace(string(token)))
			}
		}
	}
	s.text = strings.Join(lines, "\n")
	if s.text == "" {
		return s, errors.New("the TwiML says nothing")
	}
	return s, nil
}

func (s *speech) element(e xml.StartElement, depth int) error {
	if (depth == 1) != (e.Name.Local == "Response") || !slices.Contains([]string{"Response", "Say", "Pause", "Gather", "Hangup"}, e.Name.Local) {
		return fmt.Errorf("%.20q is not a verb that this stand-in knows", e.Name.Local)
	}
	for _, a := range e.Attr {
		if e.Name.Local == "Gather" && a.Name.Local == "action" {
			s.action = a.Value
		}
	}
	return nil
}

// post sends one of Twilio's callbacks, again while nobody listens or the
// receiver has a fault of its own. into takes the TwiML of the answer, if any.
func (t *telephone) post(ctx context.Context, made *phoneCall, target string, form url.Values, into *speech) error {
	if target == "" {
		return nil
	}
	for name, value := range map[string]string{
		"AccountSid": t.sandbox.cfg.AccountSID, "ApiVersion": "2010-04-01", "CallSid": made.sid,
		"To": made.to, "Called": made.to, "From": made.from, "Caller": made.from, "Direction": "outbound-api",
	} {
		form.Set(name, value)
	}
	var err error
	for _, pause := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond, 800 * time.Millisecond} {
		wait(ctx.Done(), pause)
		var again bool
		if again, err = t.postOnce(ctx, target, form, into); err == nil || !again {
			return err
		}
	}
	return err
}

func (t *telephone) postOnce(ctx context.Context, target string, form url.Values, into *speech) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return false, errors.New("the callback's address is not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("X-Twilio-Signature", sign(t.sandbox.cfg.AuthToken, target, form))
	resp, err := t.client.Do(req)
	if err != nil {
		return true, fmt.Errorf("post to the receiver: %w", plainURLError(err))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return true, errors.New("the receiver's answer broke off")
	case resp.StatusCode >= 300:
		return resp.StatusCode >= 500, fmt.Errorf("the receiver answered %d", resp.StatusCode)
	case into == nil:
		return false, nil
	}
	*into, err = readTwiML(string(body))
	return false, err
}

// callJSON is Twilio's Call resource. Fields without a value are null.
type callJSON struct {
	SID         string  `json:"sid"`
	AccountSID  string  `json:"account_sid"`
	APIVersion  string  `json:"api_version"`
	To          string  `json:"to"`
	From        string  `json:"from"`
	Status      string  `json:"status"`
	Direction   string  `json:"direction"`
	AnsweredBy  *string `json:"answered_by"`
	Duration    *string `json:"duration"`
	DateCreated string  `json:"date_created"` // RFC 2822
	DateUpdated string  `json:"date_updated"`
	URI         string  `json:"uri"`
}

func (t *telephone) resource(made *phoneCall) callJSON {
	t.mu.Lock()
	status := made.status
	t.mu.Unlock()
	out := callJSON{
		SID: made.sid, AccountSID: t.sandbox.cfg.AccountSID, APIVersion: "2010-04-01", To: made.to, From: made.from,
		Status: status, Direction: "outbound-api", DateCreated: rfc2822(made.created), DateUpdated: rfc2822(made.created),
		URI: "/2010-04-01/Accounts/" + t.sandbox.cfg.AccountSID + "/Calls/" + made.sid + ".json",
	}
	if status == "completed" {
		out.AnsweredBy, out.Duration = orNull(made.detected()), new("42")
	}
	return out
}

// list answers GET …/Calls.json: the newest first, by To, From and Status.
func (t *telephone) list(w http.ResponseWriter, r *http.Request) {
	if !t.sandbox.twilio.authentic(r) {
		t.sandbox.twilio.unauthorised(w)
		return
	}
	query := r.URL.Query()
	size := min(max(number(query.Get("PageSize"), 50), 1), 1000)
	found := []callJSON{}
	t.mu.Lock()
	all := slices.Clone(t.calls)
	t.mu.Unlock()
	for _, made := range slices.Backward(all) {
		if c := t.resource(made); c.matches(query) && len(found) < size {
			found = append(found, c)
		}
	}
	t.sandbox.writeJSON(w, http.StatusOK, map[string]any{
		"calls": found, "page": 0, "page_size": size, "start": 0, "end": max(len(found)-1, 0),
		"uri": r.URL.RequestURI(), "next_page_uri": nil, "previous_page_uri": nil,
	})
}

func (c callJSON) matches(query url.Values) bool {
	for name, value := range map[string]string{"To": c.To, "From": c.From, "Status": c.Status} {
		if wanted := query.Get(name); wanted != "" && wanted != value {
			return false
		}
	}
	return true
}

// update answers POST …/Calls/{sid}.json: Status=completed hangs up.
func (t *telephone) update(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		t.sandbox.twilio.refuse(w, 400, 20001, "The form cannot be read")
		return
	}
	if !t.sandbox.twilio.authentic(r) {
		t.sandbox.twilio.unauthorised(w)
		return
	}
	sid := strings.TrimSuffix(r.PathValue("call"), ".json")
	t.mu.Lock()
	i := slices.IndexFunc(t.calls, func(made *phoneCall) bool { return made.sid == sid })
	if i < 0 || r.PostForm.Get("Status") != "completed" {
		t.mu.Unlock()
		t.sandbox.twilio.refuse(w, 404, 20404, "The requested resource was not found")
		return
	}
	made := t.calls[i]
	made.status = "completed"
	t.mu.Unlock()
	t.sandbox.writeJSON(w, http.StatusOK, t.resource(made))
}
