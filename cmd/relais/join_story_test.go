package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"relais/broker"
	"relais/channels/sandbox"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// cmdJoins fills in the page for joining, and types the code that the SMS holds:
// joins NAME PARTNERSHIP NUMBER. In between, nobody counts more members.
func cmdJoins(ts *testscript.TestScript, _ bool, args []string) {
	d, id, number := villageOf(ts), broker.PartnershipID(args[1]), args[2]
	before := countMembers(ts, d, id)
	page := follows(ts, d.node.url+"/join/"+args[1], url.Values{"name": {args[0]}, "street": {"rue du Moulin"}, "number": {"7"}, "language": {"fr"}, "sms": {number}, "agree.sms": {"1"}})
	if got := countMembers(ts, d, id); got != before {
		ts.Fatalf("%d members before the code was typed, want %d", got, before)
	}
	code := regexp.MustCompile(`\d{4} \d{4}`).FindString(lastTo(ts, d, number).Text)
	mine := follows(ts, page, url.Values{"channel": {"sms"}, "code": {code}})
	if got := countMembers(ts, d, id); got != before+1 || !strings.Contains(mine, "/me/") {
		ts.Fatalf("%d members after the code was typed, want %d; at %s", got, before+1, mine)
	}
}

// cmdGets waits until the stand-in took a text for a number: gets NUMBER PATTERN
func cmdGets(ts *testscript.TestScript, _ bool, args []string) {
	d, pattern := villageOf(ts), regexp.MustCompile(args[1])
	ts.Check(until(context.Background(), func() (bool, error) { return pattern.MatchString(lastTo(ts, d, args[0]).Text), nil }))
}

func lastTo(ts *testscript.TestScript, d *demo, number string) (last sandbox.Item) {
	to, ok := roster.ReadAddress("sms", number)
	if !ok {
		ts.Fatalf("%s is no mobile number", number)
	}
	for _, item := range d.sandbox.Taken() {
		if item.To == to.Reveal() && item.N > last.N {
			last = item
		}
	}
	return last
}

func countMembers(ts *testscript.TestScript, d *demo, id broker.PartnershipID) int {
	found, err := d.node.store.Members(context.Background(), subscribers.Audience{Partnership: id}, subscribers.MemberID{}, 1000)
	ts.Check(err)
	return len(found)
}

// follows sends a form and returns the page that it leads to, as a browser does.
func follows(ts *testscript.TestScript, page string, form url.Values) string {
	answer, err := http.PostForm(page, form) //nolint:gosec // the page of the village
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Request.Method != http.MethodGet {
		ts.Fatalf("%s: %s", answer.Request.URL.Path, answer.Status)
	}
	next := *answer.Request.URL
	next.RawQuery = ""
	return next.String()
}
