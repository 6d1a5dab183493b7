package email

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"relais/channels"
)

// Bounds of the listener. What comes is a report of a few kilobytes with, at
// most, the mail that it is about.
const (
	maxInbound        = 1 << 20 // bytes of a mail
	maxInboundLine    = 8 << 10
	maxInboundClients = 20
	maxInboundRcpts   = 10
	inboundPatience   = time.Minute      // for each command
	recordWithin      = 30 * time.Second // a mail server waits ten minutes for our answer (RFC 5321, 4.5.3.2.6)
	endWithin         = 2 * time.Second  // for connections in use
)

// Inbound takes mails that come back to our return paths, from the mail server
// that is responsible for their domain, and reports what they say.
type Inbound struct {
	paths  returnPaths
	report func(context.Context, channels.Report) error
	server *smtp.Server
	clock  func() time.Time
	log    *slog.Logger
}

// NewInbound checks cfg. report keeps what is known of a delivery; a mail is
// taken once it has returned nil, else the mail server brings it again.
func NewInbound(cfg Config, report func(context.Context, channels.Report) error, log *slog.Logger) (*Inbound, error) {
	switch {
	case cfg.Validate() != nil:
		return nil, cfg.Validate()
	case !cfg.Bounces.on() || cfg.Bounces.Key.IsZero():
		return nil, errors.New("bounces.address and bounces.key are needed to know our return paths")
	}
	in := &Inbound{paths: newReturnPaths(cfg.Bounces), report: report, clock: time.Now, log: log}
	in.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{in: in}, nil }))
	in.server.LMTP = cfg.Bounces.Protocol == LMTP
	in.server.Domain = in.paths.domain
	in.server.MaxMessageBytes, in.server.MaxLineLength, in.server.MaxRecipients = maxInbound, maxInboundLine, maxInboundRcpts
	in.server.ReadTimeout, in.server.WriteTimeout = inboundPatience, inboundPatience
	in.server.EnableSMTPUTF8 = true // a report about an address with accents (RFC 6533)
	in.server.ErrorLog = inboundLog{log}
	return in, nil
}

// Serve takes mails from l until Close.
func (in *Inbound) Serve(l net.Listener) error {
	err := in.server.Serve(netutil.LimitListener(l, maxInboundClients))
	if errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Close ends the listener, lets mails that are being taken be finished, and
// then ends every connection. The mail server brings again what was cut.
func (in *Inbound) Close(ctx context.Context) error {
	finishing, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	err := in.server.Shutdown(finishing)
	if errors.Is(err, context.DeadlineExceeded) {
		err = in.server.Close()
	}
	if errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// visit is one connection of a mail server.
type visit struct {
	in    *Inbound
	about []channels.DeliveryID // by recipient; zero: the bare address
}

// Mail begins a mail. Reports come from nobody, "<>" (RFC 3464, 2), but not
// every server keeps to that; the recipient says whether it is believed.
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes our return paths only, so that nothing forged is ever read.
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	id, err := v.in.paths.delivery(to)
	if err != nil {
		v.in.log.Warn("mail for an address that is not a return path of ours refused")
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such address here"}
	}
	v.about = append(v.about, id)
	return nil
}

// Data reads the mail and takes it once what it says is recorded.
func (v *visit) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	said := judge(data)
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	for _, id := range v.about {
		if err := v.in.take(ctx, id, said); err != nil {
			v.in.log.Error("a bounce cannot be recorded; the mail server brings it again", "err", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "please try again later"}
		}
	}
	return nil
}

// Reset forgets the recipients of the mail so far.
func (v *visit) Reset() { v.about = nil }

// Logout ends the visit.
func (v *visit) Logout() error { return nil }

// take reports what was said about a delivery, if it changes anything.
func (in *Inbound) take(ctx context.Context, id channels.DeliveryID, said verdict) error {
	if said.news == complaint && id == (channels.DeliveryID{}) {
		id, _ = in.paths.delivery(said.about) // a forged one stays zero
	}
	log := in.log.With("delivery", id, "news", said.news, "code", said.code)
	if id == (channels.DeliveryID{}) {
		log.Info("mail to the address of bounces names no delivery of ours, left aside")
		return nil
	}
	r := channels.Report{Delivery: id, Code: said.code, At: in.clock()}
	switch said.news {
	case failed:
		r.State, r.Class = channels.Failed, said.class
	case complaint: // who complains has got it
		r.State, r.Class = channels.Delivered, channels.OptedOut
	default:
		log.Info("mail about a delivery noted, nothing changes")
		return nil
	}
	log.Info("mail about a delivery recorded", "class", r.Class)
	return in.report(ctx, r)
}

// inboundLog keeps what clients say out of the log: it can hold addresses.
type inboundLog struct{ log *slog.Logger }

func (l inboundLog) Printf(string, ...any) { l.log.Debug("a connection for bounces ended badly") }
func (l inboundLog) Println(...any)        { l.log.Debug("a connection for bounces ended badly") }
