//go:build linux

package faultdrill

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"relais/broker"
	"relais/broker/breaktest"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/channels/sandbox"
)

// town is everything that runs: the providers' stand-ins, the servers, the
// nodes, and the people to whom messages are owed.
type town struct {
	t    *testing.T
	seed uint64
	dice *rand.Rand // of the one goroutine that breaks things
	dir  string
	p    programs

	sandbox     *process
	http        string // where the stand-ins answer, round the links
	sms, mail   *breaktest.Way
	people      []*person
	flash       time.Time // when the infoflash is due
	balancer    *breaktest.Way
	nodes       []*process
	nats        *natsServers // nil: embedded
	redis       *process
	redisLink   *breaktest.Way
	postgres    *process
	pgLink      *breaktest.Way
	dataDir     string  // of an embedded node
	publishTo   string  // NATS, round the links where there is a way
	rows        *sql.DB // only to see when it is quiet
	concurrency int     // calls of a node at once, by channel

	mu        sync.Mutex
	published []broadcast
	troubles  []trouble
}

// say prints a line of the drill's story.
func (w *town) say(format string, args ...any) {
	fmt.Printf("%s: %s\n", w.t.Name(), fmt.Sprintf(format, args...))
}

// judge is what the judge says of all that came until now.
func (w *town) judge() verdict {
	w.t.Helper()
	items, _ := w.items("")
	w.mu.Lock()
	defer w.mu.Unlock()
	return judge(evidence{w.people, w.published, w.troubles, items})
}

// seeded begins a town with the seed of RELAIS_SEED, else a new one, and prints it.
func seeded(t *testing.T, perPartnership int) *town {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("RELAIS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("RELAIS_SEED: %v", err)
		}
	}
	w := &town{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir(), p: need(t), concurrency: 4}
	if err := os.Chmod(w.dir, 0o755); err != nil { // PostgreSQL runs as another user
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(w.dir), 0o755); err != nil {
		t.Fatal(err)
	}
	w.say("RELAIS_SEED=%d", seed)
	w.startSandbox()
	w.people = populate(t, perPartnership, w.http)
	w.flashIn(600)
	return w
}

// flashIn sets the minute of the infoflash, for plans that are read in after it.
func (w *town) flashIn(minutes int) {
	w.t.Helper()
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		w.t.Fatal(err)
	}
	w.flash = time.Now().In(brussels).Truncate(time.Minute).Add(time.Duration(minutes) * time.Minute)
}

func (w *town) startSandbox() {
	w.http = freePort(w.t)
	smtp := freePort(w.t)
	w.sandbox = &process{
		t: w.t, name: "sandbox", env: plainEnvironment(), log: filepath.Join(w.dir, "sandbox.log"),
		args: []string{w.p.relais, "sandbox", "--http", w.http, "--smtp", smtp, "--keep", "200000", "--seed", strconv.FormatUint(w.seed|1, 10)},
	}
	w.sandbox.start()
	w.t.Cleanup(w.sandbox.kill)
	w.sandbox.answers(w.http)
	w.sms, w.mail = breaktest.NewWay(w.t, w.http), breaktest.NewWay(w.t, smtp)
	w.watchMachine()
}

// external starts servers, brokers of them for NATS, and nodes on them.
func (w *town) external(nodes, brokers int) {
	w.nats = startNATS(w.t, w.p, w.dir, brokers)
	w.redis, w.redisLink = startRedis(w.t, w.p, w.dir)
	var direct string
	w.postgres, w.pgLink, direct = startPostgres(w.t, w.p, w.dir)
	w.publishTo = w.nats.url()
	w.openRows("pgx", direct)
	w.awaitDatabase()
	w.prepareNodes(nodes, []string{
		"RELAIS_NATS_URL=" + w.nats.url(), "RELAIS_NATS_REPLICAS=" + strconv.Itoa(brokers),
		"RELAIS_REDIS_URL=redis://" + w.redisLink.Address(), "RELAIS_DATABASE_URL=" + databaseURL(w.pgLink.Address()),
	})
	w.enroll()
}

// embedded prepares one node that keeps everything in a folder.
func (w *town) embedded(dataDir string) {
	listen := freePort(w.t)
	w.dataDir, w.publishTo = dataDir, "nats://"+listen
	w.prepareNodes(1, []string{"RELAIS_DATA_DIR=" + dataDir, "RELAIS_NATS_LISTEN=" + listen})
	w.enroll()
}

// awaitDatabase waits until PostgreSQL takes queries: its port answers before that.
func (w *town) awaitDatabase() {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := w.rows.PingContext(w.t.Context())
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("PostgreSQL does not take queries: %v\n%s", err, w.postgres.tail())
		}
	}
}

func (w *town) openRows(driver, address string) {
	w.t.Helper()
	rows, err := sql.Open(driver, address)
	if err != nil {
		w.t.Fatal(err)
	}
	w.rows = rows
	w.t.Cleanup(func() { _ = rows.Close() })
}

const (
	account = "AC00000000000000000000000000000de0" // what relais sandbox takes when it is told nothing else
	token   = "demonstration"
)

func (w *town) prepareNodes(n int, servers []string) {
	var listens []string
	for range n {
		listens = append(listens, freePort(w.t))
	}
	w.balancer = breaktest.NewWay(w.t, listens...)
	_, smtpPort, _ := net.SplitHostPort(w.mail.Address())
	for i, listen := range listens {
		env := append(plainEnvironment(), servers...)
		env = append(env, "RELAIS_NODE=node"+strconv.Itoa(i), "RELAIS_WEB_LISTEN="+listen, "RELAIS_WEB_PUBLIC_URL=http://"+w.balancer.Address(), "RELAIS_WEB_OPEN=true",
			"RELAIS_DISPATCH_LEASE=6s", "RELAIS_DISPATCH_JOB_SIZE=10", "RELAIS_DISPATCH_LOOP_LIMIT=100", "RELAIS_DISPATCH_DUPLICATE_WINDOW=0",
			"RELAIS_CHANNELS_SMS_BASE_URL=http://"+w.sms.Address(), "RELAIS_CHANNELS_SMS_ACCOUNT_SID="+account, "RELAIS_CHANNELS_SMS_AUTH_TOKEN="+token,
			"RELAIS_CHANNELS_SMS_FROM=+32460000101", "RELAIS_CHANNELS_SMS_CONCURRENCY="+strconv.Itoa(w.concurrency), "RELAIS_CHANNELS_SMS_TIMEOUT=2s",
			"RELAIS_CHANNELS_EMAIL_HOST=127.0.0.1", "RELAIS_CHANNELS_EMAIL_PORT="+smtpPort, "RELAIS_CHANNELS_EMAIL_TLS=none", "RELAIS_CHANNELS_EMAIL_FROM=plp@police.example",
			"RELAIS_CHANNELS_EMAIL_CONNECTIONS="+strconv.Itoa(w.concurrency), "RELAIS_CHANNELS_EMAIL_TIMEOUT=2s",
			"RELAIS_CHANNELS_PUSH_SUBJECT=mailto:plp@police.example", "RELAIS_CHANNELS_PUSH_BASE_URL=http://"+w.http, "RELAIS_CHANNELS_PUSH_ALLOW_INSECURE=true")
		name := "node" + strconv.Itoa(i)
		node := &process{t: w.t, name: name, kept: true, args: []string{w.p.relais, "serve"}, env: env, log: filepath.Join(w.dir, name+".log")}
		w.nodes = append(w.nodes, node)
	}
}

// enroll reads plans and lists in, as an installation does.
func (w *town) enroll() {
	w.t.Helper()
	file := filepath.Join(w.dir, "partnerships.yaml")
	write(w.t, file, planText(w.flash))
	w.run("import", "partnerships", file)
	for id, list := range writeLists(w.t, w.dir, w.people) {
		w.run("import", "members", list, "--partnership", id)
	}
}

func (w *town) run(args ...string) {
	w.t.Helper()
	cmd := exec.Command(w.p.relais, args...)
	cmd.Env = w.nodes[0].env
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("relais %v: %v\n%s", args, err, out)
	}
}

func (w *town) startNodes() {
	w.t.Helper()
	for _, n := range w.nodes {
		n.start()
		w.t.Cleanup(n.kill)
	}
	for _, n := range w.nodes {
		w.ready(n)
	}
}

// ready waits until a node says on its pages that it can work.
func (w *town) ready(n *process) {
	w.t.Helper()
	listen := ""
	for _, v := range n.env {
		if name, value, _ := strings.Cut(v, "="); name == "RELAIS_WEB_LISTEN" {
			listen = value
		}
	}
	n.answers(listen)
}

// publish puts one message onto NATS and insists until NATS has it.
func (w *town) publish(kind string) broadcast {
	w.mu.Lock()
	b := broadcast{mark: fmt.Sprintf("marque%04dx", len(w.published)), kind: kind}
	w.mu.Unlock()
	now := time.Now().Truncate(time.Second)
	m := broker.Message{
		ID: broker.NewMessageID(), Zone: "drill", Author: "Insp. Delvaux", Kind: broker.Kind(kind), Sent: now, Expires: now.Add(6 * time.Hour),
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Avis " + b.mark, Body: "Exercice de panne. Ne faites rien."}},
	}.WithUsual()
	data, err := json.Marshal(m)
	if err != nil {
		w.t.Error(err)
		return b
	}
	e := broker.Event{Subject: broker.MessageSubject(m.Zone), ID: m.ID.String() + ".0", Data: data}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		err := jetstream.PublishOnce(ctx, jetstream.Config{URL: w.publishTo}, e)
		cancel()
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			w.t.Errorf("NATS does not take a message: %v", err)
			return b
		}
	}
	w.mu.Lock()
	w.published = append(w.published, b)
	w.mu.Unlock()
	return b
}

// items reads all that the stand-ins took.
func (w *town) items(query string) (list []sandbox.Item, total int) {
	w.t.Helper()
	answer, err := http.Get("http://" + w.http + "/outbox.json" + query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var box struct {
		Counts map[channels.Name]int `json:"counts"`
		Items  []sandbox.Item        `json:"items"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&box); err != nil {
		w.t.Fatal(err)
	}
	for _, n := range box.Counts {
		total += n
	}
	return box.Items, total
}

// taken is how much the stand-ins took so far.
func (w *town) taken() int {
	_, total := w.items("?to=nobody")
	return total
}

// misbehave sets the faults of one provider; {} for none.
func (w *town) misbehave(on channels.Name, faults string) {
	request, err := http.NewRequest(http.MethodPut, "http://"+w.http+"/faults/"+string(on), bytes.NewBufferString(faults))
	if err != nil {
		w.t.Error(err)
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Error(err)
		return
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		w.t.Errorf("faults of %s: %s", on, answer.Status)
	}
}

func (w *town) behave() {
	for _, on := range []channels.Name{channels.SMS, channels.Email, channels.Push} {
		w.misbehave(on, "{}")
	}
}

// open counts the deliveries that are still under way. It is asked only to
// know when to look; what it says is no evidence.
func (w *town) open() int { return w.count("'pending', 'calling', 'unknown', 'held', 'digested'") }

// count counts the deliveries in these states; 1 when it cannot be told.
func (w *town) count(states string) int {
	rows := w.rows
	if rows == nil { // the file of an embedded node may be another one each time
		var err error
		if rows, err = sql.Open("sqlite", "file:"+filepath.Join(w.dataDir, "relais.db")+"?mode=ro"); err != nil {
			return 1
		}
		defer rows.Close()
	}
	var n int
	if err := rows.QueryRow(`SELECT count(*) FROM deliveries WHERE state IN (` + states + `)`).Scan(&n); err != nil {
		return 1
	}
	return n
}

// settle waits until everything owed has arrived and nothing is under way, and
// then judges. What is still missing after patience is lost.
func (w *town) settle(patience time.Duration) verdict {
	w.t.Helper()
	var v verdict
	began := time.Now()
	for deadline := began.Add(patience); ; time.Sleep(500 * time.Millisecond) {
		v = w.judge()
		if len(v.lost) == 0 && w.open() == 0 || time.Now().After(deadline) {
			break
		}
	}
	w.say("%d lost and %d open %s after the last fault", len(v.lost), w.open(), time.Since(began).Round(time.Second))
	time.Sleep(8 * time.Second) // longer than a lease: what comes again comes now
	v = w.judge()
	w.say("%d messages, %s (RELAIS_SEED=%d)", len(w.published), v, w.seed)
	w.complain(v)
	return v
}

func (w *town) complain(v verdict) {
	w.t.Helper()
	for _, list := range []struct {
		word string
		of   []string
	}{{"lost", v.lost}, {"twice", v.twice}, {"stray", v.strays}} {
		for i, text := range list.of {
			if i == 10 {
				w.t.Errorf("%s: and %d more", list.word, len(list.of)-i)
				break
			}
			w.t.Errorf("%s: %s", list.word, text)
		}
	}
	if v.owed == 0 {
		w.t.Error("nothing was owed, so nothing was tried")
	}
	if w.t.Failed() {
		w.keepLogs()
	}
}

// keepLogs puts the logs where RELAIS_TEST_FAULTS_LOGS says, for who looks for the reason.
func (w *town) keepLogs() {
	if to := os.Getenv("RELAIS_TEST_FAULTS_LOGS"); to != "" {
		if err := os.CopyFS(filepath.Join(to, fmt.Sprint(w.t.Name(), "-", w.seed, "-", time.Now().Unix())), os.DirFS(w.dir)); err != nil {
			w.t.Logf("logs are not kept whole: %v", err)
		}
	}
}
