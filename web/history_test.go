package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// Search finds one message a page, so that there are pages.
func (w *world) Search(ctx context.Context, q subscribers.Search) (page []broker.Message, next subscribers.SearchMark, err error) {
	w.searched = q
	all, err := w.Recent(ctx, q.Zone, 100)
	all = slices.DeleteFunc(all, func(m broker.Message) bool {
		return !q.Matches(m) || q.After != (subscribers.SearchMark{}) && !m.Sent.Before(q.After.Received)
	})
	if len(all) > 1 {
		next = subscribers.SearchMark{Received: all[0].Sent, ID: all[0].ID}
	}
	return all[:min(1, len(all))], next, err
}

// The history is paged, and a page's link keeps what is looked for.
func TestHistory(t *testing.T) {
	w := newWorld(t)
	first := w.get("/messages?zone=demo&lang=fr").Body.String()
	if !strings.Contains(first, "Cambriolage en cours, rue des Tilleuls") || strings.Contains(first, "Valse loodgieters") {
		t.Error("the first page does not show the newest alone")
	}
	next := between(first, `href="/messages?after=`, `"`)
	if next == "" {
		t.Fatal("there is no link to the next page")
	}
	if second := w.get("/messages?after=" + strings.ReplaceAll(next, "&amp;", "&")).Body.String(); !strings.Contains(second, "Valse loodgieters") || strings.Contains(second, "Messages plus anciens") {
		t.Error("the second page does not show the older one alone")
	}
	found := w.get("/messages?zone=demo&lang=fr&q=LOODGIETERS&kind=prevention&partnership=lindendorp&from=2026-11-20&until=2026-11-23").Body.String()
	if !strings.Contains(found, "Valse loodgieters") || !strings.Contains(found, `value="LOODGIETERS"`) || !strings.Contains(found, `value="2026-11-20"`) {
		t.Error("the search does not find it, or does not keep what was typed")
	}
	if got := w.searched; got.Partnership != "lindendorp" || got.From.Day() != 20 || got.Until.Day() != 24 || got.Kind != broker.Prevention {
		t.Errorf("searched for %+v", got)
	}
}

func between(s, before, after string) string {
	_, rest, _ := strings.Cut(s, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

func TestHistoryWithBadInput(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]string{
		"from=yesterday":                   `id="from-fault"`,
		"until=2026-02-30":                 `id="until-fault"`,
		"from=2026-11-23&until=2026-11-22": "Choose an end after the beginning.",
	} {
		answer := w.get("/messages?lang=en&q=fire&" + query)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) || !strings.Contains(answer.Body.String(), `value="fire"`) {
			t.Errorf("%s: got %d, want 422 with %q and what was typed", query, answer.Code, want)
		}
	}
	for _, query := range []string{"after=%%%", "after=AAAA", "kind=gossip", "zone=elsewhere"} {
		if code := w.get("/messages?" + query).Code; code != http.StatusOK && code != http.StatusBadRequest {
			t.Errorf("%s: got %d", query, code)
		}
	}
}
