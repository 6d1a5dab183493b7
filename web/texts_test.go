package web

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Every language has the same keys, each with the same placeholders.
func TestCatalogueIsComplete(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(all[broker.English]))
	for _, lang := range broker.Langs() {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(all[lang]))); diff != "" {
			t.Errorf("%s has other keys than en (-want +got):\n%s", lang, diff)
		}
		for key, text := range all[lang] {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			english, own := placeholder.FindAllString(all[broker.English][key], -1), placeholder.FindAllString(text, -1)
			slices.Sort(english)
			slices.Sort(own)
			if diff := cmp.Diff(english, own); diff != "" {
				t.Errorf("%s: %s has other placeholders than en (-want +got):\n%s", lang, key, diff)
			}
		}
		for list, n := range map[string]int{"date.months": 12, "date.weekdays": 7} {
			if got := len(strings.Fields(all[lang][list])); got != n {
				t.Errorf("%s: %s has %d words, want %d", lang, list, got, n)
			}
		}
	}
}

// No French line begins with a sign: what French writes apart is held by a
// space that does not break. In an SMS that one, as the curved apostrophe, would
// cost the whole text its 160 characters (GSM 03.38), so there are none.
func TestFrenchSignsStayOnTheirLine(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	breaks := regexp.MustCompile(` [:;?!»]|« `)
	for key, text := range all[broker.French] {
		inSMS := strings.Contains(key, ".mail.sms") || strings.HasPrefix(key, "example.") || key == "invite.text"
		if inSMS && strings.ContainsAny(text, "\u00a0’") {
			t.Errorf("%s goes by SMS, and makes it dearer: %q", key, text)
		}
		if !inSMS && breaks.MatchString(text) {
			t.Errorf("%s may begin a line with a sign: %q", key, text)
		}
	}
}

// No key is there that nothing uses, and nothing uses a key that is not there.
func TestCatalogueIsUsed(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	keys, source := all[broker.English], ourSource(t)
	used := make(map[string]bool)
	for _, key := range familyKeys() {
		used[key] = true
	}
	for _, m := range regexp.MustCompile(`"([a-z]+(?:\.[a-zA-Z-]+)*)"`).FindAllStringSubmatch(source, -1) {
		for _, ending := range []string{"", ".one", ".other", ".title", ".text", ".next", ".you"} {
			used[m[1]+ending] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !used[key] {
			t.Errorf("nothing uses %q", key)
		}
	}
	for _, key := range familyKeys() {
		if _, ok := keys[key]; !ok {
			t.Errorf("%q is used, and is not there", key)
		}
	}
	for _, m := range regexp.MustCompile(`\bT\(?[ ]?"([a-z]+\.?[a-zA-Z.-]*[a-zA-Z])"`).FindAllStringSubmatch(source, -1) {
		if _, ok := keys[m[1]]; !ok && keys[m[1]+".title"] == "" {
			t.Errorf("%q is used, and is not there", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\bN\(?[ ]?"([a-z]+\.[a-zA-Z.]+)"`).FindAllStringSubmatch(source, -1) {
		if keys[m[1]+".one"] == "" || keys[m[1]+".other"] == "" {
			t.Errorf("%q is used for a count, and lacks .one or .other", m[1])
		}
	}
}

// familyKeys are the keys that the code puts together.
func familyKeys() []string {
	var keys []string
	add := func(prefix string, names ...string) {
		for _, name := range names {
			keys = append(keys, prefix+name)
		}
	}
	for _, kind := range broker.Kinds() {
		add("kind.", string(kind))
		add("example.", string(kind)+".title", string(kind)+".body")
	}
	add("asked.", string(subscribers.RoleCoordinator), string(subscribers.RoleDeputy), string(subscribers.RoleCommittee))
	for _, stage := range subscribers.Stages() {
		add("stage.", string(stage))
	}
	add("figures.length.", "1", "3", "12")
	add("figures.pace.", string(broker.Immediate), string(broker.Expected), string(broker.Future))
	add("officer.", "mandated", "officer", "admin")
	add("urgency.", string(broker.Immediate), string(broker.Expected), string(broker.Future))
	add("severity.", "extreme", "severe", "moderate", "minor", "unknown")
	add("certainty.", "observed", "likely", "possible", "unlikely", "unknown")
	for _, name := range []channels.Name{channels.SMS, channels.Email, channels.Push, channels.Voice} {
		add("by.", string(name))
		add("channel.", string(name))
	}
	for _, part := range barStates() {
		for _, state := range part.states {
			add("state.", string(state))
		}
	}
	add("dead.stage.", "")
	for _, stage := range broker.Stages() {
		add("dead.stage.", string(stage))
	}
	for _, reason := range reasons() {
		add("reason.", string(reason))
	}
	for _, how := range []subscribers.How{subscribers.HowLink, subscribers.HowInbox, subscribers.HowSMS, subscribers.HowTerminal, subscribers.HowDesk, subscribers.HowPlan, subscribers.HowRevision, subscribers.HowCancel} {
		add("how.", string(how))
	}
	for _, state := range []subscribers.ApprovalState{
		subscribers.ApprovalPending, subscribers.ApprovalHeld, subscribers.ApprovalQuestioned, subscribers.ApprovalApproved,
		subscribers.ApprovalRefused, subscribers.ApprovalLapsed, subscribers.ApprovalOverruled,
	} {
		add("outcome.", string(state)+".title")
	}
	add("outcome.", "approved", "approved.you", "refused", "refused.you")
	add("approve.again.", "approved", "refused", "held", "questioned")
	add("owed.ended.", string(subscribers.EndedByFeedback), string(subscribers.EndedByClosing), string(subscribers.EndedByCancel), string(subscribers.NotAllowed))
	add("standing.", "held", "held.you", "questioned", "questioned.you")
	add("journal.", "approved", "direct", "refused", "held", "resumed", "questioned", "answered", "released", "overruled", "lapsed", "replaced", "withdrawn")
	add("tab.", "members", "absences", "journal", "plan")
	add("compose.title.", "alert", "update", "cancel")
	for _, role := range subscribers.PostRoles() {
		add("post.", string(role))
		if role != subscribers.PostMember {
			add("role.", string(role))
		}
	}
	add("signin.fault.", string(subscribers.PassWrong), string(subscribers.PassExpired), string(subscribers.PassUsed), string(subscribers.PassWorn))
	add("people.stays.", "self", "admin", "coordinator", "deputy")
	add("people.fault.", "name", "email", "post", "left")
	for _, scope := range subscribers.TokenScopes() {
		add("tokens.scope.", string(scope))
	}
	add("tokens.fault.", "name", "scopes", "days")
	add("fault.", "title", "body", "author", "expires", "partnerships", "clearance")
	for _, name := range []string{"sms", "email", "voice"} {
		add("join.", name, name+".hint", "consent."+name, "fault."+name, "mail."+name)
		add("joining.asked.", name)
		if name != "voice" {
			add("paper.mail.", name)
			add("paper.did.", "unsent."+name)
			add("confirm.text.", name)
		}
		add("paper.did.", name)
	}
	for _, state := range []subscribers.ContactState{subscribers.ContactActive, subscribers.ContactStopped, subscribers.ContactClosed} {
		add("data.state.", string(state))
	}
	add("received.arrived.", "sms", "voice", "email", "push")
	add("passkey.mail.", "added", "added.title", "removed", "removed.title")
	add("paper.did.", "paper", "onfile", "sms.reply")
	add("paper.mail.", "sms.reply")
	add("renew.mail.", "title", "sms", "email", "voice")
	add("joining.fault.", "wrong", "expired", "used", "worn")
	for _, key := range []string{"token", "role", "origin", "notfound", "method", "host", "form", "internal"} {
		add("refused."+key, ".title", ".text", ".next")
	}
	return keys
}

// ourSource is the text of this package's Go files and templates.
func ourSource(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".html" {
			return nil
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestFill(t *testing.T) {
	for text, want := range map[string]string{
		"{n} of {all}, {n} times": "2 of {n}, 2 times", // what is filled in is not read again
		"{unknown} and {n}":       "{unknown} and 2",
		"{ {n} } and {n":          "{ 2 } and {n",
		"":                        "",
	} {
		if got := fill(text, []any{"n", 2, "all", "{n}", "n", 3}); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
