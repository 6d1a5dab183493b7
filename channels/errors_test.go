package channels

import (
	"errors"
	"fmt"
	"testing"
)

func TestClasses(t *testing.T) {
	for class, want := range map[Class]struct{ permanent, closes bool }{
		Retryable: {false, false},
		Throttled: {false, false},
		Ambiguous: {false, false},
		Rejected:  {true, false},
		Gone:      {true, true},
		OptedOut:  {true, true},
	} {
		if class.Permanent() != want.permanent || class.ClosesAddress() != want.closes {
			t.Errorf("%s: got permanent %v, closes %v", class, class.Permanent(), class.ClosesAddress())
		}
	}
}

func TestSendError(t *testing.T) {
	cause := errors.New("too many requests")
	for want, e := range map[string]*SendError{
		"throttled: too many requests":       {Class: Throttled, Err: cause},
		"throttled (429): too many requests": {Class: Throttled, Code: "429", Err: cause},
	} {
		if e.Error() != want || !errors.Is(e, cause) {
			t.Errorf("got %q, want %q around its cause", e, want)
		}
		if got := AsSendError(fmt.Errorf("send: %w", e)); got != e {
			t.Errorf("AsSendError loses %v", e)
		}
	}
	// Of any other error nobody can tell whether the provider took it.
	if got := AsSendError(cause); got.Class != Ambiguous || !errors.Is(got, cause) {
		t.Errorf("got %v, want ambiguous around its cause", got)
	}
}
