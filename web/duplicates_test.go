package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"relais/broker"
)

// likeTheAlert fills in the form as a second officer who heard the same call.
func likeTheAlert(w *world) (values map[string]string) {
	text := w.messages[alertID].Texts[broker.French]
	return map[string]string{"kind": "alert", "title.fr": text.Title, "body.fr": text.Body, "author": "Insp. Claes"}
}

func TestTheSecondAuthorSeesTheFirstMessage(t *testing.T) {
	w := newWorld(t)
	form := goodForm()
	for field, value := range likeTheAlert(w) {
		form = with(form, field, value)
	}
	answer := w.post("/messages?lang=fr", form)
	if answer.Code != http.StatusConflict || len(w.published) != 0 {
		t.Fatalf("got %d and %d messages, want the form again and none", answer.Code, len(w.published))
	}
	page := answer.Body.String()
	for _, want := range []string{"Un message presque pareil est déjà parti", author, `value="Insp. Claes"`, `name="anyway"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if answer := w.post("/messages?lang=fr", with(form, "anyway", "1")); answer.Code != http.StatusSeeOther || len(w.published) != 1 {
		t.Errorf("sent all the same: got %d and %d messages, want it published", answer.Code, len(w.published))
	}
}

func TestProgramsLearnOfLikeMessages(t *testing.T) {
	w := newWorld(t)
	m := w.messages[alertID]
	m.ID, m.Author = broker.NewMessageID(), "Insp. Claes"
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := w.call(http.MethodPost, "/api/messages", string(body))
	if answer.Code != http.StatusConflict || len(w.published) != 0 || !strings.Contains(answer.Body.String(), alertID.String()) {
		t.Errorf("got %d %s, want 409 with the id of the first", answer.Code, answer.Body)
	}
	if answer, _ := w.call(http.MethodPost, "/api/messages?anyway=true", string(body)); answer.Code != http.StatusCreated {
		t.Errorf("anyway: got %d, want 201", answer.Code)
	}
	m.Sent = m.Sent.Add(3 * time.Hour)
	m.Expires = m.Sent.Add(time.Hour)
	if body, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if answer, _ := w.call(http.MethodPost, "/api/messages/alike", string(body)); answer.Code != http.StatusOK {
		t.Errorf("beyond the window: got %d, want 200", answer.Code)
	}
}
