package broker

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	schemaFile   = "../docs/message.schema.json"
	exampleFiles = "../docs/examples/*.json"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func checkBySchema(t *testing.T, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

// checkByProgram does what the program does with a publication.
func checkByProgram(data []byte) error {
	m, err := ParseMessage(data)
	if err != nil {
		return err
	}
	return m.Validate()
}

func TestExamples(t *testing.T) {
	schema := compileSchema(t)
	files, err := filepath.Glob(exampleFiles)
	if err != nil || len(files) < 5 {
		t.Fatalf("got examples %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := readFile(t, file)
			if err := checkBySchema(t, schema, data); err != nil {
				t.Errorf("schema: %v", err)
			}
			if err := checkByProgram(data); err != nil {
				t.Errorf("program: %v", err)
			}
		})
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// edited returns the alert of the examples after a change.
func edited(t *testing.T, edit func(message, french map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(readFile(t, "../docs/examples/alert.json"), &m); err != nil {
		t.Fatal(err)
	}
	edit(m, m["texts"].(map[string]any)["fr"].(map[string]any))
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// set returns an edit of one field; nil takes it out.
func set(field string, value any) func(m, fr map[string]any) {
	return func(m, _ map[string]any) {
		if m[field] = value; value == nil {
			delete(m, field)
		}
	}
}

func setFrench(field, value string) func(m, fr map[string]any) {
	return func(_, fr map[string]any) { fr[field] = value }
}

// What the schema refuses the program refuses too, and names the field.
func TestBothRefuse(t *testing.T) {
	schema := compileSchema(t)
	for _, tc := range []struct {
		name, field string
		edit        func(m, fr map[string]any)
	}{
		{"no id", "id", set("id", nil)},
		{"empty id", "id", set("id", "00000000-0000-0000-0000-000000000000")},
		{"id of another form", "message", set("id", "alert 1")},
		{"revision too high", "revision", set("revision", 1000)},
		{"revision below one", "revision", set("revision", -1)},
		{"revision in words", "revision", set("revision", "one")},
		{"no zone", "zone", set("zone", nil)},
		{"zone of two tokens", "zone", set("zone", "liege.nord")},
		{"zone with a wildcard", "zone", set("zone", "*")},
		{"partnership in capitals", "partnerships[1]", set("partnerships", []string{"ok", "Tilleuls"})},
		{"partnerships not a list", "partnerships", set("partnerships", "tilleuls")},
		{"area that is a word", "area", set("area", "here")},
		{"area of nothing", "area[0]", set("area", []any{map[string]any{"areaDesc": "Rue Haute"}})},
		{"area with a code", "geocode", set("area", []any{map[string]any{"geocode": []string{"x"}}})},
		{"polygon of three", "area[0].polygon[0]", set("area", []any{map[string]any{"polygon": []string{"50,6 51,6 50,6"}}})},
		{"polygon of words", "area[0].polygon[0]", set("area", []any{map[string]any{"polygon": []string{"a,b c,d e,f a,b"}}})},
		{"circle without a radius", "area[0].circle[0]", set("area", []any{map[string]any{"circle": []string{"50.62,6.02"}}})},
		{"circle of NaN", "area[0].circle[0]", set("area", []any{map[string]any{"circle": []string{"50.62,6.02 NaN"}}})},
		{"no author", "author", set("author", " ")},
		{"author of two lines", "author", set("author", "a\nb")},
		{"long author", "author", set("author", strings.Repeat("a", 121))},
		{"no time of sending", "sent", set("sent", nil)},
		{"date without time", "message", set("sent", "2026-11-23")},
		{"no expiry", "expires", set("expires", nil)},
		{"no kind", "kind", set("kind", nil)},
		{"unknown kind", "kind", set("kind", "rumour")},
		{"unknown type", "msgType", set("msgType", "error")},
		{"urgency of CAP that we lack", "urgency", set("urgency", "past")},
		{"unknown severity", "severity", set("severity", "Severe")},
		{"unknown certainty", "certainty", set("certainty", "sure")},
		{"feedback on nothing", "references", set("kind", "feedback")},
		{"closing of nothing", "references", func(m, _ map[string]any) { m["kind"], m["references"] = "closing", []string{} }},
		{"cancel of nothing", "references", set("msgType", "cancel")},
		{"update of nothing", "references", set("msgType", "update")},
		{"empty reference", "references[0]", set("references", []string{"00000000-0000-0000-0000-000000000000"})},
		{"missing without leave", "clearance", set("kind", "missing")},
		{"blank leave", "clearance", func(m, _ map[string]any) { m["kind"], m["clearance"] = "missing", " " }},
		{"no texts", "texts", set("texts", nil)},
		{"empty texts", "texts", set("texts", map[string]any{})},
		{"fifth language", "texts", func(m, fr map[string]any) { m["texts"] = map[string]any{"it": fr} }},
		{"no title", "texts.fr.title", setFrench("title", "")},
		{"title of two lines", "texts.fr.title", setFrench("title", "a\nb")},
		{"long title", "texts.fr.title", setFrench("title", strings.Repeat("é", MaxTitle+1))},
		{"no body", "texts.fr.body", setFrench("body", "\n ")},
		{"long body", "texts.fr.body", setFrench("body", strings.Repeat("é", MaxBody+1))},
		{"control character", "texts.fr.body", setFrench("body", "a\u0007b")},
		{"picture with an alert", "picture", set("picture", map[string]any{"jpeg": "/9j/", "alt": map[string]any{"fr": "a"}})},
		{"picture that is a number", "picture.jpeg", set("picture", map[string]any{"jpeg": 7, "alt": map[string]any{"fr": "a"}})},
		{"picture without a word", "picture", set("picture", map[string]any{"jpeg": "/9j/"})},
		{"misspelt field", "expire", set("expire", "2026-11-24T00:00:00Z")},
		{"misspelt field of a text", "titel", setFrench("titel", "a")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := edited(t, tc.edit)
			if err := checkBySchema(t, schema, data); err == nil {
				t.Error("the schema takes it")
			}
			var fault *Fault
			if err := checkByProgram(data); !errors.As(err, &fault) {
				t.Fatalf("program: got %v, want a Fault", err)
			}
			if fault.Field != tc.field {
				t.Errorf("got field %q, want %q", fault.Field, tc.field)
			}
			if fault.Problem == "" || fault.Remedy == "" {
				t.Errorf("got %+v, want a problem and a remedy", fault)
			}
		})
	}
}

// Schema and program take the shapes of CAP.
func TestBothTakeAreas(t *testing.T) {
	data := edited(t, set("area", []any{map[string]any{
		"areaDesc": "Rue Haute", "polygon": []string{"50.62,6.02 50.62,6.04 50.63,6.04 50.62,6.02"}, "circle": []string{"-50.62,-6.02 1.5"},
	}}))
	if err := checkBySchema(t, compileSchema(t), data); err != nil {
		t.Errorf("schema: %v", err)
	}
	if err := checkByProgram(data); err != nil {
		t.Errorf("program: %v", err)
	}
}

// What only the program sees: places off the earth, lines that do not close.
func TestAreasThatAreNone(t *testing.T) {
	for field, area := range map[string]Area{
		"area[0].polygon[0]": {Polygon: []string{"50.62,6.02 50.62,6.04 50.63,6.04 50.63,6.02"}},
		"area[0].polygon[1]": {Polygon: []string{"50,6 50,7 51,7 50,6", "91,6 50,7 51,7 91,6"}},
		"area[0].circle[0]":  {Circle: []string{"50.62,6.02 101"}},
		"area[0].areaDesc":   {Desc: "two\nlines", Circle: []string{"50.62,6.02 1"}},
	} {
		if fault := checkArea(Message{Area: []Area{area}}); fault == nil || fault.Field != field {
			t.Errorf("%s: got %v", field, fault)
		}
	}
	if fault := checkArea(Message{Area: make([]Area, maxAreas+1)}); fault == nil || fault.Field != "area" {
		t.Errorf("too many: got %v", fault)
	}
}

// The longest that both take, counted in characters and not in bytes.
func TestBothTakeTheLongest(t *testing.T) {
	data := edited(t, func(m, fr map[string]any) {
		m["author"], fr["title"], fr["body"] = strings.Repeat("é", 120), strings.Repeat("é", MaxTitle), strings.Repeat("é\n", MaxBody/2)
	})
	if err := checkBySchema(t, compileSchema(t), data); err != nil {
		t.Errorf("schema: %v", err)
	}
	if err := checkByProgram(data); err != nil {
		t.Errorf("program: %v", err)
	}
}

// Schema and code have the same fields and the same words.
func TestSchemaHasTheWordsOfTheCode(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Enum        []string       `json:"enum"`
			Description string         `json:"description"`
			Properties  map[string]any `json:"properties"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(readFile(t, schemaFile), &schema); err != nil {
		t.Fatal(err)
	}
	var fields []string
	for i := range reflect.TypeFor[Message]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[Message]().Field(i).Tag.Get("json"), ",")
		fields = append(fields, name)
		if schema.Properties[name].Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
	slices.Sort(fields)
	if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(schema.Properties))); diff != "" {
		t.Errorf("fields (-code +schema)\n%s", diff)
	}
	if diff := cmp.Diff(names(Kinds()), schema.Properties["kind"].Enum); diff != "" {
		t.Errorf("kinds (-code +schema)\n%s", diff)
	}
	languages := names(Langs())
	slices.Sort(languages)
	if diff := cmp.Diff(languages, slices.Sorted(maps.Keys(schema.Properties["texts"].Properties))); diff != "" {
		t.Errorf("languages (-code +schema)\n%s", diff)
	}
	for field, words := range map[string][]string{
		"msgType":   {"alert", "update", "cancel"},
		"urgency":   {"immediate", "expected", "future"},
		"severity":  {"extreme", "severe", "moderate", "minor", "unknown"},
		"certainty": {"observed", "likely", "possible", "unlikely", "unknown"},
	} {
		if diff := cmp.Diff(words, schema.Properties[field].Enum); diff != "" {
			t.Errorf("%s (-want +schema)\n%s", field, diff)
		}
		for _, word := range words {
			if err := checkByProgram(edited(t, func(m, _ map[string]any) {
				m[field], m["references"] = word, []string{"019ab1c2-7d10-7a3e-9c41-2f6b8d0e5a99"}
			})); err != nil {
				t.Errorf("%s %s: %v", field, word, err)
			}
		}
	}
}
