package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"relais/broker"
)

// maxFirstLoad is how much the first visit to a page may fetch, in bytes, page,
// styles, scripts and icons together and uncompressed (issue 6).
const maxFirstLoad = 100_000

// Whoever opens any page for the first time, on a bad line, fetches no more than
// that: nothing comes from elsewhere, and nothing that the page does not need. A
// picture that somebody attached to a message is theirs, not ours.
func TestFirstLoadIsSmall(t *testing.T) {
	w := everyPageWorld(t)
	linked := regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)
	picture := regexp.MustCompile(`data:image/jpeg;base64,[^"]*|name="picture" value="[^"]*"`)
	for _, page := range everyPage(w) {
		body := page.answer(w, broker.German).Body.String() // the longest words
		size := len(picture.ReplaceAllString(body, ""))
		seen := make(map[string]bool)
		for _, link := range linked.FindAllStringSubmatch(body, -1) {
			if seen[link[1]] {
				continue
			}
			seen[link[1]] = true
			answer := w.get(strings.ReplaceAll(link[1], "&amp;", "&"))
			if answer.Code != http.StatusOK {
				t.Errorf("%s: %s: got %d", page.name, link[1], answer.Code)
			}
			size += answer.Body.Len()
		}
		if size > maxFirstLoad {
			t.Errorf("%s: the first load is %d bytes, want at most %d", page.name, size, maxFirstLoad)
		}
	}
}
