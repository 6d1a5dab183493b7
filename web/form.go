package web

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"relais/broker"
)

// form is a message as somebody typed it. It is kept as typed until it is right.
type form struct {
	Base         string // the id that the page was given: sending the same form twice publishes once
	Zone         broker.ZoneID
	Kind         broker.Kind
	MsgType      broker.MsgType
	Reference    string
	Author       string
	All          bool // the whole zone
	Partnerships []string
	Street       string `json:"-"` // typed, and not found among the partnerships' yet
	Expires      string // local time of the desk, as a datetime-local field writes it
	Urgency      string
	Severity     string
	Certainty    string
	Clearance    string
	Override     string // why it may hold what could point at a person
	Plain        bool   `json:",omitempty"` // SMS lose the accents that make them dearer
	Texts        map[broker.Lang]broker.Text
	Picture      []byte                 `json:",omitempty"` // a JPEG, made to fit
	Alt          map[broker.Lang]string `json:",omitempty"` // what it shows
	Unusable     bool                   `json:"-"`          // a picture was chosen, and cannot be used
	Wait         bool                   `json:"-"`          // its forecast is asked for, however long that takes
	Anyway       bool                   `json:"-"`          // the author has seen what is alike; the message stays the same
}

// faults name what is wrong, by field of the form; the values are keys of the catalogue.
type faults map[string]string

// dateTimeLocal is how HTML writes a local date and time.
const dateTimeLocal = "2006-01-02T15:04"

func readForm(values url.Values) form {
	f := form{
		Base: values.Get("id"), Zone: broker.ZoneID(values.Get("zone")),
		Kind: broker.Kind(values.Get("kind")), MsgType: msgTypeOr(values.Get("type")),
		Reference: values.Get("ref"), Author: oneLine(values.Get("author")),
		All: values.Get("all") != "", Street: oneLine(values.Get("street")), Partnerships: values["partnership"],
		Expires: values.Get("expires"), Urgency: values.Get("urgency"),
		Severity: values.Get("severity"), Certainty: values.Get("certainty"),
		Clearance: oneLine(values.Get("clearance")), Override: oneLine(values.Get("override")), Anyway: values.Get("anyway") != "", Plain: values.Get("plain") != "", Wait: values.Get("wait") != "",
		Texts: make(map[broker.Lang]broker.Text), Alt: make(map[broker.Lang]string),
	}
	for _, lang := range broker.Langs() {
		t := broker.Text{Title: strings.TrimSpace(values.Get("title." + string(lang))), Body: strings.TrimSpace(unixLines(values.Get("body." + string(lang))))}
		if t.Title != "" || t.Body != "" {
			f.Texts[lang] = t
		}
		if alt := oneLine(values.Get("alt." + string(lang))); alt != "" {
			f.Alt[lang] = alt
		}
	}
	return f
}

// answers says whether the message is about an earlier one, and so goes to
// exactly those who got that one.
func (f form) answers() bool {
	return f.Kind.AnswersAnother() || f.MsgType == broker.TypeUpdate || f.MsgType == broker.TypeCancel
}

// message makes a message of the form, or says what is wrong with it.
func (f form) message(now time.Time, loc *time.Location) (broker.Message, faults) {
	wrong := make(faults)
	m := broker.Message{
		Revision: 1, Zone: f.Zone, Author: f.Author, Sent: now.UTC().Truncate(time.Second),
		Kind: f.Kind, MsgType: f.MsgType, Urgency: broker.Urgency(f.Urgency),
		Severity: broker.Severity(f.Severity), Certainty: broker.Certainty(f.Certainty),
		Clearance: f.Clearance, Override: f.Override, PlainAccents: f.Plain, Texts: f.Texts, Picture: f.picture(),
	}
	expires, err := time.ParseInLocation(dateTimeLocal, f.Expires, loc)
	if err != nil {
		wrong["expires"] = "fault.expires"
	}
	m.Expires = expires.UTC()
	if f.answers() {
		reference, err := broker.ParseMessageID(f.Reference)
		if err != nil {
			wrong["reference"] = "fault.reference"
		}
		m.References = []broker.MessageID{reference}
	}
	for _, id := range f.Partnerships {
		m.Partnerships = append(m.Partnerships, broker.PartnershipID(id))
	}
	if f.All {
		m.Partnerships = nil
	} else if len(m.Partnerships) == 0 && !f.answers() {
		wrong["partnerships"] = "fault.partnerships"
	}
	m.ID, err = f.id()
	if err != nil {
		wrong["form"] = "fault.form"
	}
	f.judge(m, wrong)
	return m, wrong
}

// judge adds what the message's own rules find, field by field. Validate stops
// at the first fault; whoever fills in a form wants to see them all.
func (f form) judge(m broker.Message, wrong faults) {
	if m.Author == "" {
		wrong["author"] = "fault.author"
	}
	if m.Kind == broker.Missing && m.Clearance == "" {
		wrong["clearance"] = "fault.clearance"
	}
	if len(m.Texts) == 0 {
		wrong["texts"] = "fault.texts"
	}
	wrong.sensitive(m)
	f.judgePicture(m, wrong)
	for lang, t := range m.Texts {
		alone := broker.Message{
			ID: broker.NewMessageID(), Revision: 1, Zone: "any", Author: "any", Sent: m.Sent, Expires: m.Sent.Add(time.Hour),
			Kind: broker.Info, MsgType: broker.TypeAlert, Urgency: broker.Future, Severity: broker.SeverityUnknown,
			Certainty: broker.CertaintyUnknown, Override: m.Override, Texts: map[broker.Lang]broker.Text{lang: t},
		}
		wrong.note(alone.Validate())
	}
	wrong.note(m.Validate())
}

// sensitive says beside each text what in it could point at a person, and asks
// for the reason (PLP.md, rule 2).
func (wrong faults) sensitive(m broker.Message) {
	if m.Override != "" {
		return
	}
	says := map[broker.Sensitive]string{broker.NumberPlate: "fault.plate", broker.PhoneNumber: "fault.phone", broker.NameAddress: "fault.person", broker.Face: "fault.face"}
	for _, found := range m.Findings() {
		field, _ := formField(found.Field)
		if _, known := wrong[field]; !known {
			wrong[field] = says[found.What]
		}
		wrong["override"] = "fault.override"
	}
}

// note files a fault under the form's field that it belongs to; the first word
// on a field stands. What no field explains is a fault of the form itself.
func (wrong faults) note(err error) {
	if err == nil {
		return
	}
	field, key := "form", "fault.form"
	var fault *broker.Fault
	if errors.As(err, &fault) {
		field, key = formField(fault.Field)
	}
	if _, known := wrong[field]; !known && (field != "form" || len(wrong) == 0) {
		wrong[field] = key
	}
}

// formField maps a field of broker.Fault to the form's, and to the sentence
// that says what is asked for there.
func formField(path string) (field, key string) {
	name, rest, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	switch name {
	case "texts":
		lang, part, _ := strings.Cut(rest, ".")
		if part == "" {
			return "texts", "fault.texts"
		}
		return part + "." + lang, "fault." + part
	case "picture":
		if part, lang, _ := strings.Cut(rest, "."); part == "alt" && lang != "" {
			return "alt." + lang, "fault.alt"
		}
		return "picture", "fault.picture"
	case "references":
		return "reference", "fault.reference"
	case "author", "expires", "partnerships", "clearance", "override":
		return name, "fault." + name
	}
	return "form", "fault.form"
}

// id follows from the page's own id and what was typed: a form sent twice
// publishes once, and one that was changed in between is another message.
func (f form) id() (broker.MessageID, error) {
	base, err := broker.ParseMessageID(f.Base)
	if err != nil {
		return base, err
	}
	typed, err := json.Marshal(f)
	if err != nil {
		return base, err
	}
	return broker.MessageID{UUID: broker.DeriveID(base.UUID, string(typed))}, nil
}

// has says whether a partnership is ticked.
func (f form) has(id broker.PartnershipID) bool { return slices.Contains(f.Partnerships, string(id)) }

// correcting starts a correction with what was written before.
func (f form) correcting(earlier broker.Message, now time.Time) form {
	f.Texts, f.Clearance, f.Plain = earlier.Texts, earlier.Clearance, earlier.PlainAccents
	if earlier.Picture != nil {
		f.Picture, f.Alt = earlier.Picture.JPEG, earlier.Picture.Alt
	}
	f.Urgency, f.Severity, f.Certainty = string(earlier.Urgency), string(earlier.Severity), string(earlier.Certainty)
	if earlier.Expires.After(now) {
		f.Expires = earlier.Expires.In(now.Location()).Format(dateTimeLocal)
	}
	return f
}
