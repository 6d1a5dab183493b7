package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// postOffice is a mail server that knows marie and luc, and nobody else, and
// brings back what it cannot deliver.
type postOffice struct {
	address, bounces string                                   // where it takes mails, and where it brings them back to
	delivered        func(name, subject string) (bool, error) // whether somebody has a mail
}

// TestBouncesOfAStandIn tells the story with a mail server of our own, so that
// it is told on every machine.
func TestBouncesOfAStandIn(t *testing.T) { tellBounces(t, standIn(t)) }

// TestBouncesOfPostfix tells it with a real one, which `make check` starts.
func TestBouncesOfPostfix(t *testing.T) {
	var set []string
	for _, name := range []string{"ADDRESS", "BOUNCES", "MAIL"} {
		value := os.Getenv("RELAIS_TEST_MTA_" + name)
		if value == "" {
			t.Skipf("RELAIS_TEST_MTA_%s is not set: make check starts Postfix for this test alone and sets it", name)
		}
		set = append(set, value)
	}
	tellBounces(t, postOffice{set[0], set[1], func(name, subject string) (bool, error) { return inMaildir(filepath.Join(set[2], name), subject) }})
}

// tellBounces: three people get alerts by email. The third's mailbox is gone:
// they get the first two by SMS as well, then word of it, then SMS alone.
func tellBounces(t *testing.T, office postOffice) {
	host, port, err := net.SplitHostPort(office.address)
	if err != nil {
		t.Fatal(err)
	}
	d, log := newVillage(t, []string{
		"RELAIS_CHANNELS_EMAIL_HOST=" + host, "RELAIS_CHANNELS_EMAIL_PORT=" + port, "RELAIS_CHANNELS_EMAIL_FROM=plp@zone.example",
		"RELAIS_CHANNELS_EMAIL_BOUNCES_ADDRESS=b@bounces.zone.example", "RELAIS_CHANNELS_EMAIL_BOUNCES_LISTEN=" + office.bounces,
	})
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, log.String())
		}
	}
	check(d.start(t.Context(), true))
	street := addStreet(t, d.node.store)
	for n, closed := range []bool{false, true, true} {
		alert := demoAlert()
		alert.Partnerships = []broker.PartnershipID{street}
		alert.Texts = map[broker.Lang]broker.Text{broker.French: {Title: fmt.Sprintf("Vol-%d", n+1), Body: "Fermez portes et fenêtres."}}
		_, err := d.publish(t.Context(), alert, time.Hour)
		check(err)
		title := alert.Texts[broker.French].Title
		for _, name := range []string{"marie", "luc"} {
			check(until(t.Context(), func() (bool, error) { return office.delivered(name, title) }))
		}
		check(until(t.Context(), func() (bool, error) { return texts(d, title) == 1, nil }))
		want := subscribers.ContactActive
		if closed {
			want = subscribers.ContactClosed
		}
		check(until(t.Context(), func() (bool, error) {
			got, err := mailboxOf(d.node.store, street, "Paul")
			return got == want, err
		}))
	}
	check(until(t.Context(), func() (bool, error) { return texts(d, "Votre adresse e-mail ne fonctionne plus") == 1, nil }))
	if strings.Contains(log.String(), "quartier.example") {
		t.Errorf("the log holds an address:\n%s", log.String())
	}
}

// addStreet adds three people, of whom Paul has no mailbox any more.
func addStreet(t *testing.T, s *store.Store) broker.PartnershipID {
	t.Helper()
	p := subscribers.Partnership{
		ID: "plp-poste", Zone: "demo", Name: "PLP de la Poste", Tag: "PLP Poste", Languages: []broker.Lang{broker.French}, Timezone: "Europe/Brussels",
		Stage: subscribers.StageLaunched, Charter: subscribers.Charter{Signed: subscribers.Date{Year: 2026, Month: 1, Day: 15}},
	}
	plan, err := subscribers.ParsePlan([]byte(`{rules: [{approval: {by: police}, channels: {first: [email, sms]}, when: now}], digest: {every: day}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportPartnership(t.Context(), p, plan); err != nil {
		t.Fatal(err)
	}
	person := func(name, mailbox, number string, role subscribers.Role) store.MemberRow {
		return store.MemberRow{Role: role, Member: subscribers.Member{Name: name, Lang: broker.French, Contacts: []subscribers.Contact{
			{Channel: channels.Email, Address: channels.NewAddress(mailbox + "@quartier.example"), State: subscribers.ContactActive},
			{Channel: channels.SMS, Address: channels.NewAddress(number), State: subscribers.ContactActive},
		}}}
	}
	rows := []store.MemberRow{
		person("Marie", "marie", "+32479000001", subscribers.RoleCoordinator),
		person("Luc", "luc", "+32479000002", subscribers.RoleDeputy),
		person("Paul", "paul", "+32479000003", subscribers.RoleMember),
	}
	if _, err := s.ImportMembers(t.Context(), p.ID, rows, subscribers.Consent{At: time.Now(), How: "test"}); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func mailboxOf(s *store.Store, id broker.PartnershipID, name string) (subscribers.ContactState, error) {
	members, err := s.Members(context.Background(), subscribers.Audience{Partnership: id}, subscribers.MemberID{}, 10)
	for _, m := range members {
		for _, c := range m.Contacts {
			if m.Name == name && c.Channel == channels.Email {
				return c.State, err
			}
		}
	}
	return "", err
}

// texts counts the SMS with some words.
func texts(d *demo, words string) int {
	n := 0
	for _, item := range d.sandbox.Taken() {
		if item.Channel == channels.SMS && strings.Contains(item.Text, words) {
			n++
		}
	}
	return n
}

func inMaildir(folder, subject string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(folder, "new", "*"))
	for _, file := range files {
		mail, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		if strings.Contains(string(mail), subject) {
			return true, nil
		}
	}
	return false, err
}

// standIn takes every mail, as a server that forwards does, and then brings
// back those for people whom it does not know.
func standIn(t *testing.T) postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	office := postOffice{address: listener.Addr().String(), bounces: freePort(t.Context(), "")}
	mails := make(chan posted, 100)
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &counter{mails: mails}, nil }))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	var mu sync.Mutex
	got := make(map[string]string) // by name, everything that they got
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		for m := range mails {
			name, _, _ := strings.Cut(m.to, "@")
			mu.Lock()
			got[name] += m.text
			mu.Unlock()
			if name != "marie" && name != "luc" {
				if err := bringBack(office.bounces, m); err != nil {
					t.Errorf("bring a mail back: %v", err)
				}
			}
		}
	}()
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), <-served); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("end the mail server: %v", err)
		}
		close(mails)
		<-worked
	})
	office.delivered = func(name, subject string) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		return strings.Contains(got[name], subject), nil
	}
	return office
}

// bringBack reports to a mail's return path that its recipient is unknown
// (RFC 3464).
func bringBack(to string, m posted) error {
	report := "From: MAILER-DAEMON@mx.quartier.example\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.quartier.example\r\n\r\n" +
		"Final-Recipient: rfc822; " + m.to + "\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
	client, err := smtp.Dial(to)
	if err != nil {
		return err
	}
	defer client.Close() // after an error too
	return client.SendMail("", []string{m.from}, strings.NewReader(report))
}

type posted struct{ from, to, text string }

// counter is where mails are handed in.
type counter struct {
	mails    chan<- posted
	from, to string
}

func (c *counter) Mail(from string, _ *smtp.MailOptions) error { c.from = from; return nil }
func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error   { c.to = to; return nil }
func (c *counter) Reset()                                      {}
func (c *counter) Logout() error                               { return nil }
func (c *counter) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err == nil {
		c.mails <- posted{c.from, c.to, string(text)}
	}
	return err
}
