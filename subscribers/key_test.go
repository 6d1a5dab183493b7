package subscribers_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"relais/channels"
	"relais/subscribers"
)

func TestKey(t *testing.T) {
	caps, err := subscribers.NewCapabilities(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	others, err := subscribers.NewCapabilities(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	who, now := subscribers.NewMemberID(), time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	key := caps.Key(who, now)
	if got, err := caps.CheckKey(key, now.Add(23*time.Hour)); err != nil || got != who {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := caps.CheckKey(key, now.Add(subscribers.KeyValidity)); !errors.Is(err, subscribers.ErrOldLink) {
		t.Errorf("after a day: %v", err)
	}
	delivery := caps.Token(subscribers.CanLeave, channels.DeliveryID{UUID: who.UUID})
	for name, token := range map[string]string{"empty": "", "cut": key[:len(key)-1], "changed": "A" + key[1:], "of a delivery": delivery, "of others": others.Key(who, now)} {
		if name == "changed" && key[0] == 'A' {
			token = "B" + key[1:]
		}
		if _, err := caps.CheckKey(token, now); !errors.Is(err, subscribers.ErrForgedLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !subscribers.IsKey(key) || subscribers.IsKey(delivery) {
		t.Error("the two forms of links are not told apart")
	}
}
