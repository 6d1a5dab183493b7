package main

import (
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	twilioclient "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	gomail "github.com/wneessen/go-mail"

	"relais/channels"
	"relais/channels/sandbox"
	"relais/store"
)

// bareClients make the same calls as the pipeline with each provider's library
// alone, well tuned and with as many calls at once. They read and keep nothing:
// what the pipeline takes longer is the price of approval, plan, deduplication
// and receipts that can be trusted.
type bareClients struct {
	members []store.MemberRow
	samples map[channels.Name]sandbox.Item // one delivery of each channel, to copy
	http    *http.Client
	twilio  *api.ApiService
	mail    chan *gomail.Client
	vapid   string        // the Authorization of every push
	browser []bareBrowser // by member; zero for those without push
	reports string        // where status callbacks go
	heard   atomic.Int64  // status callbacks answered

	calls, connections int // at once: by HTTP, and to the mail server
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

// newBareClients connects to the stand-ins, with so many calls at once on each
// channel, 0 for the defaults; what it opens ends with the house.
func newBareClients(ctx context.Context, h *benchHouse, samples map[channels.Name]sandbox.Item, calls int) (*bareClients, error) {
	c := &bareClients{members: h.members, samples: samples, calls: bareCalls, connections: bareConnections}
	if calls > 0 {
		c.calls, c.connections = calls, calls
	}
	c.http = &http.Client{Transport: &http.Transport{MaxIdleConns: 2 * c.calls, MaxIdleConnsPerHost: c.calls}}
	steps := &h.lifecycle
	steps.started("bare client's connections", func(context.Context) error { c.http.CloseIdleConnections(); return nil })
	if err := c.takeReports(ctx, steps); err != nil {
		return nil, err
	}
	// Not twilio.RestClient: it holds Twilio's every product, and building this
	// program would take twice the processor time.
	account := &twilioclient.Client{
		Credentials: twilioclient.NewCredentials(demoAccount, demoToken),
		HTTPClient:  &http.Client{Transport: toStandIn{h.sandboxURL, c.http.Transport}},
	}
	account.SetAccountSid(demoAccount)
	c.twilio = api.NewApiServiceWithClient(account)
	return c, errors.Join(c.dialMail(ctx, h.smtp, steps), c.subscribe(h.sandboxURL))
}

// takeReports answers each status callback without a look.
func (c *bareClients) takeReports(ctx context.Context, steps *lifecycle) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the bare client's reports: %w", err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what it says is of no use here
		c.heard.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	steps.started("bare client's reports", func(context.Context) error {
		err := server.Close()
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	})
	c.reports = "http://" + listener.Addr().String()
	return nil
}

// toStandIn sends twilio-go's calls to the stand-in.
type toStandIn struct {
	base string
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t toStandIn) RoundTrip(r *http.Request) (*http.Response, error) {
	base, err := url.Parse(t.base)
	if err != nil {
		return nil, err
	}
	r.URL.Scheme, r.URL.Host = base.Scheme, base.Host
	return t.next.RoundTrip(r)
}

func (c *bareClients) dialMail(ctx context.Context, smtp string, steps *lifecycle) error {
	host, portText, err := net.SplitHostPort(smtp)
	if err != nil {
		return fmt.Errorf("address of the mail stand-in: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return fmt.Errorf("port of the mail stand-in: %w", err)
	}
	c.mail = make(chan *gomail.Client, c.connections)
	for range c.connections {
		client, err := gomail.NewClient(host, gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithoutNoop(), gomail.WithoutRset())
		if err != nil {
			return err
		}
		if err := client.DialWithContext(ctx); err != nil {
			return fmt.Errorf("dial the mail stand-in: %w", err)
		}
		steps.started("bare mail client", func(ctx context.Context) error {
			// go-mail's deadline runs from the last mail, so its QUIT fails after a
			// pause; every answer came before, and the stand-in ends next.
			if err := client.Close(); err != nil {
				steps.log.DebugContext(ctx, "the bare mail client could not say goodbye", "err", err)
			}
			return nil
		})
		c.mail <- client
	}
	return nil
}

// round sends what the samples say to every member, and waits for as many
// status callbacks as the pipeline gets.
func (c *bareClients) round(ctx context.Context) error {
	byChannel := make(map[channels.Name][]int)
	for i, m := range c.members {
		on := m.Member.Contacts[0].Channel
		byChannel[on] = append(byChannel[on], i)
	}
	c.heard.Store(0)
	failed := make(chan error, len(byChannel))
	for on, members := range byChannel {
		go func() { failed <- c.sendAll(ctx, on, members) }()
	}
	var errs []error
	for range byChannel {
		errs = append(errs, <-failed)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("bare client: %w", err)
	}
	return waitUntil(ctx, "the stand-in has reported on every SMS of the bare client", func() (bool, error) {
		return int(c.heard.Load()) >= 3*len(byChannel[channels.SMS]), nil // queued, sent, delivered
	})
}

func (c *bareClients) sendAll(ctx context.Context, on channels.Name, members []int) error {
	send, calls := c.sendSMS, c.calls
	switch on {
	case channels.Email:
		send, calls = c.sendMail, c.connections
	case channels.Push:
		send = c.sendPush
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var working sync.WaitGroup
	for range calls {
		working.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(members) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := send(ctx, members[i], uuid.Must(uuid.NewV7()), c.samples[on]); err != nil {
					cancel(err)
				}
			}
		})
	}
	working.Wait()
	return context.Cause(ctx)
}

func (c *bareClients) sendSMS(_ context.Context, member int, id uuid.UUID, sample sandbox.Item) error {
	to, callback, validity := c.members[member].Member.Contacts[0].Address.Reveal(), c.reports+"/callbacks/sms/"+id.String(), 3500
	_, err := c.twilio.CreateMessage(&api.CreateMessageParams{To: &to, From: &sample.From, Body: &sample.Text, StatusCallback: &callback, ValidityPeriod: &validity})
	return err
}

func (c *bareClients) sendMail(_ context.Context, member int, id uuid.UUID, sample sandbox.Item) error {
	m := gomail.NewMsg()
	if err := m.From("plp@police-demo.example"); err != nil {
		return err
	}
	if err := m.To(c.members[member].Member.Contacts[0].Address.Reveal()); err != nil {
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
		"Ttl": {sample.Headers["TTL"]}, "Urgency": {sample.Headers["Urgency"]}, "Topic": {sample.Headers["Topic"]},
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
