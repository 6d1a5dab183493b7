package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// goodJoin is what somebody types who does everything right.
func goodJoin() url.Values {
	return url.Values{
		"name": {"Jeanne  Lambert"}, "street": {"rue des Tilleuls"}, "number": {"12"}, "language": {"fr"},
		"sms": {"0470 12 34 56"}, "agree.sms": {"1"}, "email": {"Jeanne@Example.be"}, "agree.email": {"1"}, "from": {"21:00"}, "to": {"08:00"},
	}
}

// join fills in the form and returns the page that asks for the codes.
func (w *world) join(form url.Values) string {
	w.t.Helper()
	answer := w.post("/join/tilleuls?lang=fr", form)
	if answer.Code != http.StatusSeeOther {
		w.t.Fatalf("join: got %d\n%s", answer.Code, answer.Body)
	}
	return answer.Header().Get("Location")
}

// Somebody joins, types the code of the SMS, opens the link of the email, and
// stands on their own page.
func TestJoinAndConfirm(t *testing.T) {
	w := newWorld(t)
	w.launch()
	before := len(w.members)
	page := w.join(goodJoin())
	if body := w.get(page).Body.String(); !strings.Contains(body, "jeanne@example.be") || !strings.Contains(body, "32470123456") {
		t.Errorf("the page does not show what was typed:\n%s", body)
	}
	if len(w.members) != before {
		t.Error("somebody counts before they have confirmed")
	}
	path, _, _ := strings.Cut(page, "?")
	if answer := w.post(path, url.Values{"channel": {"sms"}, "code": {"12 34"}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `value="12 34"`) {
		t.Errorf("a wrong code: got %d\n%s", answer.Code, answer.Body)
	}
	answer := w.post(path, url.Values{"channel": {"sms"}, "code": {w.lastOn(channels.SMS).code()}})
	if answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), path) {
		t.Fatalf("the right code: got %d to %s", answer.Code, answer.Header().Get("Location"))
	}
	if body := w.get(path).Body.String(); !strings.Contains(body, "vous êtes membre de PLP Les Tilleuls") || !strings.Contains(body, "✓") {
		t.Errorf("after the first code:\n%s", body)
	}
	link := w.lastOn(channels.Email).path()
	if body := w.get(link).Body.String(); !strings.Contains(body, "<form") || strings.Contains(body, "Jeanne") {
		t.Errorf("the link's page has no button, or names somebody:\n%s", body)
	}
	if len(w.lastMember().Contacts) != 1 {
		t.Error("GET confirmed an address")
	}
	if body := w.post(link, url.Values{}).Body.String(); !strings.Contains(body, `href="/me/`) {
		t.Errorf("confirmed:\n%s", body)
	}
	m := w.lastMember()
	if m.Name != "Jeanne Lambert" || m.Lang != broker.French || m.Rest.Quiet == nil || len(m.Contacts) != 2 || m.Contacts[0].Consent.How != "join page, text 1" {
		t.Errorf("member: %+v, %d contacts", m.Name, len(m.Contacts))
	}
}

// lastMember is who joined last.
func (w *world) lastMember() (found subscribers.Member) {
	for _, a := range w.applications {
		if a.Member != (subscribers.MemberID{}) {
			found = w.members[a.Member]
		}
	}
	return found
}

// Whoever confirms the last address comes to their own page; its link ends after a day.
func TestTheLastCodeOpensOnesOwnPage(t *testing.T) {
	w := newWorld(t)
	w.launch()
	form := goodJoin()
	form.Del("email")
	form.Del("agree.email")
	path, _, _ := strings.Cut(w.join(form), "?")
	mine := w.post(path, url.Values{"channel": {"sms"}, "code": {w.lastOn(channels.SMS).code()}}).Header().Get("Location")
	if body := w.get(mine).Body.String(); !strings.HasPrefix(mine, "/me/") || !strings.Contains(body, "Bienvenue") {
		t.Fatalf("%s:\n%s", mine, body)
	}
	token, _, _ := strings.Cut(strings.TrimPrefix(mine, "/me/"), "?")
	if answer := w.post("/u/"+token+"/rest", url.Values{"from": {"20:00"}, "to": {"09:00"}}); answer.Code != http.StatusSeeOther {
		t.Errorf("quiet hours by a key: got %d", answer.Code)
	}
	w.now = w.now.Add(subscribers.KeyValidity)
	if answer := w.get(mine + "&lang=fr"); answer.Code != http.StatusGone || !strings.Contains(answer.Body.String(), "trop ancien") {
		t.Errorf("a day later: got %d", answer.Code)
	}
}

func TestJoinFormKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.launch()
	for name, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"nothing":         {map[string]string{"name": "", "street": "", "sms": "", "agree.sms": "", "email": "", "agree.email": ""}, []string{"Write your first and last name", "Write the street", "at least one number"}},
		"a landline":      {map[string]string{"sms": "081 12 34 56"}, []string{"This is not a mobile number", `value="081 12 34 56"`}},
		"no address":      {map[string]string{"email": "jeanne@"}, []string{"This is not an email address", `value="jeanne@"`}},
		"no consent":      {map[string]string{"agree.sms": ""}, []string{"Tick the box below"}},
		"consent to none": {map[string]string{"sms": ""}, []string{"This is not a mobile number"}},
		"one quiet hour":  {map[string]string{"to": ""}, []string{"Fill in both times", `value="21:00"`}},
		"elsewhere":       {map[string]string{"street": "Rue du Moulin"}, []string{"not in the area", `value="Rue du Moulin"`, "Anne Dupont, 0470 12 34 56"}},
		"next door":       {map[string]string{"street": "Lindenstraat"}, []string{"Your street belongs to BIN Lindendorp", `formaction="/join/lindendorp?lang=en"`}},
	} {
		form := goodJoin()
		for field, value := range c.change {
			form.Set(field, value)
		}
		answer := w.post("/join/tilleuls?lang=en", form)
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", name, answer.Code)
		}
		for _, want := range append(c.want, `value="12"`) {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s lacks %q:\n%s", name, want, answer.Body)
			}
		}
	}
	if len(w.sent) != 0 || len(w.applications) != 0 {
		t.Errorf("%d letters, %d applications", len(w.sent), len(w.applications))
	}
}

// One address gets five requests an hour, and nobody learns whether it is known.
func TestRequestsToConfirmAreLimited(t *testing.T) {
	w := newWorld(t)
	w.launch()
	var path string
	for range subscribers.CodesAnHour {
		path, _, _ = strings.Cut(w.join(goodJoin()), "?")
	}
	answer := w.post("/join/tilleuls?lang=en", goodJoin())
	if answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Too many codes") || !strings.Contains(answer.Body.String(), "Jeanne Lambert") {
		t.Errorf("the sixth: got %d\n%s", answer.Code, answer.Body)
	}
	if got := w.post(path+"/again", url.Values{"channel": {"sms"}}).Code; got != http.StatusTooManyRequests {
		t.Errorf("again: got %d", got)
	}
	w.now = w.now.Add(time.Hour)
	if got := w.post(path+"/again", url.Values{"channel": {"sms"}}).Code; got != http.StatusSeeOther {
		t.Errorf("again an hour later: got %d", got)
	}
	w.full = true
	form := goodJoin()
	form.Set("sms", "0470 12 34 57")
	form.Del("email")
	form.Del("agree.email")
	if answer := w.post("/join/tilleuls?lang=en", form); answer.Code != http.StatusTooManyRequests {
		t.Errorf("in a full hour: got %d", answer.Code)
	}
}

// What cannot be sent is said, and can be sent again.
func TestARequestThatCouldNotBeSent(t *testing.T) {
	w := newWorld(t)
	w.launch()
	w.failing = channels.SMS
	page := w.join(goodJoin())
	if body := w.get(page).Body.String(); !strings.Contains(body, "Nous n’avons pas pu écrire là") {
		t.Errorf("%s:\n%s", page, body)
	}
	w.failing = ""
	path, _, _ := strings.Cut(page, "?")
	again := w.post(path+"/again", url.Values{"channel": {"sms"}}).Header().Get("Location")
	if body := w.get(again).Body.String(); !strings.Contains(body, "C’est renvoyé") || w.lastOn(channels.SMS).code() == "" {
		t.Errorf("%s:\n%s", again, body)
	}
}

// Links that are stale, used, forged or another's say what to do next.
func TestLinksOfThoseWhoJoin(t *testing.T) {
	w := newWorld(t)
	w.launch()
	path, _, _ := strings.Cut(w.join(goodJoin()), "?")
	link := w.lastOn(channels.Email).path()
	w.post(link, url.Values{})
	for name, c := range map[string]struct {
		path string
		code int
		want string
	}{
		"used":                    {link, http.StatusConflict, "confirmed already"},
		"forged":                  {link[:len(link)-4], http.StatusForbidden, "Go back to the message"},
		"no link":                 {"/confirm/x", http.StatusForbidden, "Go back to the message"},
		"forged application":      {"/joining/x", http.StatusForbidden, "Go back to the message"},
		"another link's":          {"/joining/" + strings.TrimPrefix(w.link(subscribers.CanLeave, letterID), "/u/"), http.StatusForbidden, "Go back to the message"},
		"unknown partnership":     {"/join/nowhere", http.StatusNotFound, "QR code"},
		"one that is not founded": {"/join/hamlet", http.StatusOK, "does not take members"},
	} {
		w.partnerships = append(w.partnerships[:2], subscribers.Partnership{ID: "hamlet", Zone: "demo", Name: "PLP", Languages: []broker.Lang{broker.French}, Stage: subscribers.StageIdea})
		answer := w.get(c.path + "?lang=en")
		if answer.Code != c.code || !strings.Contains(answer.Body.String(), c.want) {
			t.Errorf("%s: got %d\n%s", name, answer.Code, answer.Body)
		}
	}
	if got := w.post("/join/hamlet", goodJoin()).Code; got != http.StatusConflict {
		t.Errorf("joined one that is not founded: got %d", got)
	}
	w.now = w.now.Add(subscribers.ApplicationValidity)
	for _, late := range []string{path, link} {
		if answer := w.get(late + "?lang=en"); answer.Code != http.StatusGone && answer.Code != http.StatusConflict {
			t.Errorf("%s: got %d", late, answer.Code)
		}
	}
}

// A call says its code digit by digit.
func TestACodeForTheEar(t *testing.T) {
	w := newWorld(t)
	w.launch()
	form := goodJoin()
	form.Set("voice", "081 12 34 56")
	form.Set("agree.voice", "1")
	w.join(form)
	if m := w.lastOn(channels.Voice); len(m.code()) != 8 || !strings.Contains(m.Text.Body, ", ") || m.Link != "" {
		t.Error("the call's code cannot be written down")
	}
}

// Each proof of consent names the version of the sentences that were agreed to.
// Who changes one raises consentVersion and writes the new sum here.
func TestConsentSentencesKeepTheirVersion(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	for _, lang := range broker.Langs() {
		for _, on := range []string{"sms", "email", "voice"} {
			fmt.Fprintln(sum, all[lang]["join.consent."+on])
		}
	}
	got := fmt.Sprintf("%d %s\n", consentVersion, hex.EncodeToString(sum.Sum(nil)[:8]))
	const file = "testdata/consent.txt"
	if os.Getenv("RELAIS_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("got %s, want %s: %v; raise consentVersion, then run with RELAIS_UPDATE=1", got, want, err)
	}
}
