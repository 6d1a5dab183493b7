package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

const (
	maxJoinName = 120 // characters
	maxTyped    = 250 // of an address
)

// consentVersion is that of the sentences join.consent.*: each proof names it.
// Who changes one of them raises it; a test compares.
const consentVersion = 1

// joinForm is what somebody typed, right or wrong.
type joinForm struct {
	Name     string
	Lives    subscribers.Home
	Typed    map[channels.Name]string
	Agreed   map[channels.Name]bool
	Language broker.Lang
	From, To string // quiet hours
	wrong    faults
}

func readJoinForm(typed url.Values) joinForm {
	get := func(name string) string { return oneLine(typed.Get(name)) }
	f := joinForm{
		Name: get("name"), Language: broker.Lang(get("language")), From: get("from"), To: get("to"),
		Lives: subscribers.Home{Street: get("street"), Number: get("number"), Postcode: get("postcode")},
		Typed: make(map[channels.Name]string), Agreed: make(map[channels.Name]bool), wrong: make(faults),
	}
	for _, on := range []channels.Name{channels.SMS, channels.Email, channels.Voice} {
		f.Typed[on], f.Agreed[on] = get(string(on)), get("agree."+string(on)) != ""
	}
	return f
}

// judge returns the application, or fills in what is wrong with each field.
func (f *joinForm) judge(book AddressBook, ways []joinWay, to subscribers.Partnership, now time.Time) subscribers.Application {
	a := subscribers.Application{
		ID: subscribers.NewApplicationID(), Partnership: to.ID, Name: f.Name, Lang: f.Language,
		Made: now, Expires: now.Add(subscribers.ApplicationValidity),
	}
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxJoinName {
		f.wrong["name"] = "join.fault.name"
	}
	if !a.Lang.Valid() {
		a.Lang = to.Languages[0]
	}
	f.judgeHome(to)
	a.Contacts = f.judgeReach(book, ways, now)
	rest, wrong := restPage{From: f.From, To: f.To}.rest(to.Today(now))
	if key := wrong["quiet"]; key != "" {
		f.wrong["quiet"] = key
	}
	a.Quiet = rest.Quiet
	return a
}

func (f *joinForm) judgeHome(to subscribers.Partnership) {
	switch {
	case len(to.Streets) == 0:
	case f.Lives.Street == "" || f.Lives.Number == "":
		f.wrong["home"] = "join.fault.home"
	case !to.Covers(f.Lives):
		f.wrong["home"] = "join.fault.outside"
	}
}

// judgeReach wants at least one address, and for each that is given the consent.
func (f *joinForm) judgeReach(book AddressBook, ways []joinWay, now time.Time) (found []subscribers.Applied) {
	given := false
	for _, way := range ways {
		text, field := f.Typed[way.On], "reach."+string(way.On)
		if text == "" && !f.Agreed[way.On] {
			continue
		}
		given = true
		address, ok := book.Read(way.On, text)
		switch {
		case !ok || len(text) > maxTyped:
			f.wrong[field] = "join.fault." + string(way.On)
		case !f.Agreed[way.On]:
			f.wrong[field] = "join.fault.consent"
		default:
			found = append(found, subscribers.Applied{Channel: way.On, Address: address, Consent: consentOn("join page", now)})
		}
	}
	if !given {
		f.wrong["reach"] = "join.fault.none"
	}
	return found
}

// consentOn is the proof of a consent that is given on a page.
func consentOn(page string, now time.Time) subscribers.Consent {
	return subscribers.Consent{At: now, How: fmt.Sprintf("%s, text %d", page, consentVersion)}
}

// unsentQuery tells the next page on which channels the request to confirm could
// not be handed over.
func unsentQuery(unsent []string) string {
	if len(unsent) == 0 {
		return ""
	}
	return "?unsent=" + strings.Join(unsent, ",")
}
