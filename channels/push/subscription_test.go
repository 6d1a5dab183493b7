package push

import (
	"fmt"
	"strings"
	"testing"

	"relais/channels"
)

const (
	goodKey  = exampleBrowserPub
	goodAuth = exampleAuth
	goodURL  = "https://fcm.googleapis.com/wp/cLz0:APA91bF"
)

func subscriptionJSON(endpoint, key, auth string) string {
	return fmt.Sprintf(`{"endpoint":%q,"keys":{"p256dh":%q,"auth":%q}}`, endpoint, key, auth)
}

func TestParseSubscriptionSaysWhatIsWrong(t *testing.T) {
	offCurve := b64(append([]byte{4}, make([]byte, 64)...))
	for _, c := range []struct{ name, json, want string }{
		{"empty", ``, "the subscription is not the JSON of a PushSubscription"},
		{"no JSON", `https://fcm.googleapis.com/x`, "the subscription is not the JSON of a PushSubscription"},
		{"a list", `[]`, "the subscription is not the JSON of a PushSubscription"},
		{"null", `null`, "endpoint is missing"},
		{"two", subscriptionJSON(goodURL, goodKey, goodAuth) + `{}`, "the subscription has more after its closing brace"},
		{"huge", strings.Repeat(" ", maxSubscription) + subscriptionJSON(goodURL, goodKey, goodAuth), "the subscription is longer than 4096 bytes"},
		{"no endpoint", `{"keys":{}}`, "endpoint is missing"},
		{"long endpoint", subscriptionJSON(goodURL+strings.Repeat("x", maxEndpoint), goodKey, goodAuth), "endpoint is longer than 2048 bytes"},
		{"broken endpoint", subscriptionJSON("https://fcm.googleapis.com/%zz", goodKey, goodAuth), "endpoint is not a URL"},
		{"relative endpoint", subscriptionJSON("/wp/x", goodKey, goodAuth), "endpoint does not begin with https://"},
		{"http", subscriptionJSON("http://fcm.googleapis.com/wp/x", goodKey, goodAuth), "endpoint does not begin with https://"},
		{"no host", subscriptionJSON("https:///wp/x", goodKey, goodAuth), "endpoint names no host"},
		{"opaque", subscriptionJSON("https:fcm.googleapis.com", goodKey, goodAuth), "endpoint names no host"},
		{"user", subscriptionJSON("https://fcm.googleapis.com@10.0.0.1/x", goodKey, goodAuth), "endpoint holds a user name"},
		{"fragment", subscriptionJSON(goodURL+"#x", goodKey, goodAuth), "endpoint holds a fragment"},
		{"no keys", `{"endpoint":"` + goodURL + `"}`, "keys.p256dh is missing"},
		{"short key", subscriptionJSON(goodURL, goodKey[:80], goodAuth), "keys.p256dh is not 65 bytes in base64url without padding"},
		{"padded key", subscriptionJSON(goodURL, goodKey+"=", goodAuth), "keys.p256dh is not 65 bytes in base64url without padding"},
		{"plain base64", subscriptionJSON(goodURL, strings.ReplaceAll(goodKey, "_", "/"), goodAuth), "keys.p256dh is not base64url without padding"},
		{"line break", subscriptionJSON(goodURL, goodKey[:86]+"\n", goodAuth), "keys.p256dh is not base64url without padding"},
		{"off the curve", subscriptionJSON(goodURL, offCurve, goodAuth), "keys.p256dh is not a point on the curve P-256"},
		{"no auth", subscriptionJSON(goodURL, goodKey, ""), "keys.auth is missing"},
		{"long auth", subscriptionJSON(goodURL, goodKey, goodAuth+"AA"), "keys.auth is not 16 bytes in base64url without padding"},
		{"loose bits in auth", subscriptionJSON(goodURL, goodKey, goodAuth[:21]+"h"), "keys.auth is not base64url without padding"},
	} {
		_, err := ParseSubscription([]byte(c.json))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestASubscriptionHasOneAddressAndDoesNotPrint(t *testing.T) {
	spellings := []string{
		subscriptionJSON(goodURL, goodKey, goodAuth),
		fmt.Sprintf("{ \"keys\": {\"auth\": %q, \"p256dh\": %q}, \"expirationTime\": null,\n \"endpoint\": %q }", goodAuth, goodKey, goodURL),
	}
	var hashes []channels.AddressHash
	for _, spelling := range spellings {
		s, err := ParseSubscription([]byte(spelling))
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseSubscription([]byte(s.Address().Reveal()))
		if err != nil || again.Address() != s.Address() {
			t.Errorf("the address does not read as itself: %v", err)
		}
		hashes = append(hashes, s.Address().Hash(channels.Push))
		if got := fmt.Sprintf("%v %+v %#v %s", s, s, s, s); strings.Contains(got, "fcm") || strings.Contains(got, goodAuth) {
			t.Errorf("it prints itself: %s", got)
		}
	}
	if hashes[0] != hashes[1] {
		t.Error("two spellings of one subscription have two addresses")
	}
}

func FuzzParseSubscription(f *testing.F) {
	f.Add([]byte(subscriptionJSON(goodURL, goodKey, goodAuth)))
	f.Add([]byte(subscriptionJSON("http://127.0.0.1:1/x?a=b&c=d", goodKey, goodAuth)))
	f.Add([]byte(subscriptionJSON("https://[::1]:443/%41", goodKey, goodAuth)))
	f.Add([]byte(`{"keys":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSubscription(data)
		if err != nil {
			return
		}
		if s.endpoint.Scheme != "https" || s.endpoint.Hostname() == "" || s.endpoint.User != nil {
			t.Errorf("took the endpoint %q", s.endpoint)
		}
		again, err := ParseSubscription([]byte(s.Address().Reveal()))
		if err != nil {
			t.Fatalf("its own address is refused: %v", err)
		}
		if got, want := again.Address(), s.Address(); got != want {
			t.Errorf("got %s, want %s", got.Reveal(), want.Reveal())
		}
	})
}
