package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v4"
)

// millis is how a time stands in a column: unix milliseconds, 0 for no time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// timeOf reads what millis wrote, in UTC.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// idOrNull writes no id as NULL.
func idOrNull(id uuid.UUID) any {
	if id == (uuid.UUID{}) {
		return nil
	}
	return id[:]
}

// asTime, asID and asFlag are scan targets for columns that need turning into
// something. They take what both drivers hand over: int64 and []byte.
type (
	asTime struct{ to *time.Time }
	asID   struct{ to *[16]byte }
	asFlag struct{ to *bool }
)

var errColumn = errors.New("a column holds something that Relais did not write")

// Scan reads unix milliseconds.
func (a asTime) Scan(from any) error {
	ms, ok := from.(int64)
	if !ok {
		return fmt.Errorf("%w: %T for a time", errColumn, from)
	}
	*a.to = timeOf(ms)
	return nil
}

// Scan reads 16 raw bytes; NULL is the zero id.
func (a asID) Scan(from any) error {
	raw, ok := from.([]byte)
	switch {
	case from == nil:
		*a.to = [16]byte{}
	case !ok || len(raw) != 16:
		return fmt.Errorf("%w: %T for an id", errColumn, from)
	default:
		*a.to = [16]byte(raw)
	}
	return nil
}

// Scan reads 0 or 1.
func (a asFlag) Scan(from any) error {
	n, ok := from.(int64)
	if !ok {
		return fmt.Errorf("%w: %T for a boolean", errColumn, from)
	}
	*a.to = n != 0
	return nil
}

// joinNames writes channel names with commas, which no name has.
func joinWords[W ~string](words []W) string {
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = string(w)
	}
	return strings.Join(plain, ",")
}

func splitWords[W ~string](joined string) []W {
	if joined == "" {
		return nil
	}
	var words []W
	for word := range strings.SplitSeq(joined, ",") {
		words = append(words, W(word))
	}
	return words
}

func toYAML(v any) (string, error) {
	text, err := yaml.Marshal(v)
	return string(text), err
}

func fromYAML(text string, v any) error { return yaml.Unmarshal([]byte(text), v) }
