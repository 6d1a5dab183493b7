package push

import (
	"bytes"
	"crypto/ecdh"
	"net/url"
	"testing"
)

// RFC 8291, Appendix A.
const (
	exampleText       = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24"
	exampleSender     = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
	exampleBrowser    = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
	exampleBrowserPub = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	exampleAuth       = "BTBZMqHH6r4Tts7J_aSIgg"
	exampleSalt       = "DGv6ra1nlYgDCS1FRnbzlw"
	exampleBody       = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml" +
		"mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT" +
		"pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)

func TestEncryptGivesTheExampleOfRFC8291(t *testing.T) {
	sender, err := ecdh.P256().NewPrivateKey(unb64(t, exampleSender))
	if err != nil {
		t.Fatal(err)
	}
	receiver, err := ecdh.P256().NewPublicKey(unb64(t, exampleBrowserPub))
	if err != nil {
		t.Fatal(err)
	}
	to := Subscription{endpoint: &url.URL{}, key: receiver, auth: unb64(t, exampleAuth)}

	got, err := encrypt(unb64(t, exampleText), to, agreed(t, sender, to), [saltLen]byte(unb64(t, exampleSalt)))
	if err != nil {
		t.Fatal(err)
	}
	if b64(got) != exampleBody {
		t.Errorf("got  %s\nwant %s", b64(got), exampleBody)
	}
}

// The decrypter that the other tests trust reads the RFCs' own examples.
func TestTheTestsBrowserReadsTheExamples(t *testing.T) {
	key, err := ecdh.P256().NewPrivateKey(unb64(t, exampleBrowser))
	if err != nil {
		t.Fatal(err)
	}
	got, err := browser{key, unb64(t, exampleAuth)}.open(unb64(t, exampleBody))
	if want := unb64(t, exampleText); err != nil || !bytes.Equal(got, want) {
		t.Errorf("RFC 8291, Appendix A: got %q, %v, want %q", got, err, want)
	}

	for _, example := range []struct{ name, key, body string }{
		{"RFC 8188, 3.1", "yqdlZ-tYemfogSmv7Ws5PQ", "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg"},
		{"RFC 8188, 3.2", "BO3ZVPxUlnLORbVGMpbT1Q", "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA"},
	} {
		got, err := openRecords(unb64(t, example.body), unb64(t, example.key))
		if want := "I am the walrus"; err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", example.name, got, err, want)
		}
	}
}

func TestSealIsReadByTheBrowserAndNeverTheSame(t *testing.T) {
	b := newBrowser(t)
	to, err := ParseSubscription([]byte(b.subscription("https://fcm.googleapis.com/wp/x")))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 100, maxPlaintext} {
		want := bytes.Repeat([]byte{2}, size) // the delimiter's own value
		first, err := seal(want, to, fresh(t, to))
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.open(first)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d bytes, %v", size, len(got), err)
		}
		second, err := seal(want, to, fresh(t, to))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(first[:saltLen], second[:saltLen]) || bytes.Equal(first[21:headerLen], second[21:headerLen]) {
			t.Errorf("%d bytes: two messages share salt or key", size)
		}
	}
	if _, err := seal(make([]byte, maxPlaintext+1), to, fresh(t, to)); err == nil {
		t.Error("a payload that fits no record was encrypted")
	}
}
