package sandbox

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

var formHead = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}

// A form sets what the API and the page then show, in the units of people.
func TestFaultsPageSetsWhatItShows(t *testing.T) {
	s := start(t, nil)
	form := url.Values{
		"latency": {"250"}, "errors": {"12,5"}, "throttled": {"10"}, "retryAfter": {"2.5"}, "cutBefore": {"5"}, "cutAfter": {"15"},
		"late": {"3"}, "twice": {"40"}, "permuted": {"on"}, "refuse": {"+32 470 12 34 56 21610\r\n\r\n"}, "undelivered": {"+32470000001 30003"},
	}
	got := call(t, http.MethodPost, s.URL()+"/faults/sms?lang=nl", form.Encode(), formHead)
	if got.status != http.StatusOK || !contains(got.body, `<html lang="nl">`) {
		t.Errorf("got %d, want the page in the language that was chosen", got.status)
	}
	want := Faults{
		Latency: 250 * time.Millisecond, ErrorRate: 0.125, ThrottleRate: 0.1, RetryAfter: 2500 * time.Millisecond, CutRate: 0.2, CutLost: 0.25,
		Refuse: map[string]int{"+32470123456": 21610}, Undelivered: map[string]int{"+32470000001": 30003},
		DuplicateCallbacks: 0.4, PermuteCallbacks: true, LateCallbacks: 3 * time.Second,
	}
	if diff := cmp.Diff(want, s.faults.of(channels.SMS)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, shown := range []string{`value="250"`, `value="12.5"`, `value="2.5"`, `name="cutBefore" value="5"`, `name="cutAfter" value="15"`, "21610", "checked", "Hapert"} {
		if !contains(got.body, shown) {
			t.Errorf("the page does not show %s", shown)
		}
	}
	call(t, http.MethodPost, s.URL()+"/faults/sms", "behave=yes&errors=50", formHead)
	if s.faults.of(channels.SMS).any() {
		t.Error("the stand-in was told to behave, and does not")
	}
}

func TestFaultsPageKeepsWhatIsWrong(t *testing.T) {
	s := start(t, nil)
	for name, tt := range map[string]struct{ form, says string }{
		"too much":      {"errors=60&throttled=30&cutAfter=20", "100 %"},
		"above all":     {"errors=101", "100 %"},
		"negative":      {"errors=-1", "-1"},
		"no number":     {"latency=soon", "soon"},
		"not a number":  {"errors=NaN", "NaN"},
		"infinite":      {"latency=Inf", "Inf"},
		"longer than a": {"late=1e9", "1e9"},
		"no code":       {"refuse=%2B32470123456", "32470123456"},
		"markup":        {"refuse=%3Cscript%3Ex", "&lt;script&gt;x"},
	} {
		got := call(t, http.MethodPost, s.URL()+"/faults/sms?lang=en", tt.form, formHead)
		if got.status != http.StatusUnprocessableEntity || !contains(got.body, `role="alert"`) || !contains(got.body, tt.says) {
			t.Errorf("%s: got %d, want 422 and a sentence with %q", name, got.status, tt.says)
		}
		if contains(got.body, "<script") || s.faults.of(channels.SMS).any() {
			t.Errorf("%s: it took effect", name)
		}
	}
}

func TestFaultsPageRefusesOthers(t *testing.T) {
	s := start(t, nil)
	cross := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
	for path, want := range map[string]int{"/faults": http.StatusForbidden, "/faults/sms": http.StatusForbidden} {
		if got := call(t, http.MethodPost, s.URL()+path, "errors=50", cross); got.status != want {
			t.Errorf("from another site, %s: got %d, want %d", path, got.status, want)
		}
	}
	if got := call(t, http.MethodPost, s.URL()+"/faults/fax", "errors=50", formHead); got.status != http.StatusNotFound {
		t.Errorf("a stand-in that is not there: got %d, want 404", got.status)
	}
	if got := call(t, http.MethodPost, s.URL()+"/faults/sms", strings.Repeat("errors=1&", 1<<18), formHead); got.status != http.StatusBadRequest {
		t.Errorf("a long form: got %d, want 400", got.status)
	}
}

func TestAllBehaveAgain(t *testing.T) {
	s := start(t, nil)
	for _, on := range shownChannels() {
		if err := s.Set(on, Faults{ErrorRate: 1}); err != nil {
			t.Fatal(err)
		}
	}
	page := call(t, http.MethodGet, s.URL()+"/faults?lang=de", "", nil)
	if n := strings.Count(page.body, "Gestört"); n != len(shownChannels()) || contains(page.body, "<script") {
		t.Errorf("%d stand-ins are shown as misbehaving, want all %d", n, len(shownChannels()))
	}
	call(t, http.MethodPost, s.URL()+"/faults", "", formHead)
	for _, on := range shownChannels() {
		if s.faults.of(on).any() {
			t.Errorf("%s still misbehaves", on)
		}
	}
}

func TestFaultsWordsAreThereInEveryLanguage(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	page, err := fs.ReadFile(pageFiles, "page/faults.html")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(texts.faults[broker.English]))
	for _, lang := range broker.Langs() {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(texts.faults[lang]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
	for _, key := range want {
		used := contains(string(page), `.T "`+key+`"`) || slices.Contains([]string{"taken", "someHint", "sum", "notNumber", "notLine", "latency", "errors",
			"throttled", "retryAfter", "cutBefore", "cutAfter", "late", "twice", "refuse", "undelivered", "whoAnswers"}, key)
		if !used {
			t.Errorf("nothing shows %q", key)
		}
	}
}

// A subscription made over HTTP receives, and can be refused by its last characters.
func TestSubscriptionsOverHTTP(t *testing.T) {
	s := start(t, nil)
	got := call(t, http.MethodPost, s.URL()+"/push/subscriptions", "", nil)
	var made struct{ Endpoint string }
	if err := json.Unmarshal([]byte(got.body), &made); err != nil || got.status != http.StatusCreated || !strings.HasPrefix(made.Endpoint, "https://") {
		t.Fatalf("got %d, %s", got.status, got.body)
	}
	at := strings.Replace(made.Endpoint, "https://", "http://", 1)
	if err := s.Set(channels.Push, Faults{Refuse: map[string]int{"…" + at[len(at)-6:]: http.StatusGone}}); err != nil {
		t.Fatal(err)
	}
	if got := call(t, http.MethodPost, at, "x", nil); got.status != http.StatusGone {
		t.Errorf("got %d, want 410", got.status)
	}
	if err := s.Set(channels.Push, Faults{}); err != nil {
		t.Fatal(err)
	}
	if got := call(t, http.MethodPost, at, "x", nil); got.status != http.StatusUnauthorized {
		t.Errorf("a browser that is there, without a signature: got %d, want 401", got.status)
	}
}
