package store_test

import (
	"fmt"
	"testing"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// published stores n messages of demo, a minute apart, the last the newest.
func published(t testing.TB, s *store.Store, n int, change func(i int, m *broker.Message)) []broker.Message {
	t.Helper()
	all := make([]broker.Message, n)
	for i := range all {
		m := message(broker.NewMessageID(), 1)
		change(i, &m)
		must(t, s.Open(t.Context(), m, noon.Add(time.Duration(i)*time.Minute), nil, nil, nil))
		all[i] = m
	}
	return all
}

func titles(all []broker.Message) string {
	said := ""
	for _, m := range all {
		said += m.Texts[broker.French].Title + "; "
	}
	return said
}

func titled(title string) map[broker.Lang]broker.Text {
	return map[broker.Lang]broker.Text{broker.French: {Title: title, Body: "Fermez tout."}}
}

// A search finds by words whatever their case and accents, by kind, time and
// partnership, and only in its zone; the newest revision stands for all.
func TestSearch(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		all := published(t, s, 6, func(i int, m *broker.Message) {
			m.Texts = titled([]string{"Fenêtre forcée", "Incendie", "FENÊTRE brisée", "Straße gesperrt", "Église ouverte", "Fenêtre"}[i])
			switch i {
			case 1:
				m.Kind = broker.Hazard
			case 5:
				m.Zone = "elsewhere"
			}
		})
		for _, one := range []broker.Message{all[0], all[2]} {
			must(t, s.Open(t.Context(), one, noon, []subscribers.Approval{approval(one, tilleuls)}, nil, nil))
		}
		must(t, s.Open(t.Context(), all[4], noon, nil, []subscribers.RoutingRefusal{{Partnership: tilleuls, Gaps: []subscribers.Gap{subscribers.GapDeputy}}}, nil))
		second := all[1]
		second.Revision, second.Texts = 2, titled("Incendie éteint")
		must(t, s.Open(t.Context(), second, noon.Add(time.Minute), nil, nil, nil))

		for _, test := range []struct {
			name string
			q    subscribers.Search
			want string
		}{
			{"everything", subscribers.Search{}, "Église ouverte; Straße gesperrt; FENÊTRE brisée; Incendie éteint; Fenêtre forcée; "},
			{"a word without its accent", subscribers.Search{Words: subscribers.NewWords("fenetre")}, "FENÊTRE brisée; Fenêtre forcée; "},
			{"two words", subscribers.Search{Words: subscribers.NewWords("fenêtre forcee")}, "Fenêtre forcée; "},
			{"ss for ß", subscribers.Search{Words: subscribers.NewWords("strasse")}, "Straße gesperrt; "},
			{"a capital with its accent", subscribers.Search{Words: subscribers.NewWords("église")}, "Église ouverte; "},
			{"a word of the JSON around it", subscribers.Search{Words: subscribers.NewWords("revision")}, ""},
			{"a sign of the pattern", subscribers.Search{Words: subscribers.NewWords("%_%")}, "Église ouverte; Straße gesperrt; FENÊTRE brisée; Incendie éteint; Fenêtre forcée; "},
			{"a kind", subscribers.Search{Kind: broker.Hazard}, "Incendie éteint; "},
			{"what the first revision said", subscribers.Search{Words: subscribers.NewWords("incendie")}, "Incendie éteint; "},
			{"a time", subscribers.Search{From: noon.Add(2 * time.Minute), Until: noon.Add(4 * time.Minute)}, "Straße gesperrt; FENÊTRE brisée; "},
			{"a partnership, refusals too", subscribers.Search{Partnership: tilleuls}, "Église ouverte; FENÊTRE brisée; Fenêtre forcée; "},
		} {
			q := test.q
			q.Zone, q.Limit = "demo", 10
			found, next, err := s.Search(t.Context(), q)
			must(t, err)
			same(t, test.name, titles(found), test.want)
			same(t, test.name+": no further page", next, subscribers.SearchMark{})
		}
	})
}

// Every message that matches is on one page, and on one only, also where many
// that do not match lie between.
func TestSearchPages(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		published(t, s, 460, func(i int, m *broker.Message) {
			if m.Texts = titled("Rien"); i%20 == 0 {
				m.Texts = titled(fmt.Sprintf("Trouvé %d", i/20))
			}
		})
		q := subscribers.Search{Zone: "demo", Words: subscribers.NewWords("trouve"), Limit: 5}
		var found []broker.Message
		for pages := 1; ; pages++ {
			page, next, err := s.Search(t.Context(), q)
			must(t, err)
			found = append(found, page...)
			if next == (subscribers.SearchMark{}) {
				same(t, "pages", pages, 5)
				break
			}
			same(t, "a page's length", len(page), 5)
			q.After = next
		}
		same(t, "found", len(found), 23)
		for i, m := range found {
			same(t, "in order", m.Texts[broker.French].Title, fmt.Sprintf("Trouvé %d", 22-i))
		}
	})
}
