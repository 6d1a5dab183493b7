package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

const goodJSON = `{"zone":"demo","author":"Insp. Dubois","expires":"2026-11-24T20:15:00+01:00","kind":"info","texts":{"fr":{"title":"Réunion","body":"Jeudi à 20 h."}}}`

func (w *world) call(method, path, body string) (*httptest.ResponseRecorder, map[string]any) {
	w.t.Helper()
	answer := w.do(request{method: method, path: path, body: body, contentType: "application/json"})
	var doc map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &doc); err != nil {
		w.t.Errorf("%s %s: the answer is not JSON: %v\n%s", method, path, err, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		w.t.Errorf("%s %s: Content-Type is %q", method, path, got)
	}
	return answer, doc
}

func TestAPIPublish(t *testing.T) {
	w := newWorld(t)
	w.options.PublicURL = "https://relais.example/"
	w.restart()
	answer, doc := w.call(http.MethodPost, "/api/messages", goodJSON)
	if answer.Code != http.StatusCreated || len(w.published) != 1 {
		t.Fatalf("got %d %v", answer.Code, doc)
	}
	m := w.published[0]
	if err := m.Validate(); err != nil {
		t.Errorf("what was published is not valid: %v", err)
	}
	if doc["id"] != m.ID.String() || answer.Header().Get("Location") != "/api/messages/"+m.ID.String() || doc["status"] != "https://relais.example/api/messages/"+m.ID.String() {
		t.Errorf("got %v, Location %q", doc, answer.Header().Get("Location"))
	}
	if !m.Sent.Equal(w.now) || m.Urgency != broker.Future {
		t.Errorf("got sent %v, urgency %s", m.Sent, m.Urgency)
	}
}

func TestAPIFaults(t *testing.T) {
	w := newWorld(t)
	open := "/api/approvals/" + w.approvalID().String()
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		field                    string
		sentence                 string
	}{
		{"not JSON", "POST", "/api/messages", `{`, 400, "message", ""},
		{"no expiry", "POST", "/api/messages", strings.Replace(goodJSON, `"expires":"2026-11-24T20:15:00+01:00",`, "", 1), 400, "expires", "expires is missing; "},
		{"field unknown", "POST", "/api/messages", `{"colour":"red"}`, 400, "colour", ""},
		{"title missing", "POST", "/api/messages", strings.Replace(goodJSON, "Réunion", "", 1), 400, "texts.fr.title", ""},
		{"too long", "POST", "/api/messages", `"` + strings.Repeat("a", maxBody) + `"`, 413, "", "too long"},
		{"limit", "GET", "/api/messages?limit=-1", "", 400, "", "limit is not a number"},
		{"id malformed", "GET", "/api/messages/x", "", 400, "", "not a UUID"},
		{"message unknown", "GET", "/api/messages/" + deadID.String(), "", 404, "", "Nothing has this id"},
		{"approval unknown", "POST", "/api/approvals/" + deadID.String() + "/approve", `{"by":"x"}`, 404, "", "Nothing has this id"},
		{"approval id", "POST", "/api/approvals/1/approve", `{"by":"x"}`, 400, "", "not a UUID"},
		{"nobody approves", "POST", open + "/approve", `{}`, 400, "by", "by is missing"},
		{"refused for nothing", "POST", open + "/refuse", `{"by":"Claire"}`, 400, "reason", "reason is missing"},
		{"answer unknown", "POST", open + "/refuse", `{"who":"Claire"}`, 400, "answer", ""},
		{"by the author", "POST", open + "/approve", `{"by":"` + author + `"}`, 422, "", "author"},
		{"note too long", "POST", open + "/approve", `{"by":"x","note":"` + strings.Repeat("a", 121) + `"}`, 422, "", "longer than 120"},
		{"dead unknown", "POST", "/api/dead/" + alertID.String() + "/replay", "", 404, "", "Nothing has this id"},
		{"dead id", "POST", "/api/dead/1/replay", "", 400, "", "not a UUID"},
		{"nowhere", "GET", "/api/nowhere", "", 404, "", "Nothing stands"},
		{"method", "DELETE", "/api/messages", "", 405, "", "Allow"},
	} {
		answer, doc := w.call(test.method, test.path, test.body)
		if answer.Code != test.status {
			t.Errorf("%s: got %d, want %d (%v)", test.name, answer.Code, test.status, doc)
		}
		sentence, _ := doc["error"].(string)
		if !strings.HasSuffix(sentence, ".") || !strings.Contains(sentence, test.sentence) {
			t.Errorf("%s: got %q, want one sentence with %q", test.name, sentence, test.sentence)
		}
		if field, _ := doc["field"].(string); field != test.field {
			t.Errorf("%s: field: got %q, want %q", test.name, field, test.field)
		}
		if test.field != "" && (doc["problem"] == "" || doc["remedy"] == "") {
			t.Errorf("%s: no problem or remedy: %v", test.name, doc)
		}
	}
	if n := len(w.published) + len(w.decisions) + len(w.replayed); n != 0 {
		t.Errorf("%d things were done", n)
	}
	if got := w.do(request{method: "DELETE", path: "/api/messages"}).Header().Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow: got %q", got)
	}
}

func TestAPIDecide(t *testing.T) {
	w := newWorld(t)
	path := "/api/approvals/" + w.approvalID().String()
	answer, doc := w.call(http.MethodPost, path+"/approve", `{"by":"Marc Thiry","note":"à bientôt"}`)
	if answer.Code != 200 || doc["state"] != "approved" {
		t.Errorf("got %d %v", answer.Code, doc)
	}
	want := []subscribers.Decision{{To: subscribers.ApprovalApproved, By: "Marc Thiry", At: w.now, How: subscribers.HowTerminal, Note: "à bientôt"}}
	if diff := cmp.Diff(want, w.decisions); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	answer, doc = w.call(http.MethodPost, path+"/refuse", `{"by":"Claire","reason":"non"}`)
	first, _ := doc["first"].(map[string]any)
	if answer.Code != http.StatusConflict || first["by"] != "Marc Thiry" || first["to"] != "approved" {
		t.Errorf("second: got %d %v", answer.Code, doc)
	}
}

func TestAPILists(t *testing.T) {
	w := newWorld(t)
	_, doc := w.call(http.MethodGet, "/api/messages?limit=1", "")
	if list, _ := doc["messages"].([]any); len(list) != 1 || list[0].(map[string]any)["id"] != alertID.String() {
		t.Errorf("messages: got %v", doc)
	}
	_, doc = w.call(http.MethodGet, "/api/messages?zone=elsewhere", "")
	if list, ok := doc["messages"].([]any); !ok || len(list) != 0 {
		t.Errorf("messages elsewhere: got %v, want an empty list", doc)
	}
	_, doc = w.call(http.MethodGet, "/api/approvals", "")
	list, _ := doc["approvals"].([]any)
	if len(list) != 2 {
		t.Fatalf("approvals: got %v", doc)
	}
	one := list[0].(map[string]any)
	if one["id"] != w.approvalID().String() || one["deadline"] == nil || one["decision"] != nil || !strings.HasPrefix(one["rule"].(string), "For an alert") {
		t.Errorf("approval: got %v", one)
	}
	_, doc = w.call(http.MethodGet, "/api/messages/"+alertID.String(), "")
	if doc["done"] != false || len(doc["partnerships"].([]any)) != 2 {
		t.Errorf("status: got %v", doc)
	}
	_, doc = w.call(http.MethodGet, "/api/dead", "")
	if list, _ := doc["dead"].([]any); len(list) != 1 || list[0].(map[string]any)["reason"] == "" {
		t.Errorf("dead: got %v", doc)
	}
	answer, _ := w.call(http.MethodPost, "/api/dead/"+deadID.String()+"/replay", "")
	if answer.Code != 200 || len(w.replayed) != 1 {
		t.Errorf("replay: got %d, %v", answer.Code, w.replayed)
	}
}

func TestCallbacks(t *testing.T) {
	w := newWorld(t)
	body := url.Values{"MessageSid": {"SM1"}, "State": {"delivered"}}
	signed := map[string]string{"X-Signature": "good"}
	for _, test := range []struct {
		name, path string
		form       url.Values
		header     map[string]string
		status     int
	}{
		{"signed", "/callbacks/sms/0193", body, signed, 204},
		{"no rest", "/callbacks/sms", body, signed, 204},
		{"nothing new", "/callbacks/sms/0193", url.Values{}, signed, 204},
		{"forged", "/callbacks/sms/0193", body, nil, 403},
		{"too long", "/callbacks/sms/0193", url.Values{"a": {strings.Repeat("a", maxCallback)}}, signed, 413},
		{"unknown channel", "/callbacks/pigeon/0193", body, signed, 404},
	} {
		answer := w.do(request{method: http.MethodPost, path: test.path, host: "relais.example", form: test.form, header: test.header})
		if answer.Code != test.status {
			t.Errorf("%s: got %d, want %d", test.name, answer.Code, test.status)
		}
	}
	want := []channels.Report{{Ref: "SM1", State: channels.Delivered}, {Ref: "SM1", State: channels.Delivered}}
	if diff := cmp.Diff(want, w.reports); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	if strings.Contains(w.log.String(), "level=INFO msg=request method=POST route=\"POST /callbacks/{channel}/{rest...}\" status=204") {
		t.Errorf("the reports of a large alert fill the log:\n%s", w.log)
	}
	if !strings.Contains(w.log.String(), "level=INFO msg=request method=POST route=\"POST /callbacks/{channel}/{rest...}\" status=403") {
		t.Errorf("the log lacks the callback that was refused:\n%s", w.log)
	}
	w.failReports = errors.New("disk full")
	if got := w.do(request{method: http.MethodPost, path: "/callbacks/sms/0193", form: body, header: signed}).Code; got != 500 {
		t.Errorf("store away: got %d, want 500, so that the provider tries again", got)
	}
}

// A provider that waits for an answer of its own gets it once the report is
// recorded, and none when it is forged or cannot be recorded.
func TestCallbacksThatAreAnswered(t *testing.T) {
	w := newWorld(t)
	post := func(signature string) (int, string) {
		answer := w.do(request{method: http.MethodPost, path: "/callbacks/voice/0193/1/fr/key", host: "relais.example",
			form: url.Values{"MessageSid": {"CA1"}, "State": {"delivered"}}, header: map[string]string{"X-Signature": signature}})
		return answer.Code, answer.Body.String()
	}
	if code, body := post("good"); code != 200 || body != "<Response>CA1</Response>" || len(w.reports) != 1 {
		t.Errorf("got %d, %q and %d reports, want the answer and one report", code, body, len(w.reports))
	}
	if code, body := post("forged"); code != 403 || strings.Contains(body, "<Response>") {
		t.Errorf("forged: got %d, %q", code, body)
	}
	w.failReports = errors.New("disk full")
	if code, body := post("good"); code != 500 || strings.Contains(body, "<Response>") {
		t.Errorf("not recorded: got %d, %q", code, body)
	}
}

// Deps without clock, log, readiness and parsers are enough.
func TestNewWithTheLeast(t *testing.T) {
	w := newWorld(t)
	h, err := New(Deps{Publisher: w, Decider: w, Records: w, DeadLetters: w, Reports: w, Capabilities: w.caps}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.handler = h
	if got := w.get("/readyz").Code; got != 200 {
		t.Errorf("readyz: got %d", got)
	}
	if got := w.post("/callbacks/sms", url.Values{}).Code; got != 404 {
		t.Errorf("callback: got %d, want 404", got)
	}
}
