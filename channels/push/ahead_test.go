package push

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"testing"
	"testing/synctest"
	"time"
)

func fresh(t testing.TB, to Subscription) agreement {
	t.Helper()
	by, err := agreeFresh(to.key)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func agreed(t testing.TB, sender *ecdh.PrivateKey, to Subscription) agreement {
	t.Helper()
	by, err := agree(sender, to.key)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func browserKey(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// holds says whether a browser that gets an agreement's public key comes to the
// same secret.
func holds(t *testing.T, browser *ecdh.PrivateKey, by agreement) bool {
	t.Helper()
	ours, err := ecdh.P256().NewPublicKey(by.public[:])
	if err != nil {
		t.Fatal(err)
	}
	shared, err := browser.ECDH(ours)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(shared, by.shared)
}

func TestAgreementsAreMadeInIdleTimeAndUsedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, used := newAhead(), make(map[[publicKeyLen]byte]bool)
		defer a.close()
		browsers := make([]*ecdh.PrivateKey, 100)
		for i := range browsers {
			browsers[i] = browserKey(t)
		}
		for message := range 3 {
			for _, browser := range browsers {
				if _, ready := a.made[deviceOf(browser.PublicKey())]; ready != (message > 0) {
					t.Fatalf("message %d: made ahead is %v", message, ready)
				}
				by, err := a.agree(browser.PublicKey())
				if err != nil {
					t.Fatal(err)
				}
				if used[by.public] || !holds(t, browser, by) {
					t.Fatalf("message %d: the agreement was used before, or is another browser's", message)
				}
				used[by.public] = true
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
	})
}

func TestNothingIsMadeAheadWhileCallsAreMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAhead()
		defer a.close()
		browser := browserKey(t)
		for range 20 {
			if _, err := a.agree(browser.PublicKey()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(aheadAfter - time.Millisecond)
			if len(a.made) > 0 {
				t.Fatal("one was made between two calls")
			}
		}
	})
}

func TestOnlySoManyAreMadeAhead(t *testing.T) {
	a := newAhead()
	defer a.close()
	key := browserKey(t).PublicKey()
	for range maxAhead + 10 {
		if _, ok := a.take(key); ok {
			t.Fatal("one was there")
		}
	}
	if len(a.wanted) != maxAhead {
		t.Errorf("%d are wanted, want %d", len(a.wanted), maxAhead)
	}
}
