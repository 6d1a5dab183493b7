package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/store/storetest"
	"relais/subscribers"
)

// BenchmarkPages asks for every page, over HTTP, of an installation with 1,000
// partnerships, 300,000 members and two years of messages, and reports how long
// the answers take: the half, 99 of 100, and the slowest. Each request is about
// another partnership, message or member, so that little of what it needs was
// just read. RELAIS_BENCH_PARTNERSHIPS, _MEMBERS and _MESSAGES change the size,
// RELAIS_BENCH_ASKED how many partnerships have not answered one of the messages,
// RELAIS_TEST_DATABASE_URL adds PostgreSQL. Use -benchtime 200x: of fewer
// answers nobody can say what the slowest of 100 is.
func BenchmarkPages(b *testing.B) {
	databases := map[string]string{"sqlite": ""}
	if server := os.Getenv(storetest.PostgresVariable); server != "" {
		databases["postgres"] = storetest.Postgres(b, server)
	}
	for name, address := range databases {
		b.Run(name, func(b *testing.B) {
			c, who := openCrowd(b, address)
			for _, page := range append(append(c.deskPages(), c.inboxPages()...), c.memberPages()...) {
				b.Run(page.name, func(b *testing.B) { who.measure(b, page) })
			}
		})
	}
}

// askedPage is one page, of which each request may ask for another thing.
type askedPage struct {
	name string
	by   string // who asks; empty: anybody
	path func(i int) string
	form url.Values // nil: it is only read
	part bool       // a script asks for a part of the page
	ends string     // reading stops after this; empty: at the end
}

// askers are browsers in which somebody has signed in.
type askers struct {
	url  string
	open map[string]*http.Client
}

func (a askers) measure(b *testing.B, page askedPage) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		a.ask(b, page, i)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "worst-ms")
}

func (a askers) ask(b *testing.B, page askedPage, i int) {
	method := http.MethodGet
	if page.form != nil {
		method = http.MethodPost
	}
	path := page.path(i)
	req, err := http.NewRequestWithContext(b.Context(), method, a.url+path, strings.NewReader(page.form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if page.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	// As if from another visitor each time, behind a proxy: one alone may not ask so often.
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.1.%d.%d", i>>8&0xff, i&0xff))
	if page.part {
		req.Header.Set("HX-Request", "true")
	}
	answer, err := a.open[page.by].Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	size, err := readTo(answer.Body, page.ends)
	if err != nil {
		b.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || strings.HasPrefix(answer.Request.URL.Path, "/signin") && page.by != "" {
		b.Fatalf("%s: got %d from %s", path, answer.StatusCode, answer.Request.URL)
	}
	if i == 0 {
		b.ReportMetric(float64(size)/1000, "kB")
	}
}

func readTo(body io.Reader, end string) (size int, err error) {
	if end == "" {
		n, err := io.Copy(io.Discard, body)
		return int(n), err
	}
	part := make([]byte, 64)
	n, err := body.Read(part)
	if errors.Is(err, io.EOF) { // the message is done, and so is its stream
		err = nil
	}
	if err == nil && !strings.Contains(string(part[:n]), end) {
		err = fmt.Errorf("the answer begins with %q", part[:n])
	}
	return n, err
}

// openCrowd starts what serves pages, without what sends.
func openCrowd(b *testing.B, database string) (*crowd, askers) {
	b.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d := &demo{lifecycle: lifecycle{log: log}, dir: b.TempDir(), p: &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: os.Stderr, Environ: []string{"RELAIS_WEB_OPEN=false", "RELAIS_DATABASE_URL=" + database}}}
	standIns, err := sandbox.Start(b.Context(), sandbox.Config{AccountSID: demoAccount, AuthToken: channels.NewSecret(demoToken), Keep: 64}, log)
	if err != nil {
		b.Fatal(err)
	}
	d.started("stand-ins", standIns.Close)
	d.sandbox = standIns
	if err := d.writeConfig(wantedPorts(b.Context(), true)); err != nil {
		b.Fatal(err)
	}
	cfg, err := (&Globals{ConfigFile: d.file}).load(d.p)
	if err != nil {
		b.Fatal(err)
	}
	n := &node{lifecycle: lifecycle{log: log}, cfg: cfg, log: log}
	b.Cleanup(func() {
		ctx := context.WithoutCancel(b.Context())
		if err := n.stop(ctx); err != nil {
			b.Error(err)
		}
		if err := d.stop(ctx); err != nil {
			b.Error(err)
		}
	})
	if err := n.openStore(b.Context()); err != nil {
		b.Fatal(err)
	}
	c := fillCrowd(b, cfg, n.store)
	for _, start := range []func(context.Context) error{n.listen, n.openChannels, n.openBroker, n.openSeen, n.measure, n.followMessages, n.build, n.serveWeb} {
		if err := start(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	c.may = n.may
	return c, n.enter(b, c)
}

// enter signs in an administrator, a mandated officer and a coordinator.
func (n *node) enter(b *testing.B, c *crowd) askers {
	b.Helper()
	who := askers{url: n.url, open: map[string]*http.Client{"": {Timeout: callPatience}}}
	passes, err := openPasses(b.Context(), n.store)
	if err != nil {
		b.Fatal(err)
	}
	for name, email := range map[string]string{"admin": "ann@police.example", "mandated": "luc@police.example", "coordinator": "member.0@example.be"} {
		to := channels.NewAddress(email)
		account := subscribers.Account{ID: memberAt(0)} // whose address the database made, without its hash
		if name != "coordinator" {
			found, err := n.store.AccountsAt(b.Context(), to)
			if err != nil || len(found) != 1 {
				b.Fatalf("%s: %d accounts, %v", name, len(found), err)
			}
			account = found[0]
		}
		pass, token := passes.Link(account.ID, to.Hash(channels.Email), time.Now())
		if err := n.store.AddLink(b.Context(), pass, time.Now()); err != nil {
			b.Fatal(err)
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			b.Fatal(err)
		}
		who.open[name] = &http.Client{Jar: jar, Timeout: callPatience}
		who.ask(b, askedPage{by: name, path: func(int) string { return "/signin/invited/" + token }, form: url.Values{}}, 1)
	}
	return who
}

func always(path string) func(int) string { return func(int) string { return path } }

// each asks for one partnership after the other.
func (c *crowd) each(before, after string) func(int) string {
	return func(i int) string { return before + string(c.zone[i*37%len(c.zone)].ID) + after }
}

// lately asks for the messages whose deliveries are rows, but for the widest.
func (c *crowd) lately(before, after string) func(int) string {
	some := slices.DeleteFunc(slices.Clone(c.recent), func(m broker.Message) bool { return m.ID == c.widest })
	return func(i int) string { return before + some[i%len(some)].ID.String() + after }
}

func with(name, value string, form url.Values) url.Values {
	form.Set(name, value)
	return form
}

func (c *crowd) deskPages() []askedPage {
	form := url.Values{"base": {broker.NewMessageID().String()}, "zone": {"crowd"}, "kind": {"alert"}, "type": {"alert"}, "expires": {c.now.Add(24 * time.Hour).Format("2006-01-02T15:04")},
		"urgency": {"immediate"}, "severity": {"severe"}, "certainty": {"observed"}, "title.fr": {"Vols"}, "body.fr": {"Fermez tout."}}
	to := func(n int) url.Values {
		chosen := maps.Clone(form)
		for _, p := range c.zone[:n] {
			chosen.Add("partnership", string(p.ID))
		}
		return chosen
	}
	by := func(name string, path func(int) string) askedPage {
		return askedPage{name: name, by: "mandated", path: path}
	}
	return []askedPage{
		by("desk", always("/")),
		by("compose", always("/messages/new?kind=alert")),
		{name: "forecast for one", by: "mandated", path: always("/messages/forecast"), form: to(1)},
		{name: "forecast for ten", by: "mandated", path: always("/messages/forecast"), form: to(10)},
		{name: "forecast for twenty, after the page", by: "mandated", path: always("/messages/forecast"), form: with("wait", "1", to(20)), part: true},
		{name: "preview", by: "mandated", path: always("/messages/preview"), form: to(1)},
		by("feedback", c.lately("/messages/new?kind=feedback&ref=", "")),
		by("message", c.lately("/messages/", "")),
		by("message to all", always("/messages/"+c.widest.String())),
		{name: "live message", by: "mandated", path: c.lately("/messages/", "/live"), ends: "event: change"},
		by("decision", always("/approvals/"+c.waiting.String())),
		by("history", always("/messages")),
		by("history of a partnership", c.each("/messages?partnership=", "")),
		by("search common", always("/messages?q=diefstallen")),
		by("search rare", always("/messages?q=helicoptere")),
		by("search nothing", always("/messages?q=inondation")),
		by("zone", always("/zone")),
		by("partnership", c.each("/zone/", "")),
		by("plan editor", c.each("/zone/", "/plan")),
		by("figures of a month", always("/figures?period="+subscribers.TermOf(subscribers.DateOf(c.now.AddDate(0, -1, 0)), 1).String())),
		by("figures of a year", always("/figures?period="+subscribers.TermOf(subscribers.DateOf(c.now.AddDate(-1, 0, 0)), 12).String())),
		by("figures as a table", always("/figures.csv?period="+subscribers.TermOf(subscribers.DateOf(c.now.AddDate(-1, 0, 0)), 12).String())),
		by("figures of a partnership", c.each("/zone/", "/figures?period="+subscribers.TermOf(subscribers.DateOf(c.now), 12).String())),
		by("texts", always("/templates")),
		by("text", func(i int) string { return "/templates/" + memberAt(i%40).String() }),
		by("cases", always("/cases")),
		by("case", func(int) string { return "/cases/" + c.waitingCase.String() }),
		{name: "people", by: "admin", path: always("/people")},
		{name: "given up", by: "admin", path: always("/dead")},
		{name: "account", by: "admin", path: always("/account")},
	}
}

func (c *crowd) inboxPages() []askedPage {
	own := "/inbox/partnerships/" + string(c.zone[0].ID)
	all := []askedPage{
		{name: "inbox", path: always("/inbox")},
		{name: "live inbox", path: always("/inbox/live"), ends: "event: change"},
		{name: "question in the inbox", path: always("/inbox/approvals/" + c.waiting.String())},
		{name: "plan in the inbox", path: always(own + "/plan")},
		{name: "absences", path: always(own + "/absences")},
		{name: "journal", path: always(own + "/journal")},
		{name: "journal as a table", path: always(own + "/journal.csv")},
		{name: "members", path: always(own + "/members")},
		{name: "poster", path: always(own + "/poster")},
		{name: "infoflash in the inbox", path: always("/inbox/digests/" + string(c.zone[0].ID) + "/" + subscribers.DateOf(c.now).AddDays(1).String())},
	}
	for i := range all {
		all[i].by = "coordinator"
	}
	return append(all, askedPage{name: "question by link", path: always("/a/" + c.may.Token(subscribers.CanDecide, c.asks))})
}

func (c *crowd) memberPages() []askedPage {
	link := func(may subscribers.Capability, before, after string) func(int) string {
		return func(i int) string { return before + c.may.Token(may, c.letters[i%len(c.letters)]) + after }
	}
	key := func(after string) func(int) string {
		return func(i int) string { return "/me/" + c.may.Key(memberAt(i*997%c.members), time.Now()) + after }
	}
	return []askedPage{
		{name: "message by link", path: link(subscribers.CanOpen, "/m/", "")},
		{name: "leave", path: link(subscribers.CanLeave, "/u/", "")},
		{name: "when to write", path: link(subscribers.CanLeave, "/u/", "/rest")},
		{name: "own page by link", path: link(subscribers.CanLeave, "/me/", "")},
		{name: "own page", path: key("")},
		{name: "addresses", path: key("/addresses")},
		{name: "received", path: key("/received")},
		{name: "own data", path: key("/data")},
		{name: "own data as a file", path: key("/data.json")},
		{name: "erase", path: key("/erase")},
		{name: "join", path: c.each("/join/", "")},
		{name: "sheet", path: c.each("/sheet/", "")},
		{name: "renew", path: always("/renew")},
		{name: "sign in", path: always("/signin")},
		{name: "numbers to call", path: always("/call")},
	}
}
