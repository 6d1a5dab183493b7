//go:build linux

package faultdrill

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/channels"
)

// person is one row in the lists of members.
type person struct {
	name  string
	in    []string // partnerships
	at    map[channels.Name]string
	leads bool // coordinator or deputy: gets notices besides
}

// rule is what a plan says of one kind: first reaches on one channel, all on each.
type rule struct{ first, all []channels.Name }

// plans is this package's own copy of what planText says, by partnership and kind.
func plans() map[string]map[string]rule {
	sms, email, push := channels.SMS, channels.Email, channels.Push
	plans := map[string]map[string]rule{
		"elm": {"alert": {first: []channels.Name{sms, email, push}}, "appeal": {first: []channels.Name{email, sms, push}}},
		"oak": {"alert": {first: []channels.Name{push, sms, email}}, "appeal": {first: []channels.Name{sms, email, push}}},
		"ash": {"alert": {all: []channels.Name{sms, email}}, "appeal": {first: []channels.Name{push, email, sms}}},
	}
	for _, by := range plans {
		by["prevention"] = rule{first: []channels.Name{email, sms, push}}
	}
	return plans
}

// sleeping is a partnership of the same zone that was not launched: its people
// are owed nothing.
const sleeping = "fir"

// planText writes the file that relais imports. Tips go with an infoflash at one minute of the day.
func planText(flash time.Time) string {
	var b strings.Builder
	b.WriteString("partnerships:\n")
	for _, id := range []string{"elm", "oak", "ash", sleeping} {
		stage, like := "launched", id
		if id == sleeping {
			stage, like = "preparation", "elm"
		}
		fmt.Fprintf(&b, `  - id: %[1]s
    zone: drill
    name: PLP %[1]s
    tag: PLP %[1]s
    languages: [fr]
    stage: %[5]s
    charter: {signed: 2026-01-15}
    plan:
      rules:
        - {kinds: [alert], approval: {by: police}, channels: %[2]s, when: now, ignore_quiet_hours: true}
        - {kinds: [appeal], approval: {by: police}, channels: %[3]s, when: now}
        - {kinds: [prevention], urgencies: [expected, future], approval: {by: police}, channels: {first: [email, sms, push]}, when: digest}
        - {approval: {by: coordinator, within: 24h}, channels: {first: [email, sms, push]}, when: now}
      digest: {every: day, at: %[4]q}
`, id, choice(plans()[like]["alert"]), choice(plans()[like]["appeal"]), flash.Format("15:04"), stage)
	}
	return b.String()
}

func choice(r rule) string {
	list := func(names []channels.Name) string {
		var words []string
		for _, n := range names {
			words = append(words, string(n))
		}
		return strings.Join(words, ", ")
	}
	if len(r.all) > 0 {
		return "{all: [" + list(r.all) + "]}"
	}
	return "{first: [" + list(r.first) + "]}"
}

// populate makes n people for each partnership; every fourth is also in the next one. Four more sleep.
func populate(t *testing.T, n int, sandbox string) []*person {
	t.Helper()
	names := []string{"elm", "oak", "ash"}
	var people []*person
	for i := range 3 * n {
		home, k := i%3, len(people)
		p := &person{name: fmt.Sprintf("Person %d", k), in: []string{names[home]}, at: make(map[channels.Name]string), leads: i < 6}
		if i%4 == 3 && !p.leads {
			p.in = append(p.in, names[(home+1)%3])
		}
		if i%5 != 0 || p.leads {
			p.at[channels.SMS] = fmt.Sprintf("+32470%06d", k)
		}
		if i%5 < 3 {
			p.at[channels.Email] = fmt.Sprintf("person%d@drill.example", k)
		}
		if i%7 == 2 {
			p.at[channels.Push] = subscribe(t, sandbox)
		}
		people = append(people, p)
	}
	for i := range 4 {
		people = append(people, &person{name: fmt.Sprintf("Sleeper %d", i), in: []string{sleeping}, leads: i < 2, at: map[channels.Name]string{
			channels.SMS: fmt.Sprintf("+32471%06d", i), channels.Email: fmt.Sprintf("sleeper%d@drill.example", i),
		}})
	}
	return people
}

func subscribe(t *testing.T, sandbox string) string {
	t.Helper()
	answer, err := http.Post("http://"+sandbox+"/push/subscriptions", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("no subscription: %v, %s", err, answer.Status)
	}
	return strings.TrimSpace(string(text))
}

// writeLists writes a list of members for each partnership.
func writeLists(t *testing.T, dir string, people []*person) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for _, id := range []string{"elm", "oak", "ash", sleeping} {
		var b strings.Builder
		b.WriteString("name;language;mobile;email;push;role\n")
		leaders := 0
		for _, p := range people {
			if !slices.Contains(p.in, id) {
				continue
			}
			role := "member"
			if p.leads {
				role = []string{"coordinator", "deputy"}[leaders%2]
				leaders++
			}
			push := strings.ReplaceAll(p.at[channels.Push], `"`, `""`)
			if push != "" {
				push = `"` + push + `"`
			}
			fmt.Fprintf(&b, "%s;fr;%s;%s;%s;%s\n", p.name, p.at[channels.SMS], p.at[channels.Email], push, role)
		}
		files[id] = filepath.Join(dir, id+".csv")
		write(t, files[id], b.String())
	}
	return files
}
