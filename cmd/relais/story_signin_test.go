package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"relais/channels"
)

// browser is somebody's, with its cookies and the page that it shows.
type browser struct {
	client *http.Client
	status int
	at     *url.URL
	page   string
}

func windowOf(ts *testscript.TestScript) *browser {
	s := ts.Value(villageKey{}).(*story)
	if s.browser == nil {
		jar, err := cookiejar.New(nil)
		ts.Check(err)
		s.browser = &browser{client: &http.Client{Jar: jar, Timeout: callPatience}}
	}
	return s.browser
}

// asks follows redirects, as browsers do, and shows what comes.
func (b *browser) asks(ts *testscript.TestScript, method, address string, form url.Values) {
	req, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(form.Encode()))
	ts.Check(err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(req)
	ts.Check(err)
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	ts.Check(err)
	b.status, b.at, b.page = answer.StatusCode, answer.Request.URL, string(page)
}

func addressOf(ts *testscript.TestScript, path string) string {
	if strings.HasPrefix(path, "/") {
		return villageOf(ts).node.url + path
	}
	return path
}

// cmdOpens follows a link, or types an address: opens /signin
func cmdOpens(ts *testscript.TestScript, _ bool, args []string) {
	windowOf(ts).asks(ts, http.MethodGet, addressOf(ts, args[0]), nil)
}

// cmdSends presses the button of a form: sends /signin email=anne@example.be
func cmdSends(ts *testscript.TestScript, _ bool, args []string) {
	form := url.Values{}
	for _, field := range args[1:] {
		name, value, _ := strings.Cut(field, "=")
		form.Add(name, value)
	}
	windowOf(ts).asks(ts, http.MethodPost, addressOf(ts, args[0]), form)
}

// cmdSees says where the browser is and what it shows: sees /account 'Sign out'
func cmdSees(ts *testscript.TestScript, neg bool, args []string) {
	b := windowOf(ts)
	if b.at == nil || !fits(args[0], b.at.Path) || regexp.MustCompile(args[1]).MatchString(b.page) == neg {
		ts.Fatalf("at %v, status %d, want %s and %q:\n%s", b.at, b.status, args[0], args[1], b.page)
	}
}

// fits says whether a path is the one wanted; a * at its end stands for anything.
func fits(want, path string) bool {
	head, open := strings.CutSuffix(want, "*")
	return path == want || open && strings.HasPrefix(path, head)
}

// cmdMailed keeps what the newest fitting email says in a variable: mailed CODE '\d{4} \d{4}'
func cmdMailed(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[1])
	err := until(context.Background(), func() (bool, error) {
		for _, item := range slices.Backward(villageOf(ts).sandbox.Taken()) {
			if item.Channel != channels.Email {
				continue
			}
			if found := pattern.FindString(item.Text); found != "" {
				ts.Setenv(args[0], found)
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		ts.Fatalf("no email holds %q: %v", args[1], err)
	}
}
