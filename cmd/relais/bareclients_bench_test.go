//go:build unix

package main

import (
	"context"
	"crypto/ecdh"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twilio/twilio-go"
	twilioclient "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	gomail "github.com/wneessen/go-mail"

	"relais/channels"
	"relais/channels/sandbox"
)

// bareClients make the same calls as the pipeline with each provider's library
// alone, well tuned and with as many calls at once. They read and keep nothing:
// what the pipeline takes longer is the price of approval, plan, deduplication
// and receipts that can be trusted.
type bareClients struct {
	w       *bench
	http    *http.Client
	twilio  *twilio.RestClient
	mail    chan *gomail.Client
	vapid   string        // the Authorization of every push
	browser []bareBrowser // by member; zero for those without push
	reports *httptest.Server
	heard   atomic.Int64 // status callbacks answered
}

type bareBrowser struct {
	endpoint string
	key      *ecdh.PublicKey
	auth     []byte
}

const (
	bareCalls       = 64 // as the channels' defaults
	bareConnections = 8
)

func newBareClients(b *testing.B, w *bench) *bareClients {
	b.Helper()
	c := &bareClients{w: w, http: &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * bareCalls, MaxIdleConnsPerHost: bareCalls}}}
	b.Cleanup(c.http.CloseIdleConnections)
	c.reports = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		c.heard.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	b.Cleanup(c.reports.Close)
	c.twilio = twilio.NewRestClientWithParams(twilio.ClientParams{Client: &twilioclient.Client{
		Credentials: twilioclient.NewCredentials(demoAccount, demoToken),
		HTTPClient:  &http.Client{Transport: toStandIn{w.sandbox.URL(), c.http.Transport}},
	}})
	c.twilio.Client.(*twilioclient.Client).SetAccountSid(demoAccount)
	c.dialMail(b)
	c.subscribe(b)
	return c
}

// toStandIn sends twilio-go's calls to the stand-in.
type toStandIn struct {
	base string
	next http.RoundTripper
}

func (t toStandIn) RoundTrip(r *http.Request) (*http.Response, error) {
	base, err := url.Parse(t.base)
	if err != nil {
		return nil, err
	}
	r.URL.Scheme, r.URL.Host = base.Scheme, base.Host
	return t.next.RoundTrip(r)
}

func (c *bareClients) dialMail(b *testing.B) {
	b.Helper()
	host, portText, err := net.SplitHostPort(c.w.sandbox.SMTPAddr())
	if err != nil {
		b.Fatal(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		b.Fatal(err)
	}
	c.mail = make(chan *gomail.Client, bareConnections)
	for range bareConnections {
		client, err := gomail.NewClient(host, gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithoutNoop(), gomail.WithoutRset())
		if err != nil {
			b.Fatal(err)
		}
		if err := client.DialWithContext(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = client.Close() }) // the stand-in may be gone first
		c.mail <- client
	}
}

// round sends what the samples say to every member, and waits for as many
// status callbacks as the pipeline gets.
func (c *bareClients) round(b *testing.B, samples map[channels.Name]sandbox.Item) spent {
	b.Helper()
	byChannel := make(map[channels.Name][]int)
	for i, m := range c.w.members {
		on := m.Member.Contacts[0].Channel
		byChannel[on] = append(byChannel[on], i)
	}
	c.heard.Store(0)
	clock := startClock(b)
	var sending sync.WaitGroup
	for on, members := range byChannel {
		sending.Go(func() { c.sendAll(b, on, members, samples[on]) })
	}
	sending.Wait()
	if b.Failed() {
		b.FailNow()
	}
	c.w.waitFor(b, "the stand-in has reported on every SMS", time.Millisecond, func() bool {
		return int(c.heard.Load()) >= 3*len(byChannel[channels.SMS]) // queued, sent, delivered
	})
	return clock.stop(b)
}

func (c *bareClients) sendAll(b *testing.B, on channels.Name, members []int, sample sandbox.Item) {
	send, calls := c.sendSMS, bareCalls
	switch on {
	case channels.Email:
		send, calls = c.sendMail, bareConnections
	case channels.Push:
		send = c.sendPush
	}
	var next atomic.Int64
	var working sync.WaitGroup
	for range calls {
		working.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(members) || b.Failed() {
					return
				}
				if err := send(b.Context(), members[i], uuid.Must(uuid.NewV7()), sample); err != nil {
					b.Error(err)
				}
			}
		})
	}
	working.Wait()
}

func (c *bareClients) sendSMS(_ context.Context, member int, id uuid.UUID, sample sandbox.Item) error {
	to, callback, validity := c.w.members[member].Member.Contacts[0].Address.Reveal(), c.reports.URL+"/callbacks/sms/"+id.String(), 3500
	_, err := c.twilio.Api.CreateMessage(&api.CreateMessageParams{To: &to, From: &sample.From, Body: &sample.Text, StatusCallback: &callback, ValidityPeriod: &validity})
	return err
}

func (c *bareClients) sendMail(_ context.Context, member int, id uuid.UUID, sample sandbox.Item) error {
	m := gomail.NewMsg()
	if err := m.From("plp@police-demo.example"); err != nil {
		return err
	}
	if err := m.To(c.w.members[member].Member.Contacts[0].Address.Reveal()); err != nil {
		return err
	}
	m.SetDate()
	m.SetMessageIDWithValue(id.String() + "@bare.example")
	m.Subject(sample.Subject)
	for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted"} {
		m.SetGenHeader(gomail.Header(name), sample.Headers[name])
	}
	m.SetBodyString(gomail.TypeTextPlain, sample.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, sample.HTML)
	client := <-c.mail
	defer func() { c.mail <- client }()
	return client.Send(m)
}

func (c *bareClients) sendPush(ctx context.Context, member int, id uuid.UUID, sample sandbox.Item) error {
	browser := c.browser[member]
	body, err := browser.seal([]byte(strings.ReplaceAll(sample.Payload, sample.Delivery.String(), id.String())))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, browser.endpoint, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header = http.Header{
		"Authorization": {c.vapid}, "Content-Encoding": {"aes128gcm"}, "Content-Type": {"application/octet-stream"},
		"Ttl": {sample.Headers["TTL"]}, "Urgency": {sample.Headers["Urgency"]},
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("the push stand-in answered %s", resp.Status)
	}
	return nil
}
