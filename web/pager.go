package web

import (
	"net/http"
	"strconv"
	"strings"

	"relais/broker"
	"relais/subscribers"
)

// shownAtOnce is how many of a long list one page shows: nobody reads a thousand
// lines, and a page that had them took a second.
const shownAtOnce = 50

// pager leads through a list of which a page shows a part.
type pager struct {
	Said         string // which of how many; empty: all are there
	Before, Next string // URLs; empty: there is none
	BeforeName   string
	NextName     string
}

// pageOf returns which part of a list a request asks for; path ends where the
// page's number goes.
func (v view) pageOf(r *http.Request, path string, all int) (from, to int, p pager) {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		page = 1
	}
	return v.nthPage(path, page, all)
}

func (v view) nthPage(path string, page, all int) (from, to int, p pager) {
	if all <= shownAtOnce {
		return 0, all, p
	}
	last := (all + shownAtOnce - 1) / shownAtOnce
	page = min(max(page, 1), last)
	from, to = (page-1)*shownAtOnce, min(page*shownAtOnce, all)
	p = pager{Said: v.T("pager.said", "from", from+1, "to", to, "all", all), BeforeName: v.T("pager.before"), NextName: v.T("pager.next")}
	if page > 1 {
		p.Before = v.URL(path + strconv.Itoa(page-1))
	}
	if page < last {
		p.Next = v.URL(path + strconv.Itoa(page+1))
	}
	return from, to, p
}

// finder is the field in which a partnership of many is looked for.
type finder struct {
	Action string // empty: there are few, and no field
	Zone   broker.ZoneID
	Lang   broker.Lang // kept; empty: the reader's own
	Words  string
}

// find leaves the partnerships whose names have the words that a request asks for.
func (v view) find(r *http.Request, path string, zone broker.ZoneID, all []subscribers.Partnership) ([]subscribers.Partnership, finder) {
	if len(all) <= shownAtOnce {
		return all, finder{}
	}
	f := finder{Action: path, Zone: zone, Words: strings.TrimSpace(r.URL.Query().Get("q"))}
	if v.chosen {
		f.Lang = v.Lang
	}
	words := subscribers.NewWords(f.Words)
	var found []subscribers.Partnership
	for _, p := range all {
		if subscribers.HasWords(p.Name, words) {
			found = append(found, p)
		}
	}
	return found, f
}
