package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/subscribers"
)

// The stories in testdata run the whole program: `relais` is this test binary,
// the village is the demonstration's, with the stand-ins on the wire.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"relais": main})
}

// tidy is a run of the tests that fails when one of them leaves a goroutine behind.
type tidy struct{ *testing.M }

// Run implements testscript.TestingM; not for the program itself, which this
// binary is as well.
func (t tidy) Run() int {
	code := t.M.Run()
	// What the tests fetched with keeps its connections for the next time.
	http.DefaultClient.CloseIdleConnections()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		return 1
	}
	return 0
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TODAY", time.Now().Format(time.DateOnly))
			env.Setenv("NEXT_WEEK", time.Now().AddDate(0, 0, 7).Format(time.DateOnly))
			env.Values[villageKey{}] = &story{}
			return writeLeaflet(filepath.Join(env.WorkDir, "leaflet.png"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"village":  cmdVillage,
			"restart":  cmdRestart,
			"waiting":  cmdWaiting,
			"planned":  cmdPlanned,
			"final":    cmdFinal,
			"outbox":   cmdOutbox,
			"arrived":  cmdArrived,
			"onto":     cmdOnto,
			"remember": cmdRemember,
			"keep":     cmdKeep,
			"dead":     cmdDead,
			"incident": cmdIncident,
			"digest":   cmdDigest,
			"leave":    cmdLeave,
			"joins":    cmdJoins,
			"gets":     cmdGets,
			"texts":    cmdTexts,
			"pictured": cmdPictured,
			"writes":   cmdWrites,
			"opens":    cmdOpens,
			"sends":    cmdSends,
			"sees":     cmdSees,
			"mailed":   cmdMailed,
			"drift":    cmdDrift,
		},
	})
}

// writeLeaflet writes a picture that a story can publish.
func writeLeaflet(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, image.NewGray(image.Rect(0, 0, 2000, 1000))), f.Close())
}

type villageKey struct{}

// story is one script's running village.
type story struct {
	d       *demo
	browser *browser
}

func villageOf(ts *testscript.TestScript) *demo {
	d := ts.Value(villageKey{}).(*story).d
	if d == nil {
		ts.Fatalf("begin the story with: village")
	}
	return d
}

// cmdVillage starts the demonstration's zone; shut, people sign in: village [shut]
func cmdVillage(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	p := &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}
	if len(args) > 0 && args[0] == "shut" {
		p.Environ = append(p.Environ, "RELAIS_WEB_OPEN=false")
	}
	d := &demo{lifecycle: lifecycle{log: log}, p: p}
	ts.Defer(func() {
		if err := d.stop(ctx); err != nil {
			ts.Logf("stop the village: %v", err)
		}
	})
	ts.Check(d.start(ctx, true))
	ts.Value(villageKey{}).(*story).d = d
	ts.Setenv("RELAIS_CONFIG", d.file)
}

// cmdRestart ends the node and starts it again on the same data: restart
func cmdRestart(ts *testscript.TestScript, _ bool, _ []string) {
	d := villageOf(ts)
	ctx := context.Background()
	ts.Check(d.node.stop(ctx))
	g := Globals{ConfigFile: d.file}
	cfg, err := g.load(d.p)
	ts.Check(err)
	d.node, err = startNode(ctx, cfg, "", d.log)
	ts.Check(err)
	again := d.node
	d.started("node", again.stop)
}

// cmdWaiting waits until so many approvals are open: waiting 3
func cmdWaiting(ts *testscript.TestScript, _ bool, args []string) {
	want := number(ts, args[0])
	d := villageOf(ts)
	got := -1
	err := until(context.Background(), func() (bool, error) {
		open, err := d.node.store.OpenApprovals(context.Background(), "demo")
		got = len(open)
		return got == want, err
	})
	if err != nil {
		ts.Fatalf("%d approvals wait, want %d: %v", got, want, err)
	}
}

// cmdRemember keeps an approval's id in a variable: remember APPROVAL plp-tilleuls
func cmdRemember(ts *testscript.TestScript, _ bool, args []string) {
	open, err := villageOf(ts).node.store.OpenApprovals(context.Background(), "demo")
	ts.Check(err)
	for _, a := range open {
		if a.Partnership == broker.PartnershipID(args[1]) {
			ts.Setenv(args[0], a.ID.String())
			return
		}
	}
	ts.Fatalf("no approval waits for %s", args[1])
}

// cmdKeep keeps what the last command printed in a variable: keep ID
func cmdKeep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// cmdPlanned waits until a message's deliveries are all written: planned ID
func cmdPlanned(ts *testscript.TestScript, _ bool, args []string) {
	id, err := broker.ParseMessageID(args[0])
	ts.Check(err)
	ts.Check(villageOf(ts).waitForPlan(context.Background(), id))
}

// cmdFinal waits until a message is routed and every delivery final: final ID
func cmdFinal(ts *testscript.TestScript, _ bool, args []string) {
	id, err := broker.ParseMessageID(args[0])
	ts.Check(err)
	d := villageOf(ts)
	ts.Check(until(context.Background(), func() (bool, error) {
		status, err := d.node.store.Status(context.Background(), id)
		if errors.Is(err, subscribers.ErrNotFound) {
			return false, nil
		}
		return status.Done, err
	}))
}

// cmdOutbox counts what the stand-ins took: outbox sms 12 'text' (any channel: any)
func cmdOutbox(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: outbox CHANNEL COUNT PATTERN")
	}
	want := number(ts, args[1])
	if got := taken(villageOf(ts), args[0], regexp.MustCompile(args[2])); (got == want) == neg {
		ts.Fatalf("the outbox holds %d of %q on %s, want %d", got, args[2], args[0], want)
	}
}

// cmdArrived waits until the stand-ins took so many: arrived sms 1 'text'
func cmdArrived(ts *testscript.TestScript, _ bool, args []string) {
	want, pattern, got := number(ts, args[1]), regexp.MustCompile(args[2]), -1
	d := villageOf(ts)
	err := until(context.Background(), func() (bool, error) {
		got = taken(d, args[0], pattern)
		return got == want, nil
	})
	if err != nil {
		ts.Fatalf("the outbox holds %d of %q on %s, want %d: %v", got, args[2], args[0], want, err)
	}
}

// taken counts what the stand-ins took on a channel, or on any.
func taken(d *demo, channel string, pattern *regexp.Regexp) int {
	n := 0
	for _, item := range d.sandbox.Taken() {
		if (channel == "any" || channels.Name(channel) == item.Channel) && pattern.MatchString(item.Subject+"\n"+item.Text) {
			n++
		}
	}
	return n
}

// cmdPictured counts the mails that show a picture of their own: pictured 1
func cmdPictured(ts *testscript.TestScript, _ bool, args []string) {
	want, got := number(ts, args[0]), 0
	for _, item := range villageOf(ts).sandbox.Taken() {
		if strings.Contains(item.HTML, `<img src="data:image/jpeg;base64,/9j/`) {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%d mails show a picture, want %d", got, want)
	}
}

// cmdOnto publishes a file's bytes as another program would: onto relais.message.demo FILE
func cmdOnto(ts *testscript.TestScript, _ bool, args []string) {
	cfg := jetstream.Config{URL: villageOf(ts).node.broker.URL(), Name: "police software"}
	e := broker.Event{Subject: broker.Subject(args[0]), Data: []byte(ts.ReadFile(args[1]))}
	ts.Check(jetstream.PublishOnce(context.Background(), cfg, e))
}

// cmdDead waits until so many dead letters wait: dead 1
func cmdDead(ts *testscript.TestScript, _ bool, args []string) {
	want := number(ts, args[0])
	d := villageOf(ts)
	ts.Check(until(context.Background(), func() (bool, error) {
		letters, err := d.node.steps.graveyard.Find(context.Background(), broker.DeadFilter{Waiting: true})
		return len(letters) == want, err
	}))
}

// cmdIncident keeps the id of the only open incident in a variable: incident ID
func cmdIncident(ts *testscript.TestScript, _ bool, args []string) {
	found, err := villageOf(ts).node.store.Incidents(context.Background(), "demo", false)
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d incidents are open, want one", len(found))
	}
	ts.Setenv(args[0], found[0].ID.String())
}

// cmdDigest sends the infoflash now: digest
func cmdDigest(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(villageOf(ts).node.steps.digester.RunNow(context.Background()))
}

// cmdLeave makes a person leave every partnership: leave 'Marie Lambert'
func cmdLeave(ts *testscript.TestScript, _ bool, args []string) {
	d := villageOf(ts)
	ctx := context.Background()
	left := 0
	partnerships, err := d.node.store.Partnerships(ctx, "demo")
	ts.Check(err)
	for _, p := range partnerships {
		members, err := d.node.store.Members(ctx, subscribers.Audience{Partnership: p.ID}, subscribers.MemberID{}, 1000)
		ts.Check(err)
		for _, m := range members {
			if m.Name == args[0] {
				ts.Check(d.node.store.Stop(ctx, m.ID, p.ID, time.Now()))
				left++
			}
		}
	}
	if left == 0 {
		ts.Fatalf("nobody is called %s", args[0])
	}
}

func number(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}

// TestServeStopsCleanly starts the service as an operator does and ends it as
// systemd does.
func TestServeStopsCleanly(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "relais.yaml")
	text := fmt.Sprintf("data_dir: %q\nnats: {listen: %q}\nweb: {listen: %q}\nchannels:\n  email: {host: 127.0.0.1, port: 2525, tls: none, from: a@example.be}\n",
		filepath.Join(dir, "data"), freePort(t.Context(), ""), freePort(t.Context(), ""))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr lockedBuffer
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	p := program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr}
	go func() { ended <- p.Main(ctx, []string{"serve", "-c", file}) }()
	if err := until(t.Context(), func() (bool, error) { return strings.Contains(stderr.String(), "relais is ready"), nil }); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	cancel()
	select {
	case code := <-ended:
		if code != exitOK {
			t.Errorf("exit code %d, want 0\n%s", code, stderr.String())
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
}
