package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// demoCommand shows the main job with stand-ins for the providers.
type demoCommand struct {
	Once bool `help:"Without a person: publish, approve, wait, and check that every member got each message exactly once."`
}

// demo is a node with its stand-ins and its village.
type demo struct {
	lifecycle
	p       *program
	dir     string
	file    string // the configuration, for other terminals
	sandbox *sandbox.Sandbox
	village []demoPerson
	node    *node
}

// Run starts everything in a temporary folder, and removes it at the end.
func (c *demoCommand) Run(ctx context.Context, p *program) (err error) {
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d := &demo{lifecycle: lifecycle{log: log}, p: p}
	defer func() { err = errors.Join(err, d.stop(context.WithoutCancel(ctx))) }()
	if err := d.start(ctx, c.Once); err != nil {
		return err
	}
	if c.Once {
		return d.once(ctx)
	}
	return d.watch(ctx)
}

func (d *demo) start(ctx context.Context, anyPort bool) (err error) {
	if d.dir, err = os.MkdirTemp("", "relais-demo-"); err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	d.started("folder", func(context.Context) error { return os.RemoveAll(d.dir) })
	ports := wantedPorts(ctx, anyPort)
	d.sandbox, err = sandbox.Start(ctx, sandbox.Config{HTTPAddr: ports.outbox, AccountSID: demoAccount, AuthToken: channels.NewSecret(demoToken), Keep: 20000, Inbound: "http://" + ports.web + "/callbacks/sms/inbound"}, d.log)
	if err != nil {
		return fmt.Errorf("start stand-ins: %w", err)
	}
	d.started("stand-ins", d.sandbox.Close)
	if d.village, err = demoVillage(d.sandbox.NewSubscription); err != nil {
		return err
	}
	d.nameVillage()
	return d.startNode(ctx, ports)
}

func (d *demo) startNode(ctx context.Context, ports demoPorts) error {
	if err := d.writeConfig(ports); err != nil {
		return err
	}
	g := Globals{ConfigFile: d.file}
	cfg, err := g.load(d.p)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, d.log)
	if err != nil {
		return err
	}
	if err := errors.Join(d.fill(ctx, s), s.Close()); err != nil {
		return err
	}
	if d.node, err = startNode(ctx, cfg, d.sandbox.URL()+"/outbox", d.log); err != nil {
		return err
	}
	d.started("node", d.node.stop)
	return nil
}

const (
	demoAccount = "AC00000000000000000000000000000de0"
	demoToken   = "demonstration" // signs between the node and its stand-in, on loopback only
)

type demoPorts struct{ web, nats, outbox string }

// wantedPorts are the usual ones where they are free, so that the addresses in
// the README work.
func wantedPorts(ctx context.Context, anyFree bool) demoPorts {
	if anyFree {
		return demoPorts{freePort(ctx, ""), freePort(ctx, ""), "127.0.0.1:0"}
	}
	return demoPorts{freePort(ctx, "127.0.0.1:8080"), freePort(ctx, "127.0.0.1:4222"), freePort(ctx, "127.0.0.1:8025")}
}

// freePort returns the wanted address if nobody listens there, else another.
// It stands in the configuration before the node listens there, so it is taken
// from below the ports that the system hands out by itself (RFC 6335, 6: from
// 49152; Linux from 32768): none of our own connections takes it meanwhile.
func freePort(ctx context.Context, wanted string) string {
	address := wanted
	for range 100 {
		if address == "" {
			address = fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(10000))
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err == nil {
			l.Close()
			return address
		}
		address = ""
	}
	return "127.0.0.1:0"
}

func (d *demo) writeConfig(ports demoPorts) error {
	host, port, err := net.SplitHostPort(d.sandbox.SMTPAddr())
	if err != nil {
		return fmt.Errorf("address of the mail stand-in: %w", err)
	}
	text := fmt.Sprintf(`data_dir: %q
log: {level: warn}
nats: {listen: %q}
web: {listen: %q, open: true}
channels:
  sms: {base_url: %q, account_sid: %s, auth_token: %s, from: "+32460000101", inbound: true}
  email: {host: %s, port: %s, tls: none, from: plp@police-demo.example, from_name: PLP Demo}
  push: {subject: "mailto:plp@police-demo.example", base_url: %q, allow_insecure: true}
  voice: {base_url: %q, account_sid: %s, auth_token: %s, from: "+3227931000"}
`, filepath.Join(d.dir, "data"), ports.nats, ports.web, d.sandbox.URL(), demoAccount, demoToken, host, port, d.sandbox.URL(), d.sandbox.URL(), demoAccount, demoToken)
	d.file = filepath.Join(d.dir, "relais.yaml")
	return os.WriteFile(d.file, []byte(text), 0o600)
}

// nameVillage lets the outbox show names beside numbers.
func (d *demo) nameVillage() {
	for _, person := range d.village {
		for _, c := range person.contacts {
			d.sandbox.Name(seenAs(c), person.name)
		}
	}
	for _, o := range demoOfficers() {
		for _, c := range o.Member.Contacts {
			d.sandbox.Name(seenAs(c), o.Member.Name)
		}
	}
}

// fill imports the zone as `relais import` would.
func (d *demo) fill(ctx context.Context, s *store.Store) error {
	entries, err := roster.ReadPartnerships(strings.NewReader(demoPartnerships))
	if err != nil {
		return fmt.Errorf("read the demonstration's partnerships: %w", err)
	}
	consent := subscribers.Consent{At: time.Now(), How: "demonstration"}
	for _, entry := range entries {
		if _, err := s.ImportPartnership(ctx, entry.Partnership, entry.Plan); err != nil {
			return fmt.Errorf("import partnership: %w", err)
		}
		if _, err := s.ImportMembers(ctx, entry.Partnership.ID, d.rows(entry.Partnership.ID), consent); err != nil {
			return fmt.Errorf("import members: %w", err)
		}
	}
	if _, err := s.ImportOfficers(ctx, "demo", demoOfficers(), consent); err != nil {
		return fmt.Errorf("import officers: %w", err)
	}
	return nil
}

func (d *demo) rows(id broker.PartnershipID) []store.MemberRow {
	var rows []store.MemberRow
	for _, person := range d.village {
		if person.in(id) {
			rows = append(rows, store.MemberRow{Member: subscribers.Member{Name: person.name, Lang: person.lang, Contacts: person.contacts}, Role: person.roles[id]})
		}
	}
	return rows
}

// watch publishes an alert, says where to look, and runs until it is told to stop.
func (d *demo) watch(ctx context.Context) error {
	alert, err := d.publish(ctx, demoAlert(), time.Hour)
	if err != nil {
		return err
	}
	asked, err := d.waitForQuestions(ctx, alert)
	if err != nil {
		return err
	}
	out := d.p.Stdout
	fmt.Fprintf(out, "Relais runs on this machine, and nothing is really sent: stand-ins play the phone and mail companies.\n\n")
	fmt.Fprintf(out, "  Police desk   %s/\n", d.node.url)
	fmt.Fprintf(out, "  Outbox        %s/outbox    every SMS, email, push and call as its recipient gets it, live\n\n", d.sandbox.URL())
	fmt.Fprintf(out, "An alert waits for its approval. Open a coordinator's page, as from the link in their SMS, and tap Approve:\n\n")
	for _, q := range asked {
		fmt.Fprintf(out, "  %-22s %s\n", q.partnership.Name, q.link)
	}
	fmt.Fprintf(out, "\nFrom another terminal:\n\n  relais -c %s publish --zone demo --title \"fr=Rue barrée\" --body \"fr=Un arbre est tombé.\"\n", d.file)
	fmt.Fprintf(out, "  relais -c %s status %s --watch\n", d.file, alert.ID)
	fmt.Fprintf(out, "  relais -c %s --help\n\nCtrl-C ends it and leaves nothing behind.\n", d.file)
	<-ctx.Done()
	return nil
}

func (d *demo) publish(ctx context.Context, m broker.Message, valid time.Duration) (broker.Message, error) {
	m = stamped(m).WithUsual()
	m.Expires = m.Sent.Add(valid)
	if err := m.Validate(); err != nil {
		return m, err
	}
	return m, messages{d.node.broker}.Publish(ctx, m)
}

// question is what one partnership's coordinator was asked.
type question struct {
	partnership subscribers.Partnership
	approval    subscribers.Approval
	coordinator string
	link        string
}

// waitForQuestions waits until each partnership has its open approval.
func (d *demo) waitForQuestions(ctx context.Context, m broker.Message) ([]question, error) {
	var asked []question
	err := until(ctx, func() (bool, error) {
		partnerships, err := d.node.store.Partnerships(ctx, m.Zone)
		if err != nil {
			return false, err
		}
		asked = asked[:0]
		for _, p := range partnerships {
			q, err := d.question(ctx, m, p)
			if errors.Is(err, subscribers.ErrNotFound) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			asked = append(asked, q)
		}
		return true, nil
	})
	return asked, err
}

func (d *demo) question(ctx context.Context, m broker.Message, p subscribers.Partnership) (question, error) {
	approval, err := d.node.store.Approval(ctx, subscribers.ApprovalIDFor(m.ID, m.Revision, p.ID))
	if err != nil {
		return question{}, err
	}
	approvers, err := d.node.store.Approvers(ctx, p.ID)
	if err != nil {
		return question{}, err
	}
	first := approval.Between(0, approval.Step, approvers)[0]
	letters := approval.Questions(m, []subscribers.Approver{first}, d.node.channelNames(), time.Now())
	link := d.node.url + "/a/" + d.node.may.Token(subscribers.CanDecide, letters[0].ID)
	return question{p, approval, first.Name, link}, nil
}
