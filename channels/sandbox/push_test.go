package sandbox

import (
	"crypto/ecdh"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/channels"
)

// The example of RFC 8291, 5 and appendix A.
func TestDecryptRFC8291(t *testing.T) {
	private, err := ecdh.P256().NewPrivateKey(unbase64(t, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	sub := &subscription{private: private}
	copy(sub.auth[:], unbase64(t, "BTBZMqHH6r4Tts7J_aSIgg"))
	body := unbase64(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	got, err := sub.decrypt(body)
	if err != nil || string(got) != "When I grow up, I want to be a watermelon" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, broken := range map[string][]byte{
		"no header":  body[:20],
		"no key":     append(append([]byte{}, body[:20]...), 0),
		"bent":       append(append([]byte{}, body[:len(body)-1]...), body[len(body)-1]^1),
		"small rs":   append(append(append([]byte{}, body[:16]...), 0, 0, 0, 17), body[20:]...),
		"two record": append(append(append([]byte{}, body[:16]...), 0, 0, 0, 20), body[20:]...),
	} {
		if got, err := sub.decrypt(broken); err == nil {
			t.Errorf("%s: got %q, want an error", name, got)
		}
	}
}

func TestPush(t *testing.T) {
	s := start(t, nil)
	p := newPusher(t, s)
	id := uuid.Must(uuid.NewV7())
	payload := `{"id":"` + id.String() + `","title":"Alerte","body":"Restez chez vous.","url":"https://relais.example/m/1","actions":[{"action":"open","title":"Lire"}]}`
	said := p.send(payload, map[string]string{"Urgency": "high"})
	location := said.head.Get("Location")
	if said.status != http.StatusCreated || !strings.HasPrefix(location, s.URL()+"/push/message/") {
		t.Fatalf("got %d %q, Location %q", said.status, said.body, location)
	}
	got := s.Taken()[0]
	want := Item{
		N: 1, Channel: channels.Push, At: got.At, To: p.endpoint,
		Subject: "Alerte", Text: "Restez chez vous.", Payload: payload, Link: "https://relais.example/m/1", Actions: []string{"Lire"},
		Ref: location, Delivery: channels.DeliveryID{UUID: id},
		Headers: map[string]string{"TTL": "60", "Urgency": "high"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if n := s.CopiesOf(channels.Push, p.endpoint, id.String()); n != 1 {
		t.Errorf("got %d copies, want 1", n)
	}
}

func TestPushTopicReplaces(t *testing.T) {
	s := start(t, nil)
	p, other := newPusher(t, s), newPusher(t, s)
	for _, from := range []struct {
		by    *pusher
		topic string
	}{{p, "a"}, {p, "b"}, {p, "a"}, {other, "a"}, {p, ""}, {p, ""}} {
		head := map[string]string{}
		if from.topic != "" {
			head["Topic"] = from.topic
		}
		if got := from.by.send(`{"title":"x"}`, head); got.status != http.StatusCreated {
			t.Fatalf("got %d %s", got.status, got.body)
		}
	}
	var replaced []int
	for _, it := range s.Taken() {
		if it.Replaced {
			replaced = append(replaced, it.N)
		}
	}
	if diff := cmp.Diff([]int{1}, replaced); diff != "" {
		t.Errorf("replaced (-want +got):\n%s", diff)
	}
}

func TestPushRefusesWhatAServiceWould(t *testing.T) {
	s := start(t, nil)
	p := newPusher(t, s)
	elsewhere := newPusher(t, s)
	elsewhere.endpoint = p.endpoint // sealed for another browser
	hour := time.Now().Add(time.Hour).Unix()
	none := "\x00"
	cases := []struct {
		name   string
		by     *pusher
		head   map[string]string
		status int
		says   string
	}{
		{"no TTL", p, map[string]string{"TTL": none}, 400, "TTL"},
		{"no encoding", p, map[string]string{"Content-Encoding": none}, 400, "Content-Encoding"},
		{"odd urgency", p, map[string]string{"Urgency": "now"}, 400, "Urgency"},
		{"long topic", p, map[string]string{"Topic": strings.Repeat("a", 33)}, 400, "Topic"},
		{"another's key", elsewhere, nil, 400, "not made for this subscription"},
		{"no sender", p, map[string]string{"Authorization": none}, 401, "scheme vapid"},
		{"other audience", p, map[string]string{"Authorization": p.vapid("ES256", "https://fcm.googleapis.com", hour)}, 401, "aud"},
		{"expired", p, map[string]string{"Authorization": p.vapid("ES256", s.URL(), hour-7200)}, 401, "expired"},
		{"too long valid", p, map[string]string{"Authorization": p.vapid("ES256", s.URL(), hour+86400)}, 401, "24 hours"},
		{"other algorithm", p, map[string]string{"Authorization": p.vapid("none", s.URL(), hour)}, 401, "ES256"},
		{"no k", p, map[string]string{"Authorization": strings.Split(p.vapid("ES256", s.URL(), hour), ", k=")[0]}, 401, "lacks t or k"},
		{"another's signature", p, map[string]string{"Authorization": swapKey(t, p.vapid("ES256", s.URL(), hour))}, 401, "not by the key"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.by.send(`{"title":"x"}`, c.head)
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("got %d %q, want %d and %q", got.status, got.body, c.status, c.says)
			}
		})
	}
	if got := call(t, http.MethodPost, s.URL()+"/push/unknown", "", nil); got.status != http.StatusNotFound {
		t.Errorf("unknown subscription: got %d, want 404", got.status)
	}
	if got := call(t, http.MethodPost, p.endpoint, strings.Repeat("x", 4097), nil); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("4097 bytes: got %d, want 413", got.status)
	}
	if n := s.Count(channels.Push); n != 0 {
		t.Errorf("%d were taken, want none", n)
	}
}

func TestPushFaults(t *testing.T) {
	s := start(t, nil)
	p := newPusher(t, s)
	cases := []struct {
		name   string
		faults Faults
		status int
		after  string
		taken  int
	}{
		{"error", Faults{ErrorRate: 1}, 503, "", 0},
		{"throttle", Faults{ThrottleRate: 1, RetryAfter: 3 * time.Second}, 429, "3", 0},
		{"gone", Faults{Refuse: map[string]int{p.endpoint: 410}}, 410, "", 0},
		{"cut", Faults{CutRate: 1}, 0, "", 1},
		{"cut and lost", Faults{CutRate: 1, CutLost: 1}, 0, "", 1},
		{"slow", Faults{Latency: time.Millisecond}, 201, "", 2},
	}
	for _, c := range cases {
		if err := s.Set(channels.Push, c.faults); err != nil {
			t.Fatal(err)
		}
		got, err := do(p.request(`{"title":"x"}`, nil))
		if (err != nil) != (c.status == 0) {
			t.Fatalf("%s: got %v, want status %d", c.name, err, c.status)
		}
		if got.status != c.status || got.head.Get("Retry-After") != c.after {
			t.Errorf("%s: got %d, Retry-After %q", c.name, got.status, got.head.Get("Retry-After"))
		}
		if got := s.Count(channels.Push); got != c.taken {
			t.Errorf("%s: %d taken in all, want %d", c.name, got, c.taken)
		}
	}
}
