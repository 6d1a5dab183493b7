package broker

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Message is one publication of the police, as JSON on Subject
// relais.message.<zone>; docs/message.schema.json describes it for other
// programs. The field names follow CAP 1.2 where CAP has the field.
type Message struct {
	ID           MessageID       `json:"id"`
	Revision     int             `json:"revision"`               // from 1; an edit raises it
	Zone         ZoneID          `json:"zone"`                   // the zone whose police wrote it
	Partnerships []PartnershipID `json:"partnerships,omitempty"` // empty, and no area: the whole zone
	Area         []Area          `json:"area,omitempty"`         // where it is of use; those partnerships whose outline it meets get it
	Author       string          `json:"author"`                 // the officer, as shown to coordinators
	AuthorID     uuid.UUID       `json:"authorId,omitzero"`      // who that is, where they have signed in
	Via          string          `json:"via,omitempty"`          // the token of the program that published it; empty: none did
	Sent         time.Time       `json:"sent"`                   // when it was published
	Expires      time.Time       `json:"expires"`                // nothing is sent after it
	Kind         Kind            `json:"kind"`
	MsgType      MsgType         `json:"msgType"`
	Urgency      Urgency         `json:"urgency"`
	Severity     Severity        `json:"severity"`
	Certainty    Certainty       `json:"certainty"`
	References   []MessageID     `json:"references,omitempty"`   // what it answers, corrects, closes or cancels
	Clearance    string          `json:"clearance,omitempty"`    // for Missing: the reference of the magistrate's leave
	Override     string          `json:"override,omitempty"`     // why it may name what rule 2 of PLP.md rules out; empty: it does not
	PlainAccents bool            `json:"plainAccents,omitempty"` // an SMS may lose the accents that make it dearer, whatever the plans say
	Texts        map[Lang]Text   `json:"texts"`
	Picture      *Picture        `json:"picture,omitempty"` // nil: none
}

// ParseMessage reads one message as published. An unknown field is an error,
// for a misspelt "expires" must not be lost in silence. What the author left
// out gets its usual value; call Validate before you trust the rest.
func ParseMessage(data []byte) (Message, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var m Message
	if err := dec.Decode(&m); err != nil {
		return Message{}, decodeFault(err)
	}
	if dec.More() {
		return Message{}, &Fault{Field: "message", Problem: "has more after its closing brace", Remedy: "publish one message at a time"}
	}
	return m.WithUsual(), nil
}

// WithUsual gives what the author left out its usual value.
func (m Message) WithUsual() Message {
	if m.Revision == 0 {
		m.Revision = 1
	}
	if m.MsgType == "" {
		m.MsgType = TypeAlert
	}
	if m.Urgency == "" {
		m.Urgency = m.Kind.UsualUrgency()
	}
	if m.Severity == "" {
		m.Severity = SeverityUnknown
	}
	if m.Certainty == "" {
		m.Certainty = CertaintyUnknown
	}
	return m
}

// Corrects says whether the message is only for those who got the ones that it
// refers to: a correction, a withdrawal or a closing (PLP.md, rule 7). What has
// not gone out of those is stopped.
func (m Message) Corrects() bool { return m.Kind == Closing || m.MsgType != TypeAlert }

// Replaces says whether the message takes the place of those it refers to, also
// for whom they had not reached yet. What is withdrawn or closed needs no word
// to them.
func (m Message) Replaces() bool { return m.MsgType == TypeUpdate && m.Kind != Closing }

// Text returns the text for a reader of want: their own language, else the
// first of fallback that the message has, else any. Never a translation
// (PLP.md, "Belgium in practice").
func (m Message) Text(want Lang, fallback ...Lang) (Text, Lang) {
	if text, ok := m.Texts[want]; ok { // as nearly always, and asked for each member
		return text, want
	}
	for _, lang := range slices.Concat(fallback, Langs()) {
		if text, ok := m.Texts[lang]; ok {
			return text, lang
		}
	}
	return Text{}, want
}

// LogValue keeps the texts out of structured logs: a JSON handler would write
// them with the message.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", m.ID.String()), slog.Int("revision", m.Revision),
		slog.String("zone", string(m.Zone)), slog.String("kind", string(m.Kind)))
}
