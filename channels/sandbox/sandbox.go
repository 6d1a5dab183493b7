package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
)

// Config says where the stand-ins listen and whom they let in.
type Config struct {
	SMTPAddr   string          // host:port, "127.0.0.1:0" if empty
	HTTPAddr   string          // host:port, "127.0.0.1:0" if empty
	AccountSID string          // of the Twilio stand-in
	AuthToken  channels.Secret // of the Twilio stand-in; signs its callbacks too
	Keep       int             // how many messages stay whole, 2000 if 0; older ones are only counted
	Lang       broker.Lang     // of the outbox page where the browser asks for none of ours; English if empty
	Inbound    string          // where Relais takes texts that people write, until its first StatusCallback says so
	Seed       uint64          // of the faults' dice; random if 0, the log says which
}

// Sandbox is a set of running stand-ins.
type Sandbox struct {
	cfg     Config
	log     *slog.Logger
	base    string
	zone    *time.Location
	record  *record
	faults  *faults
	people  *people
	texts   *texts
	twilio  *twilio
	inbound *inbound
	phone   *telephone
	push    *pushService
	outbox  *outbox
	mails   *smtp.Server
	mailsIn *gathering
	pages   *http.Server
	closing context.CancelFunc
	closed  <-chan struct{} // from the beginning of Close
	serving sync.WaitGroup
}

// Start opens both listeners and serves until Close. ctx bounds the start only.
func Start(ctx context.Context, cfg Config, log *slog.Logger) (*Sandbox, error) {
	s, err := newSandbox(cfg.withDefaults(), log)
	if err != nil {
		return nil, err
	}
	var listen net.ListenConfig
	mailListener, err := listen.Listen(ctx, "tcp", s.cfg.SMTPAddr)
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	pageListener, err := listen.Listen(ctx, "tcp", s.cfg.HTTPAddr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for HTTP: %w", err), mailListener.Close())
	}
	running, closing := context.WithCancel(context.WithoutCancel(ctx))
	s.closing, s.closed = closing, running.Done()
	s.serve(running, mailListener, pageListener)
	log.Info("sandbox is up", "smtp", s.SMTPAddr(), "http", s.base, "faults_seed", s.cfg.Seed)
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.SMTPAddr == "" {
		c.SMTPAddr = "127.0.0.1:0"
	}
	if c.HTTPAddr == "" {
		c.HTTPAddr = "127.0.0.1:0"
	}
	if c.Keep <= 0 {
		c.Keep = 2000
	}
	if !c.Lang.Valid() {
		c.Lang = broker.English
	}
	for c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	return c
}

func newSandbox(cfg Config, log *slog.Logger) (*Sandbox, error) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		return nil, fmt.Errorf("load the outbox's time zone: %w", err)
	}
	texts, err := loadTexts()
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		cfg:    cfg,
		log:    log,
		zone:   zone,
		texts:  texts,
		record: newRecord(cfg.Keep),
		faults: newFaults(cfg.Seed),
		people: &people{names: make(map[string]string)},
	}
	s.outbox, err = newOutbox(s)
	return s, err
}

// serve starts what runs: callbacks, mail, pages, in this order.
func (s *Sandbox) serve(running context.Context, mailListener, pageListener net.Listener) {
	s.mailsIn = &gathering{Listener: mailListener, open: make(map[*gatheringConn]bool)}
	s.base = "http://" + pageListener.Addr().String()
	s.twilio = newTwilio(s)
	s.twilio.callbacks.start(running)
	s.inbound = newInbound(s)
	s.phone = newTelephone(s)
	s.phone.start(running)
	s.push = newPushService(s)
	s.mails = newMailServer(s, running.Done())
	s.pages = &http.Server{
		Handler:           s.routes(),
		BaseContext:       func(net.Listener) context.Context { return running },
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.serving.Go(func() { s.report("serve mail", s.mails.Serve(s.mailsIn)) })
	s.serving.Go(func() { s.report("serve pages", s.pages.Serve(pageListener)) })
}

func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2010-04-01/Accounts/{file}", s.twilio.account)
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Messages.json", s.twilio.create)
	mux.HandleFunc("GET /2010-04-01/Accounts/{sid}/Messages.json", s.twilio.list)
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Calls.json", s.phone.create)
	mux.HandleFunc("GET /2010-04-01/Accounts/{sid}/Calls.json", s.phone.list)
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Calls/{call}", s.phone.update)
	mux.HandleFunc("POST /push/{token}", s.push.send)
	mux.HandleFunc("POST /push/subscriptions", s.postSubscription)
	mux.Handle("GET /faults", s.faultsPages(s.getFaultsPage))
	mux.Handle("POST /faults", s.faultsPages(s.postAllBehave))
	mux.HandleFunc("GET /faults/{channel}", s.getFaults)
	mux.HandleFunc("PUT /faults/{channel}", s.putFaults)
	mux.Handle("POST /faults/{channel}", s.faultsPages(s.postFaults))
	mux.Handle("GET /texts", s.faultsPages(s.getTexts))
	mux.Handle("POST /texts", s.faultsPages(s.postText))
	mux.Handle("POST /texts.json", s.faultsPages(s.postTextJSON))
	mux.Handle("/outbox", s.outbox)
	mux.Handle("/outbox/", s.outbox)
	mux.Handle("/outbox.json", s.outbox)
	mux.Handle("GET /{$}", http.RedirectHandler("/outbox", http.StatusFound))
	return mux
}

func (s *Sandbox) report(what string, err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		s.log.Error("sandbox: "+what, "err", err)
	}
}

// SMTPAddr returns the host:port that takes mail.
func (s *Sandbox) SMTPAddr() string { return s.mailsIn.Addr().String() }

// URL returns the base of the HTTP stand-ins, without a slash at its end:
// Twilio's API under /2010-04-01, push under /push, the outbox under /outbox.
func (s *Sandbox) URL() string { return s.base }

// Handler serves the outbox under /outbox, to be mounted in another server too.
func (s *Sandbox) Handler() http.Handler { return s.outbox }

// Close stops the pages, the mail server and the callbacks, in this order, and
// waits for requests under way until ctx ends. Callbacks not yet sent are dropped.
func (s *Sandbox) Close(ctx context.Context) error {
	s.closing() // live pages and waiting requests end now
	var faults []error
	if err := s.pages.Shutdown(ctx); err != nil {
		faults = append(faults, fmt.Errorf("close pages: %w", err), s.pages.Close())
	}
	if err := s.mailsIn.Close(); err != nil {
		faults = append(faults, fmt.Errorf("close the mail listener: %w", err))
	}
	s.serving.Wait() // after it nobody new comes
	// Senders keep connections for their next mail. go-smtp's own Close would touch
	// what a connection that reads BDAT still writes.
	s.mailsIn.drop()
	if err := s.mails.Shutdown(ctx); err != nil && !errors.Is(err, net.ErrClosed) { // it closes the listener too
		faults = append(faults, fmt.Errorf("close mail: %w", err))
	}
	s.twilio.callbacks.wait()
	s.phone.wait()
	s.inbound.client.CloseIdleConnections()
	return errors.Join(faults...)
}
