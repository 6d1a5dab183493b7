package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
)

// view is what page.html shows.
type view struct {
	Lang       broker.Lang
	Words      labels
	Channel    channels.Name // chosen, or empty
	To         string        // typed, or empty
	Filters    []choice
	Languages  []choice
	Columns    []column
	Recipients []string
	Newest     int    // number of the newest message, for the live stream to go on from
	Everyone   string // the address without the recipient
	Shown      string // says that there are more than the page holds, or empty
}

// choice is one link of a row of which one is chosen.
type choice struct {
	Name   string
	Label  string
	Count  int
	Href   string
	Chosen bool
}

// column is one channel's messages, newest first.
type column struct {
	Name  channels.Name
	Label string
	Cards []card
}

// languageNames are the languages in their own words.
func languageName(lang broker.Lang) string {
	switch lang {
	case broker.French:
		return "Français"
	case broker.Dutch:
		return "Nederlands"
	case broker.German:
		return "Deutsch"
	}
	return "English"
}

func (o *outbox) view(r *http.Request) view {
	query := r.URL.Query()
	lang := o.sandbox.texts.choose(r, o.sandbox.cfg.Lang)
	v := view{
		Lang:       lang,
		Words:      o.sandbox.texts.by[lang],
		Channel:    channels.Name(query.Get("channel")),
		To:         query.Get("to"),
		Recipients: o.sandbox.recipients(),
		Everyone:   with(query, "to", ""),
	}
	for _, other := range broker.Langs() {
		v.Languages = append(v.Languages, choice{
			Name: string(other), Label: languageName(other), Href: with(query, "lang", string(other)), Chosen: other == lang,
		})
	}
	v.addColumns(o, r)
	v.addFilters(o.sandbox.Totals(), query)
	return v
}

func (v *view) addColumns(o *outbox, r *http.Request) {
	filter := o.filter(r)
	full := false
	for _, on := range shownChannels() {
		if v.Channel != "" && v.Channel != on {
			continue
		}
		newest := o.sandbox.record.newest(shownPerChannel, func(it Item) bool { return it.Channel == on && filter(it) })
		full = full || len(newest) == shownPerChannel
		cards := make([]card, len(newest))
		for i, t := range newest {
			cards[i] = o.card(t.read(), v.Words)
			v.Newest = max(v.Newest, t.item.N)
		}
		v.Columns = append(v.Columns, column{Name: on, Label: v.Words.channel(on), Cards: cards})
	}
	if full {
		v.Shown = fmt.Sprintf(v.Words.Shown, shownPerChannel)
	}
}

func (v *view) addFilters(totals map[channels.Name]int, query url.Values) {
	all := 0
	for _, n := range totals {
		all += n
	}
	v.Filters = []choice{{Label: v.Words.All, Count: all, Href: with(query, "channel", ""), Chosen: v.Channel == ""}}
	for _, on := range shownChannels() {
		v.Filters = append(v.Filters, choice{
			Name: string(on), Label: v.Words.channel(on), Count: totals[on],
			Href: with(query, "channel", string(on)), Chosen: v.Channel == on,
		})
	}
}

func shownChannels() []channels.Name {
	return []channels.Name{channels.SMS, channels.Email, channels.Push, channels.Voice}
}

func (l labels) channel(on channels.Name) string {
	switch on {
	case channels.SMS:
		return l.SMS
	case channels.Email:
		return l.Email
	case channels.Voice:
		return l.Voice
	}
	return l.Push
}

// with returns the page's address with one parameter changed, and only those it knows.
func with(query url.Values, name, value string) string {
	next := make(url.Values)
	for _, known := range []string{"channel", "to", "lang"} {
		chosen := query.Get(known)
		if known == name {
			chosen = value
		}
		if chosen != "" {
			next.Set(known, chosen)
		}
	}
	if len(next) == 0 {
		return "/outbox"
	}
	return "/outbox?" + next.Encode()
}

// clock writes the time of day, with the day before it when that is not today.
func clock(at, now time.Time) string {
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("02/01 15:04")
}

// readableNumber sets a Belgian mobile number as Belgians write it: +32 470 12 34 56.
func readableNumber(number string) string {
	if !belgianMobile.MatchString(number) {
		return readableLandline(number)
	}
	return strings.Join([]string{number[:3], number[3:6], number[6:8], number[8:10], number[10:]}, " ")
}

// readableLandline sets a Belgian landline: +32 2 734 12 34 with the short area
// codes (2, 3, 4 and 9), +32 81 22 33 44 with the others.
func readableLandline(number string) string {
	if !belgianLandline.MatchString(number) {
		return number
	}
	if strings.ContainsRune("2349", rune(number[3])) {
		return strings.Join([]string{number[:3], number[3:4], number[4:7], number[7:9], number[9:]}, " ")
	}
	return strings.Join([]string{number[:3], number[3:5], number[5:7], number[7:9], number[9:]}, " ")
}
