package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// The form for a message has every partnership of the zone on it, on the list and
// on the map. A thousand of them come over a bad line like any other page, and
// whoever takes no gzip gets the same.
func TestAThousandPartnershipsAreSmallOnTheWay(t *testing.T) {
	w := newWorld(t)
	for i := range 1000 {
		name := fmt.Sprintf("PLP Quartier de la Chapelle %d", i)
		w.partnerships = append(w.partnerships, subscribers.Partnership{
			ID: broker.PartnershipID(fmt.Sprintf("chapelle-%d", i)), Zone: "demo", Name: name, Tag: name, Languages: []broker.Lang{broker.French},
			Stage: subscribers.StageLaunched, PlanVersion: 1, Outline: square(6+0.01*float64(i%40), 50+0.01*float64(i/40)),
		})
	}
	const form = "/messages/new?kind=alert&zone=demo"
	whole := w.get(form).Body.String()
	if len(whole) < maxFirstLoad {
		t.Fatalf("the page has %d bytes anyway, so this test shows nothing", len(whole))
	}
	sent := 0
	for _, path := range append(linkedFrom(whole), form) {
		answer := w.do(request{path: path, header: map[string]string{"Accept-Encoding": "gzip, deflate, br"}})
		sent += answer.Body.Len()
		if path == form {
			w.lacks("unpacked", unpacked(t, answer), "PLP Quartier de la Chapelle 999", "</html>")
		}
	}
	if sent > maxFirstLoad {
		t.Errorf("the first load is %d bytes, want at most %d", sent, maxFirstLoad)
	}
}

func unpacked(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	from := io.Reader(answer.Body)
	if answer.Header().Get("Content-Encoding") == "gzip" {
		var err error
		if from, err = gzip.NewReader(answer.Body); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
