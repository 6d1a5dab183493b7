package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// PLP.md, rule 12: texts never appear in logs, however they get there.
func TestTextNeverPrints(t *testing.T) {
	text := Text{Title: "secret title", Body: "secret body"}
	m := Message{Zone: "demo", Texts: map[Lang]Text{French: text}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		for _, value := range []any{text, &text, m, &m, m.Texts, []Text{text}} {
			if got := fmt.Sprintf(verb, value, value); strings.Contains(got, "secret") || strings.Contains(got, "736563726574") {
				t.Errorf("%s of %T prints %q", verb, value, got)
			}
		}
	}
	var logged strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("a message", "text", text, "message", m, "pointer", &m, "error", fmt.Errorf("send %v", text))
	}
	if strings.Contains(logged.String(), "secret") {
		t.Errorf("logged %q", logged.String())
	}
}

func TestTextIsWrittenAsJSON(t *testing.T) {
	data, err := json.Marshal(Text{Title: "a", Body: "b"})
	if err != nil || string(data) != `{"title":"a","body":"b"}` {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestHandlersAnswers(t *testing.T) {
	cause := errors.New("no answer")
	retry := &RetryError{After: time.Minute, Err: cause}
	if got, want := retry.Error(), "again in 1m0s: no answer"; got != want || !errors.Is(retry, cause) {
		t.Errorf("got %q, want %q around its cause", got, want)
	}
	drop := &DropError{Err: cause}
	if got := drop.Error(); got != "no answer" || !errors.Is(drop, cause) {
		t.Errorf("got %q", got)
	}
}
