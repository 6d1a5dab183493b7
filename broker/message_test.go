package broker

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
)

func TestParseMessageFillsInTheUsual(t *testing.T) {
	for kind, want := range map[Kind]Urgency{
		Alert: Immediate, Missing: Immediate, Hazard: Immediate,
		Appeal: Expected, Feedback: Expected, Closing: Expected,
		Prevention: Future, Info: Future, Test: Future,
	} {
		m, err := ParseMessage([]byte(`{"kind": "` + string(kind) + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		if m.Urgency != want {
			t.Errorf("%s: got urgency %s, want %s", kind, m.Urgency, want)
		}
		if m.Revision != 1 || m.MsgType != TypeAlert || m.Severity != SeverityUnknown || m.Certainty != CertaintyUnknown {
			t.Errorf("%s: got %d %s %s %s", kind, m.Revision, m.MsgType, m.Severity, m.Certainty)
		}
	}
	m, err := ParseMessage([]byte(`{"kind": "alert", "urgency": "future", "revision": 3, "severity": "minor"}`))
	if err != nil || m.Urgency != Future || m.Revision != 3 || m.Severity != SeverityMinor {
		t.Errorf("what the author wrote was changed: %v, %v", m, err)
	}
}

func TestParseMessageRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ data, field string }{
		"nothing":          {"", "message"},
		"no JSON":          {"alert!", "message"},
		"half of it":       {`{"zone": "de`, "message"},
		"a list":           {"[]", "message"},
		"two at once":      {`{"zone": "a"} {"zone": "b"}`, "message"},
		"unknown field":    {`{"zome": "a"}`, "zome"},
		"wrong type":       {`{"texts": {"fr": {"title": 3}}}`, "texts.title"},
		"malformed id":     {`{"id": "x"}`, "message"},
		"malformed expiry": {`{"expires": "tomorrow"}`, "message"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseMessage([]byte(tc.data))
			var fault *Fault
			if !errors.As(err, &fault) || fault.Field != tc.field {
				t.Errorf("got %v, want a Fault of %s", err, tc.field)
			}
		})
	}
}

func TestMessageText(t *testing.T) {
	m := Message{Texts: map[Lang]Text{Dutch: {Title: "nl"}, German: {Title: "de"}}}
	for _, tc := range []struct {
		want     Lang
		fallback []Lang
		got      Lang
	}{
		{German, []Lang{Dutch}, German},          // their own
		{French, []Lang{German, Dutch}, German},  // the partnership's first that is there
		{French, []Lang{English, Dutch}, Dutch},  // its second
		{French, []Lang{English, French}, Dutch}, // any, in the order of Langs
	} {
		text, lang := m.Text(tc.want, tc.fallback...)
		if lang != tc.got || text.Title != string(tc.got) {
			t.Errorf("Text(%s, %v): got %s, want %s", tc.want, tc.fallback, lang, tc.got)
		}
	}
	if text, lang := (Message{}).Text(French); text != (Text{}) || lang != French {
		t.Errorf("a message without texts: got %s", lang)
	}
}

// Whatever comes in, ParseMessage answers; and what validates is the same
// message after it was written and read again.
func FuzzParseMessage(f *testing.F) {
	files, err := filepath.Glob(exampleFiles)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(mustRead(f, file))
	}
	f.Add([]byte(`{"texts":{"fr":null},"references":[""]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMessage(data)
		if err != nil || m.Validate() != nil {
			return
		}
		first, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("a valid message cannot be written: %v", err)
		}
		again, err := ParseMessage(first)
		if err != nil || again.Validate() != nil {
			t.Fatalf("a valid message does not survive: %v, %v", err, again.Validate())
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(first) {
			t.Fatalf("got %s (%v), want %s", second, err, first)
		}
	})
}
