package web

import (
	"net/url"
	"strconv"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// paperForm is what somebody copied, right or wrong.
type paperForm struct {
	joinForm
	Signed string
	Text   string // the version that stands on the form
	Twice  string // the landline once more
	NoWay  bool   // the person wants paper, and has nothing else
	Again  bool   // ask once more what has been copied before
}

func readPaperForm(typed url.Values) paperForm {
	get := func(name string) string { return oneLine(typed.Get(name)) }
	f := paperForm{
		joinForm: readJoinForm(typed), Signed: get("signed"), Text: get("text"), Twice: get("twice"),
		NoWay: get("noway") != "", Again: get("again") != "",
	}
	if f.Text == "" {
		f.Text = strconv.Itoa(consentVersion)
	}
	return f
}

// copiersWord is the sentence for who copies, in place of that for who joins.
func copiersWord(key string) string {
	switch key {
	case "join.fault.name":
		return "paper.fault.name"
	case "join.fault.consent":
		return "paper.fault.consent"
	case "join.fault.none":
		return "paper.fault.none"
	}
	return key
}

// copied returns the application, or fills in what is wrong with each field.
func (f *paperForm) copied(book AddressBook, ways []joinWay, to subscribers.Partnership, by string, now time.Time) subscribers.Application {
	a := f.judge(book, ways, to, now)
	paper := subscribers.Paper{By: by, Entered: now}
	a.Expires = now.Add(subscribers.PaperValidity)
	if paper.Signed.UnmarshalText([]byte(f.Signed)) != nil || !paper.Recent(to.Today(now)) {
		f.wrong["signed"] = "paper.fault.signed"
	}
	a.Signed = paper.Signed
	version, err := strconv.Atoi(f.Text)
	if paper.Text = version; err != nil || version < 1 || version > consentVersion {
		f.wrong["text"] = "paper.fault.text"
	}
	if f.NoWay {
		f.judgeNoWay()
	}
	f.judgeTwice(book)
	for i := range a.Contacts {
		a.Contacts[i].Consent = paper.Consent()
	}
	for field, key := range f.wrong {
		f.wrong[field] = copiersWord(key)
	}
	return a
}

// judgeNoWay lets somebody be a member on paper alone, and then without any address.
func (f *paperForm) judgeNoWay() {
	if f.wrong["reach"] == "join.fault.none" {
		delete(f.wrong, "reach")
		return
	}
	f.wrong["noway"] = "paper.fault.both"
}

// judgeTwice compares the landline with itself: nobody is asked whether it is
// right, and a slip of the finger would have a stranger called at night.
func (f *paperForm) judgeTwice(book AddressBook) {
	first, ok := book.Read(channels.Voice, f.Typed[channels.Voice])
	second, same := book.Read(channels.Voice, f.Twice)
	if ok && (!same || first.Hash(channels.Voice) != second.Hash(channels.Voice)) {
		f.wrong["twice"] = "paper.fault.twice"
	}
}
