package channels_test

import (
	"testing"

	"relais/channels"
)

func TestRenderedForgetsTheOldest(t *testing.T) {
	kept := channels.NewRendered[string, string](2)
	for _, name := range []string{"a", "b", "a", "c", "d"} {
		kept.Put(name, "said by "+name)
	}
	kept.Put("d", "said later")
	for name, want := range map[string]bool{"a": false, "b": false, "c": true, "d": true} {
		if said, ok := kept.Get(name); ok != want || ok && said != "said by "+name {
			t.Errorf("%s: kept %q (%v), want kept: %v", name, said, ok, want)
		}
	}
}
