package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"relais/channels"
)

// A program may say where a message is of use; it learns at once that it is of
// use to nobody.
func TestAPITakesAreas(t *testing.T) {
	w := newWorld(t)
	w.options.APIToken = channels.NewSecret("s3cret")
	w.restart()
	w.partnerships[0].Outline = square(6, 50.6)
	for area, want := range map[string]int{
		`{"areaDesc": "Rue Haute", "circle": ["50.605,6.005 0.2"]}`: http.StatusCreated,
		`{"circle": ["51.605,6.005 0.2"]}`:                          http.StatusBadRequest,
		`{"polygon": ["51,6 52,6"]}`:                                http.StatusBadRequest,
	} {
		body := fmt.Sprintf(`{"zone": "demo", "author": "Insp. Dubois", "kind": "info", "expires": %q, "texts": {"fr": {"title": "Route fermée", "body": "Mardi."}}, "area": [%s]}`,
			w.now.Add(time.Hour).Format(time.RFC3339), area)
		answer := w.bearing("s3cret", http.MethodPost, "/api/messages?anyway=true", body)
		if answer.Code != want || want == http.StatusBadRequest && !strings.Contains(answer.Body.String(), `"field":"area`) {
			t.Errorf("%s: got %d %s", area, answer.Code, answer.Body)
		}
	}
	if len(w.published) != 1 || len(w.published[0].Area) != 1 {
		t.Errorf("published %d", len(w.published))
	}
}
