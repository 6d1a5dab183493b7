package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"relais/broker"
)

// many gives the zone 120 more partnerships.
func (w *world) many() {
	for i := range 120 {
		p := w.partnerships[0]
		p.ID, p.Name = broker.PartnershipID(fmt.Sprintf("plp-%03d", i)), fmt.Sprintf("PLP Église %03d", i)
		w.partnerships = append(w.partnerships, p)
	}
}

// A zone of many partnerships is shown part by part, each of them once, and a
// name is found whatever its accents.
func TestLongListsHavePages(t *testing.T) {
	w := newWorld(t)
	w.many()
	all := len(w.partnerships)
	for _, list := range []string{"/zone", "/people"} {
		seen := make(map[string]int)
		next, pages := list+"?zone=demo&lang=en", 0
		for next != "" && pages < 10 {
			body := w.get(next).Body.String()
			for _, p := range w.partnerships {
				if strings.Contains(body, ">"+p.Name+"<") {
					seen[p.Name]++
				}
			}
			pages++
			_, next, _ = strings.Cut(body, `rel="next" href="`)
			next, _, _ = strings.Cut(next, `"`)
			next = strings.ReplaceAll(next, "&amp;", "&")
		}
		if pages != 3 || len(seen) != all {
			t.Errorf("%s: %d pages with %d of %d partnerships", list, pages, len(seen), all)
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s is there %d times", list, name, n)
			}
		}
		body := w.get(list + "?zone=demo&lang=en&q=eglise+117").Body.String()
		if !strings.Contains(body, ">PLP Église 117<") || strings.Contains(body, ">PLP Église 116<") || !strings.Contains(body, `value="eglise 117"`) {
			t.Errorf("%s: the name is not found, or others are", list)
		}
	}
	if body := w.get("/zone?zone=demo&lang=en&page=99").Body.String(); !strings.Contains(body, fmt.Sprintf("101 to %d of %d", all, all)) {
		t.Error("a page after the last is not the last")
	}
	if body := w.get("/zone?zone=demo&lang=en&q=nowhere").Body.String(); !strings.Contains(body, "No partnership has such a name.") {
		t.Error("the page does not say that there is none")
	}
}

// A form about a partnership of another page is answered with that page.
func TestAFormShowsThePageOfItsPartnership(t *testing.T) {
	w := newWorld(t)
	w.many()
	form := url.Values{"name": {""}, "email": {"eva@example.be"}, "post": {"deputy/plp-119"}}
	body := w.post("/people?zone=demo&lang=en", form).Body.String()
	if !strings.Contains(body, `<option value="deputy/plp-119" selected="selected">`) || !strings.Contains(body, ">PLP Église 119<") {
		t.Error("what was chosen is not kept")
	}
}

// What is owed is shown part by part, and counted whole.
func TestCasesHavePages(t *testing.T) {
	w := newWorld(t)
	w.manyCases = 130
	body := w.get("/cases?zone=demo&lang=en&page=3").Body.String()
	if !strings.Contains(body, "101 to 130 of 130") || strings.Count(body, `<section class="partnership`) != 30 || !strings.Contains(body, `<span class="count">130</span>`) {
		t.Errorf("%d cases on the last page", strings.Count(body, `<section class="partnership`))
	}
}
