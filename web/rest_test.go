package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/subscribers"
)

func restOf(t *testing.T, quiet, pause string, evenUrgent bool) subscribers.Rest {
	t.Helper()
	rest := subscribers.Rest{EvenUrgent: evenUrgent}
	if quiet != "" {
		q, err := subscribers.ParseQuietHours(quiet)
		if err != nil {
			t.Fatal(err)
		}
		rest.Quiet = &q
	}
	if pause != "" {
		var err error
		if rest.Pause, err = subscribers.ParseSpan(pause); err != nil {
			t.Fatal(err)
		}
	}
	return rest
}

// A member says when, and finds it in the form again.
func TestMemberSaysWhenToWrite(t *testing.T) {
	w := newWorld(t)
	path := w.link(subscribers.CanLeave, letterID) + "/rest"
	for _, page := range []string{w.link(subscribers.CanOpen, letterID), w.link(subscribers.CanLeave, letterID)} {
		if body := w.get(page).Body.String(); !strings.Contains(body, `href="`+path+`"`) {
			t.Errorf("%s does not lead to the page", page)
		}
	}
	for _, step := range []struct {
		form url.Values
		want subscribers.Rest
	}{
		{url.Values{"from": {"21:00"}, "to": {" 08:00"}, "first": {"2026-12-20"}, "last": {"2027-01-03"}, "urgent": {"1"}}, restOf(t, "21:00-08:00", "2026-12-20..2027-01-03", true)},
		{url.Values{"from": {""}, "to": {""}, "first": {"2026-11-23"}, "last": {""}}, restOf(t, "", "2026-11-23..", false)},
		{url.Values{}, subscribers.Rest{}},
	} {
		answer := w.do(request{method: http.MethodPost, path: path + "?lang=en", host: "relais.example", form: step.form})
		if answer.Code != http.StatusSeeOther {
			t.Fatalf("got %d\n%s", answer.Code, answer.Body)
		}
		if diff := cmp.Diff(step.want, w.members[memberID].Rest); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
		body := w.get(answer.Header().Get("Location")).Body.String()
		if !strings.Contains(body, "Noted") {
			t.Error("the page does not say that it was noted")
		}
		for name := range step.form {
			if value := strings.TrimSpace(step.form.Get(name)); name != "urgent" && !strings.Contains(body, `name="`+name+`" value="`+value+`"`) {
				t.Errorf("the form does not show %s %q", name, value)
			}
		}
	}
}

// What is wrong stands beside its field, and what was typed stays.
func TestMemberTypesNonsense(t *testing.T) {
	for _, tc := range []struct {
		form url.Values
		want []string
	}{
		{url.Values{"from": {"21:00"}, "first": {"2026-12-20"}}, []string{"Fill in both times", `value="21:00"`, `value="2026-12-20"`, `id="quiet-fault"`}},
		{url.Values{"from": {"nine"}, "to": {"8:00"}}, []string{"not a time of day", `value="nine"`}},
		{url.Values{"from": {"08:00"}, "to": {"08:00"}}, []string{"The two times are the same"}},
		{url.Values{"last": {"2026-12-20"}}, []string{"first day of the pause too", `id="pause-fault"`}},
		{url.Values{"first": {"20/12/2026"}}, []string{"not a day", `value="20/12/2026"`}},
		{url.Values{"first": {"2027-01-03"}, "last": {"2026-12-20"}}, []string{"The last day comes before the first"}},
		{url.Values{"first": {"2026-11-01"}, "last": {"2026-11-22"}, "urgent": {"1"}}, []string{"already over", `checked="checked"`}},
		{url.Values{"from": {`"><script>`}, "to": {"08:00"}}, []string{"&#34;&gt;&lt;script&gt;"}},
		{url.Values{"from": {"08:00"}, "to": {"08:00"}, "last": {"soon"}}, []string{"The two times are the same", "not a day"}},
	} {
		w := newWorld(t)
		before := restOf(t, "22:00-06:00", "", false)
		m := w.members[memberID]
		m.Rest = before
		w.members[memberID] = m
		answer := w.post(w.link(subscribers.CanLeave, letterID)+"/rest?lang=en", tc.form)
		for _, want := range tc.want {
			if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%v: got %d, and the page lacks %q", tc.form, answer.Code, want)
			}
		}
		if diff := cmp.Diff(before, w.members[memberID].Rest); diff != "" {
			t.Errorf("%v was written:\n%s", tc.form, diff)
		}
	}
}

// A pause of last summer is not in the form, so that nobody must clear it away.
func TestPauseThatIsOverIsNotShown(t *testing.T) {
	w := newWorld(t)
	m := w.members[memberID]
	m.Rest = restOf(t, "", "2026-07-01..2026-07-31", false)
	w.members[memberID] = m
	if body := w.get(w.link(subscribers.CanLeave, letterID) + "/rest").Body.String(); strings.Contains(body, "2026-07") {
		t.Error("the form shows a pause that is over")
	}
}

// Only a member's own link lets choose: neither the link to read, nor an
// approver's.
func TestWhenToWriteNeedsTheMembersLink(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/u/" + w.caps.Token(subscribers.CanOpen, letterID) + "/rest",
		"/u/" + w.caps.Token(subscribers.CanLeave, askID) + "/rest",
		"/u/AAAA/rest",
	} {
		if got := w.get(path).Code; got != http.StatusForbidden {
			t.Errorf("GET %s: got %d", path, got)
		}
		if got := w.post(path, url.Values{"first": {"2026-12-20"}}).Code; got != http.StatusForbidden {
			t.Errorf("POST %s: got %d", path, got)
		}
	}
	if rest := w.members[memberID].Rest; rest != (subscribers.Rest{}) {
		t.Errorf("written: %v", rest)
	}
}

func TestAPIRest(t *testing.T) {
	w := newWorld(t)
	path := "/api/members/" + memberID.String() + "/rest"
	body := `{"quiet":{"from":"21:00","to":"08:00"},"pause":{"from":"2026-12-20"},"evenUrgent":true}`
	for _, step := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", path, "", 200, `{"quiet":null,"pause":null,"evenUrgent":false}`},
		{"PUT", path, body, 200, body},
		{"GET", path, "", 200, body},
		{"PUT", path, `{"quiet":{"from":"08:00","to":"08:00"}}`, 400, "quiet begins and ends at 08:00"},
		{"PUT", path, `{"pause":{"from":"2026-12-20","until":"2026-12-19"}}`, 400, "pause ends before it begins"},
		{"PUT", path, `{"pause":"never"}`, 400, "is not a JSON object with quiet, pause and evenUrgent"},
		{"PUT", path, `{"holiday":true}`, 400, "is not a JSON object"},
		{"PUT", "/api/members/x/rest", body, 400, "not a UUID"},
		{"PUT", "/api/members/" + deadID.String() + "/rest", body, 404, "Nothing has this id"},
		{"GET", "/api/members/" + deadID.String() + "/rest", "", 404, "Nothing has this id"},
		{"GET", path, "", 200, body},
		{"PUT", path, `{}`, 200, `{"quiet":null,"pause":null,"evenUrgent":false}`},
	} {
		answer := w.do(request{method: step.method, path: step.path, body: step.body, contentType: "application/json"})
		if answer.Code != step.code || !strings.Contains(answer.Body.String(), step.want) {
			t.Errorf("%s %s %s: got %d %s, want %d %s", step.method, step.path, step.body, answer.Code, answer.Body, step.code, step.want)
		}
	}
}
