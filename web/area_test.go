package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/subscribers"
	"relais/web/browsertest"
)

// square is an outline with its south-western corner at a longitude and a latitude.
func square(west, south float64) *subscribers.Outline {
	const side = 0.01 // degrees
	return &subscribers.Outline{Type: "Polygon", Coordinates: [][][]float64{{
		{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}, {west, south},
	}}}
}

// A street stands for the partnerships that it lies in; what was ticked before
// stays ticked, and nothing is sent while a street is only typed.
func TestChooseByStreet(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/messages/preview?lang=en", "/messages?lang=en"} {
		answer := w.post(path, with(goodForm(), "street", "KERKSTRAAT 12"))
		body := answer.Body.String()
		if answer.Code != http.StatusOK || strings.Count(body, `checked="checked" /> <span>`) != 2 || strings.Contains(body, "KERKSTRAAT") {
			t.Errorf("%s: got %d\n%s", path, answer.Code, body)
		}
		body = w.post(path, with(goodForm(), "street", "Nieuwstraat")).Body.String()
		for _, want := range []string{`id="street-fault">No partnership has this street.`, `value="Nieuwstraat"`, `<option value="Rue du Moulin">`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", path, want)
			}
		}
	}
	if len(w.published) != 0 {
		t.Error("a form whose street nobody had chosen yet was published")
	}
}

// The areas lie as on a map: north above, east at the right, nothing cut off.
func TestAreaMap(t *testing.T) {
	w := newWorld(t)
	m := newAreaMap(w.partnerships, form{Partnerships: []string{"lindendorp"}})
	west, east := m.Shapes[0], m.Shapes[1]
	if west.X >= east.X || west.Y <= east.Y || west.On || !east.On {
		t.Errorf("got %+v", m)
	}
	if m.Width != 800 || m.Height < 700 || m.Height > 800 || !strings.HasSuffix(east.Points, "20") && !strings.Contains(east.Points, ",20 ") {
		t.Errorf("got %d × %d, %s", m.Width, m.Height, east.Points)
	}
	w.partnerships[0].Outline, w.partnerships[1].Outline = nil, nil
	if newAreaMap(w.partnerships, form{}) != nil || strings.Contains(w.get("/messages/new?kind=alert&zone=demo").Body.String(), "map.js") {
		t.Error("there is a map of nothing")
	}
}

// A click on the map ticks the box of the list, and the forecast follows.
func TestMapInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(),
		chromedp.Navigate(server.URL+"/messages/new?kind=alert&zone=demo&lang=fr"),
		chromedp.WaitVisible(chromedp.CSS(`#map.live`)),
		chromedp.Click(chromedp.CSS(`[data-partnership="tilleuls"] polygon`)),
		chromedp.WaitVisible(chromedp.CSS(`#map .on polygon`)),
		chromedp.Poll[chromedp.Void](`document.querySelector("#forecast").textContent.includes("Claire Lambert")`),
	)
	if !browsertest.Eval[bool](ctx, t, `document.querySelector("[value=tilleuls]").checked`) {
		t.Error("the list does not follow the map")
	}
	picture(ctx, t, "map-desk")
	browsertest.Do(ctx, t, chromedp.Click(chromedp.CSS(`[value="tilleuls"]`)), chromedp.Poll[chromedp.Void](`!document.querySelector("#map .on")`))
}
