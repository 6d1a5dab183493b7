package web

import (
	"net/http"
	"regexp"
	"slices"
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
	picture := regexp.MustCompile(`data:image/jpeg;base64,[^"]*|name="picture" value="[^"]*"`)
	for _, page := range everyPage(w) {
		body := page.answer(w, broker.German).Body.String() // the longest words
		size := len(picture.ReplaceAllString(body, ""))
		for _, path := range linkedFrom(body) {
			answer := w.get(path)
			if answer.Code != http.StatusOK {
				t.Errorf("%s: %s: got %d", page.name, path, answer.Code)
			}
			size += answer.Body.Len()
		}
		if size > maxFirstLoad {
			t.Errorf("%s: the first load is %d bytes, want at most %d", page.name, size, maxFirstLoad)
		}
	}
}

// linkedFrom lists what a page fetches besides, each once.
func linkedFrom(page string) (paths []string) {
	links := regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)
	for _, link := range links.FindAllStringSubmatch(page, -1) {
		path := strings.ReplaceAll(link[1], "&amp;", "&")
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}
