package web

import (
	"strings"
	"testing"
)

// The page of a message says who has been asked, who is next, how far up the
// question has gone and how many nothing reaches.
func TestMessagePageSaysWhoWasAsked(t *testing.T) {
	w := newWorld(t)
	body := w.get("/messages/" + alertID.String() + "?lang=en").Body.String()
	for _, want := range []string{
		"Asked so far: the coordinator, the deputies", "they are asked too: the steering committee, today at 20:20",
		"In 1 partnership the question was passed further", "1 person cannot be reached",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
