package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/store"
)

// Every language says the same things, with the same places in them, and has
// words for every key that the code names.
func TestWordsOfTheDoctor(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	english, err := loadDoctorWords(broker.English)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range broker.Langs() {
		words, err := loadDoctorWords(lang)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := slices.Sorted(maps.Keys(words)), slices.Sorted(maps.Keys(english)); !slices.Equal(got, want) {
			t.Errorf("%s has other keys than English", lang)
		}
		for key, text := range words {
			got, want := place.FindAllString(text, -1), place.FindAllString(english[key], -1)
			slices.Sort(got)
			slices.Sort(want)
			if text == "" || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q has the places %v, want %v", lang, key, text, got, want)
			}
		}
	}
	for _, key := range keysOfTheDoctor(t) {
		if english[key] == "" {
			t.Errorf("there are no words for %s", key)
		}
	}
}

// keysOfTheDoctor are the keys that its code names.
func keysOfTheDoctor(t *testing.T) (keys []string) {
	t.Helper()
	named := regexp.MustCompile(`"((?:cause|config|files|data|disk|database|tables|nats|streams|durables|redis|channel|clock|web|oidc|node|metrics|keep|trial)\.[a-z]+)"`)
	files, err := filepath.Glob("doctor*.go")
	if err != nil {
		t.Fatal(err)
	}
	notWords := []string{"web.listen", "nats.listen", "nats.url", "nats.credentials", "metrics.listen", "redis.url", "database.url", "trial.enabled", "channel.ok", "channel.refused"}
	for _, file := range files {
		if file == "doctor_test.go" {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllSubmatch(code, -1) {
			if key := string(found[1]); !slices.Contains(notWords, key) {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) < 40 {
		t.Fatalf("only %d keys were found: the pattern is wrong", len(keys))
	}
	return keys
}

func TestFindings(t *testing.T) {
	for name, tc := range map[string]struct {
		found []finding
		state findingState
		text  string
	}{
		"clocks agree":              {clockOf("redis.url", -time.Second), findingOK, "clock.ok"},
		"a clock is behind":         {clockOf("redis.url", -3*time.Second), findingWarning, "clock.off"},
		"a clock is far ahead":      {clockOf("redis.url", time.Hour), findingBroken, "clock.off"},
		"no tables":                 {tables("x", store.Inspection{Known: 23}), findingOK, "tables.none"},
		"tables before the upgrade": {tables("x", store.Inspection{Step: 22, Known: 23}), findingWarning, "tables.older"},
		"tables of a newer program": {tables("x", store.Inspection{Step: 24, Known: 23}), findingBroken, "tables.newer"},
		"a stream with other settings": {streamsOf("x", jetstream.Inspection{Streams: []jetstream.StreamState{{Name: "RELAIS_WORK", Differs: "Replicas"}}}),
			findingWarning, "streams.differ"},
		"a copy is away": {streamsOf("x", jetstream.Inspection{Streams: []jetstream.StreamState{{Name: "RELAIS_WORK", Behind: true}}}),
			findingWarning, "streams.behind"},
	} {
		if len(tc.found) != 1 || tc.found[0].state != tc.state || tc.found[0].text != tc.text {
			t.Errorf("%s: got %+v, want %s %s", name, tc.found, tc.state, tc.text)
		}
	}
}
