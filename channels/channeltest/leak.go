package channeltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"relais/channels"
)

// leakIn says whether an error shows what it must not (PLP.md, rule 12), in
// any of the forms in which errors end up in logs. It does not repeat it.
func (s *suite) leakIn(d channels.Delivery, err error) error {
	words := append(confidential(d), s.provider.Secrets()...)
	for i, form := range forms(err) {
		if hit, found := holds(form, words); found {
			return fmt.Errorf("form %d of the error (%T) holds confidential string %d", i, err, hit)
		}
	}
	return nil
}

// forms returns an error as it is printed, and as JSON, with all that it wraps.
func forms(err error) []string {
	all := []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)}
	if data, jsonErr := json.Marshal(err); jsonErr == nil {
		all = append(all, string(data))
	}
	if inner := errors.Unwrap(err); inner != nil {
		all = append(all, forms(inner)...)
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, inner := range joined.Unwrap() {
			all = append(all, forms(inner)...)
		}
	}
	return all
}

// checkLogs looks for the same in what the channel has logged.
func (s *suite) checkLogs() error {
	logged := s.logs.String()
	words := s.provider.Secrets()
	for n := range int(s.used.Load()) {
		words = append(words, confidential(Delivery(n, s.provider.Address(n)))...)
	}
	if hit, found := holds(logged, words); found {
		return fmt.Errorf("the log holds confidential string %d", hit)
	}
	return nil
}

func holds(text string, words []string) (int, bool) {
	for i, word := range words {
		if word == "" {
			continue
		}
		for _, form := range []string{word, url.QueryEscape(word), url.PathEscape(word), strings.TrimPrefix(word, "+")} {
			if strings.Contains(text, form) {
				return i, true
			}
		}
	}
	return 0, false
}

// logBuffer collects what the channel logs, from many goroutines.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
