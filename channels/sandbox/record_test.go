package sandbox

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
)

func TestTheRecordKeepsTheNewestAndCountsAll(t *testing.T) {
	s := start(t, func(c *Config) { c.Keep = 3 })
	for i := range 10 {
		s.record.add(taken{item: Item{Channel: channels.SMS, To: "+32470123456", Text: decimal(i)}})
	}
	var kept []string
	for _, it := range s.Taken() {
		kept = append(kept, fmt.Sprint(it.N, " ", it.Text))
	}
	if diff := cmp.Diff([]string{"8 7", "9 8", "10 9"}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if s.Count(channels.SMS) != 10 || s.CopiesOf(channels.SMS, "+32470123456", "0") != 1 || s.Repeats() != 0 {
		t.Errorf("got %d taken, %d copies, %d repeats; want 10, 1, 0", s.Count(channels.SMS), s.CopiesOf(channels.SMS, "+32470123456", "0"), s.Repeats())
	}
	for n, want := range map[int]bool{-1: false, 0: false, 7: false, 8: true, 10: true, 11: false} {
		if _, ok := s.record.get(n); ok != want {
			t.Errorf("get(%d): got %v, want %v", n, ok, want)
		}
	}
}

func TestTheRecordFindsRepeats(t *testing.T) {
	s := start(t, func(c *Config) { c.Keep = 1 })
	for _, it := range []Item{
		{Channel: channels.SMS, To: "a", Text: "x"},
		{Channel: channels.SMS, To: "a", Text: "x"},
		{Channel: channels.SMS, To: "a", Text: "y"},
		{Channel: channels.SMS, To: "b", Text: "x"},
		{Channel: channels.Push, To: "a", Payload: "x"},
		{Channel: channels.Email, To: "a", Ref: "x"},
		{Channel: channels.SMS, To: "a", Text: "x"},
	} {
		s.record.add(taken{item: it})
	}
	got := []int{s.CopiesOf(channels.SMS, "a", "x"), s.CopiesOf(channels.SMS, "b", "x"), s.CopiesOf(channels.SMS, "c", "x"), s.Repeats()}
	if diff := cmp.Diff([]int{3, 1, 0, 2}, got); diff != "" {
		t.Errorf("copies and repeats (-want +got):\n%s", diff)
	}
}

// A replaced push that is no longer kept must not mark whatever stands in its place.
func TestReplacingWhatIsNoLongerKept(t *testing.T) {
	r := newRecord(2)
	push := Item{Channel: channels.Push, To: "e", Headers: map[string]string{"Topic": "a"}}
	r.add(taken{item: push, topic: topicOf(push)})
	r.add(taken{item: Item{Channel: channels.SMS}})
	r.add(taken{item: Item{Channel: channels.SMS}}) // takes the push's place
	r.add(taken{item: push, topic: topicOf(push)})
	for _, kept := range r.newest(2, func(Item) bool { return true }) {
		if kept.item.Replaced || kept.replaces != 0 {
			t.Errorf("message %d: replaced %v, replaces %d; want neither", kept.item.N, kept.item.Replaced, kept.replaces)
		}
	}
	if len(r.topics) != 1 {
		t.Errorf("got %d topics remembered, want 1", len(r.topics))
	}
}

func TestWatchersSeeEachItemUntilTheyStop(t *testing.T) {
	s := start(t, nil)
	var mu sync.Mutex
	seen := make(map[int]int)
	stop := s.OnItem(func(it Item) {
		mu.Lock()
		defer mu.Unlock()
		seen[it.N]++
	})
	var adding sync.WaitGroup
	for range 100 {
		adding.Go(func() { s.record.add(taken{item: Item{Channel: channels.SMS}}) })
	}
	adding.Wait()
	stop()
	s.record.add(taken{item: Item{Channel: channels.SMS}})
	if len(seen) != 100 {
		t.Errorf("saw %d items, want 100", len(seen))
	}
	for n, times := range seen {
		if times != 1 {
			t.Errorf("item %d: seen %d times", n, times)
		}
	}
}

func TestAnItemDoesNotPrintItself(t *testing.T) {
	it := Item{N: 4, Channel: channels.SMS, To: "+32470123456", Text: "secret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, it); got != "[sms 4]" {
			t.Errorf("%s: got %s", verb, got)
		}
	}
	if got := it.LogValue().String(); got != "[sms 4]" {
		t.Errorf("log: got %s", got)
	}
}

func TestFaultsOverHTTP(t *testing.T) {
	s := start(t, nil)
	body := `{"latency":"250ms","errorRate":0.1,"throttleRate":0.2,"retryAfter":"2s","cutRate":0.3,"cutLost":0.5,` +
		`"refuse":{"+32470000001":21610},"undelivered":{"+32470000002":30003},"duplicateCallbacks":1,"permuteCallbacks":true,"lateCallbacks":"1s"}`
	if got := call(t, http.MethodPut, s.URL()+"/faults/sms", body, nil); got.status != http.StatusNoContent {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	got := call(t, http.MethodGet, s.URL()+"/faults/sms", "", nil)
	if diff := cmp.Diff(body+"\n", got.body); got.status != http.StatusOK || diff != "" {
		t.Errorf("what was put is not what there is (-want +got):\n%s", diff)
	}
	for _, c := range []struct{ channel, body, says string }{
		{"fax", `{}`, "no stand-in"},
		{"sms", `{"latencie":"1s"}`, "latencie"},
		{"sms", `{"latency":"soon"}`, "250ms"},
		{"sms", `{"latency":"-1s"}`, "negative"},
		{"sms", `{"cutRate":1.1}`, "cutRate"},
		{"sms", `{"cutRate":0.6,"errorRate":0.6}`, "cutRate"},
		{"sms", `{`, "EOF"},
	} {
		got := call(t, http.MethodPut, s.URL()+"/faults/"+c.channel, c.body, nil)
		if got.status != http.StatusBadRequest || !contains(got.body, c.says) {
			t.Errorf("%s %s: got %d %s", c.channel, c.body, got.status, got.body)
		}
	}
	if got := call(t, http.MethodGet, s.URL()+"/faults/fax", "", nil); got.status != http.StatusNotFound {
		t.Errorf("fax: got %d, want 404", got.status)
	}
	if s.faults.of(channels.SMS).CutRate != 0.3 {
		t.Error("a refused change changed something")
	}
}

// The same seed rolls the same faults.
func TestFaultsAreRepeatable(t *testing.T) {
	roll := func() (all []verdict) {
		f := newFaults(7)
		f.by[channels.SMS] = Faults{ErrorRate: .2, ThrottleRate: .2, CutRate: .4, CutLost: .5}
		for range 200 {
			_, v := f.draw(channels.SMS)
			all = append(all, v)
		}
		return all
	}
	first := roll()
	if diff := cmp.Diff(first, roll()); diff != "" {
		t.Errorf("two rolls differ:\n%s", diff)
	}
	counts := make(map[verdict]int)
	for _, v := range first {
		counts[v]++
	}
	for _, v := range []verdict{behave, fail, throttle, cutTaken, cutLost} {
		if counts[v] < 20 {
			t.Errorf("verdict %d came %d times of 200, want about 40", v, counts[v])
		}
	}
}
