package email

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func bouncing() Bounces {
	return Bounces{Address: "bounces@mail.zone.example", Protocol: SMTP, CloseAfter: 2, Key: channels.NewSecret("Geheim-4711-Geheim-4711")}
}

func TestReturnPaths(t *testing.T) {
	paths := newReturnPaths(bouncing())
	id := channeltest.Delivery(7, channels.NewAddress("marie@quartier.example")).ID
	own := paths.of(id)
	local, _, _ := strings.Cut(own, "@")
	if len(local) > 64 || !plainAddress(own) { // RFC 5321, 4.5.3.1.1
		t.Errorf("got %q, which not every server takes", own)
	}
	other := newReturnPaths(Bounces{Address: bouncing().Address, Key: channels.NewSecret("another key of ours")})
	next := id
	next.UUID[15]++
	for name, tc := range map[string]struct {
		address string
		want    channels.DeliveryID
		ok      bool
	}{
		"its own":            {own, id, true},
		"in capitals":        {strings.ToUpper(own), id, true},
		"the bare address":   {"Bounces@mail.zone.example", channels.DeliveryID{}, true},
		"signed elsewhere":   {other.of(id), channels.DeliveryID{}, false},
		"another delivery's": {paths.of(next)[:8+26] + own[8+26:], channels.DeliveryID{}, false},
		"another domain":     {local + "@evil.example", channels.DeliveryID{}, false},
		"cut":                {own[:40] + "@mail.zone.example", channels.DeliveryID{}, false},
		"no token":           {"bounces+@mail.zone.example", channels.DeliveryID{}, false},
		"a delivery's id":    {"bounces+" + id.String() + "@mail.zone.example", channels.DeliveryID{}, false},
		"another name":       {"marie@mail.zone.example", channels.DeliveryID{}, false},
		"nothing":            {"", channels.DeliveryID{}, false},
		"longer":             {"bounces+aa" + own[8:], channels.DeliveryID{}, false},
	} {
		got, err := paths.delivery(tc.address)
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("%s: got %v (%v), want %v", name, got, err, tc.want)
		}
	}
}

// TestMailsHaveTheirOwnReturnPath, and show the usual sender.
func TestMailsHaveTheirOwnReturnPath(t *testing.T) {
	server := startServer(t)
	cfg := configFor(server)
	cfg.Bounces = bouncing()
	d := delivery(channels.ForMember, broker.French)
	mustSend(t, start(t, cfg, nil), d)
	got := server.got()[0]
	if id, err := newReturnPaths(cfg.Bounces).delivery(got.from); err != nil || id != d.ID {
		t.Errorf("the return path names %v (%v), want %v", id, err, d.ID)
	}
	if from := parse(t, got.data).header.Get("From"); !strings.Contains(from, "<relais@zone.example>") {
		t.Errorf("got sender %q", from)
	}
	cfg.Bounces.Key = channels.Secret{}
	if _, err := New(cfg, words(t), "relais.example", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("opened without a key for return paths")
	}
}

// desk is a running listener with what it reported.
type desk struct {
	in      *Inbound
	address string
	lmtp    bool
	logs    *bytes.Buffer

	mu      sync.Mutex
	reports []channels.Report
	away    error // what report answers
}

func openDesk(t *testing.T, protocol Protocol) *desk {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{address: listener.Addr().String(), lmtp: protocol == LMTP, logs: &bytes.Buffer{}}
	cfg := valid()
	cfg.Bounces = bouncing()
	cfg.Bounces.Protocol = protocol
	k.in, err = NewInbound(cfg, k.report, slog.New(slog.NewTextHandler(k.logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	k.in.clock = func() time.Time { return time.Date(2026, 11, 23, 21, 30, 0, 0, time.UTC) }
	served := make(chan error, 1)
	go func() { served <- k.in.Serve(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(k.in.Close(context.Background()), <-served); err != nil {
			t.Errorf("end: %v", err)
		}
		for _, private := range []string{"quartier.example", "marie", "mail.zone.example", "Alerte"} {
			if strings.Contains(k.logs.String(), private) {
				t.Errorf("the log holds %q:\n%s", private, k.logs)
			}
		}
	})
	return k
}

func (k *desk) report(_ context.Context, r channels.Report) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.away != nil {
		return k.away
	}
	k.reports = append(k.reports, r)
	return nil
}

func (k *desk) got() []channels.Report {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]channels.Report(nil), k.reports...)
}

// bring hands a mail in as a mail server does.
func (k *desk) bring(t *testing.T, to string, mail io.Reader) error {
	t.Helper()
	conn, err := net.Dial("tcp", k.address)
	if err != nil {
		t.Fatal(err)
	}
	client := smtp.NewClient(conn)
	if k.lmtp {
		client = smtp.NewClientLMTP(conn)
	}
	defer client.Close() // after an error too
	return client.SendMail("", []string{to}, mail)
}

func TestInboundReports(t *testing.T) {
	mails := samples(t)
	paths := newReturnPaths(bouncing())
	id := channeltest.Delivery(7, channels.NewAddress("marie@quartier.example")).ID
	own, at := paths.of(id), time.Date(2026, 11, 23, 21, 30, 0, 0, time.UTC)
	gone := channels.Report{Delivery: id, State: channels.Failed, Class: channels.Gone, Code: "5.1.1", At: at}
	spam := channels.Report{Delivery: id, State: channels.Delivered, Class: channels.OptedOut, At: at}
	forged := "bounces+" + strings.Repeat("a", tokenChars) + "@mail.zone.example"
	for _, protocol := range []Protocol{SMTP, LMTP} {
		for name, tc := range map[string]struct {
			to, mail, about string
			code            int // 0: taken
			want            []channels.Report
		}{
			"a bounce":                  {own, "postfix unknown user", "", 0, []channels.Report{gone}},
			"a bounce, address upper":   {strings.ToUpper(own), "postfix unknown user", "", 0, []channels.Report{gone}},
			"a forged bounce":           {forged, "postfix unknown user", "", 550, nil},
			"a bounce for nobody":       {"bounces@mail.zone.example", "postfix unknown user", "", 0, nil},
			"a stranger":                {"marie@quartier.example", "a person", "", 550, nil},
			"delayed":                   {own, "still trying", "", 0, nil},
			"out of office":             {own, "out of office", "", 0, nil},
			"a person":                  {own, "a person", "", 0, nil},
			"nothing":                   {own, "nothing", "", 0, nil},
			"a complaint":               {"bounces@mail.zone.example", "complaint", own, 0, []channels.Report{spam}},
			"a complaint, header only":  {"bounces@mail.zone.example", "complaint with a header only", own, 0, []channels.Report{spam}},
			"a complaint to the path":   {own, "complaint", "", 0, []channels.Report{spam}},
			"a forged complaint":        {"bounces@mail.zone.example", "complaint", forged, 0, nil},
			"praise":                    {own, "praise", own, 0, nil},
			"a complaint about another": {"bounces@mail.zone.example", "complaint", "eve@evil.example", 0, nil},
		} {
			t.Run(string(protocol)+" "+name, func(t *testing.T) {
				k := openDesk(t, protocol)
				err := k.bring(t, tc.to, strings.NewReader(strings.ReplaceAll(mails[tc.mail], "RETURN-PATH", tc.about)))
				if got := replyCode(err); got != tc.code {
					t.Errorf("got %v, want code %d", err, tc.code)
				}
				if diff := cmp.Diff(tc.want, k.got()); diff != "" {
					t.Errorf("reports (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func replyCode(err error) int {
	var refused *smtp.SMTPError
	if errors.As(err, &refused) {
		return refused.Code
	}
	if err != nil {
		return -1
	}
	return 0
}

// TestInboundTooLarge: ten megabytes are refused, and kept nowhere.
func TestInboundTooLarge(t *testing.T) {
	k := openDesk(t, SMTP)
	own := newReturnPaths(bouncing()).of(channeltest.Delivery(7, channels.Address{}).ID)
	bounce := samples(t)["postfix unknown user"]
	large := io.MultiReader(strings.NewReader(bounce), strings.NewReader(strings.Repeat(strings.Repeat("x", 998)+"\r\n", 10_000)))
	if err := k.bring(t, own, large); replyCode(err) != 552 {
		t.Errorf("ten megabytes: got %v, want 552", err)
	}
	line := strings.NewReader("Subject: " + strings.Repeat("x", 100_000) + "\r\n\r\n" + bounce)
	if err := k.bring(t, own, line); err == nil {
		t.Error("took a line of 100,000 characters")
	}
	if got := k.got(); len(got) != 0 {
		t.Errorf("reported %v", got)
	}
	if err := k.bring(t, own, strings.NewReader(bounce)); err != nil || len(k.got()) != 1 {
		t.Errorf("afterwards: %v, %d reports", err, len(k.got()))
	}
}

// TestInboundLosesNothing: what cannot be recorded now is brought again.
func TestInboundLosesNothing(t *testing.T) {
	k := openDesk(t, SMTP)
	own := newReturnPaths(bouncing()).of(channeltest.Delivery(7, channels.Address{}).ID)
	bounce := samples(t)["postfix unknown user"]
	k.away = errors.New("the database is away")
	if err := k.bring(t, own, strings.NewReader(bounce)); replyCode(err) != 451 {
		t.Errorf("got %v, want 451", err)
	}
	k.mu.Lock()
	k.away = nil
	k.mu.Unlock()
	if err := k.bring(t, own, strings.NewReader(bounce)); err != nil || len(k.got()) != 1 {
		t.Errorf("again: %v, %d reports", err, len(k.got()))
	}
}

// TestInboundEnds while somebody is connected and says nothing.
func TestInboundEnds(t *testing.T) {
	k := openDesk(t, SMTP)
	conn, err := net.Dial("tcp", k.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 100)); err != nil { // the greeting
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no patience
	if err := k.in.Close(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
}

func TestBouncesFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(b *Bounces)
		key    string // "": no fault
	}{
		"as it is":         {func(*Bounces) {}, ""},
		"off":              {func(b *Bounces) { b.Address = "" }, ""},
		"listen":           {func(b *Bounces) { b.Listen = "127.0.0.1:2525" }, ""},
		"no address":       {func(b *Bounces) { b.Address, b.Listen = "", "127.0.0.1:2525" }, "bounces.address"},
		"address and name": {func(b *Bounces) { b.Address = "B <b@zone.example>" }, "bounces.address"},
		"long address":     {func(b *Bounces) { b.Address = strings.Repeat("b", 22) + "@zone.example" }, "bounces.address"},
		"listen nowhere":   {func(b *Bounces) { b.Listen = "2525" }, "bounces.listen"},
		"protocol":         {func(b *Bounces) { b.Protocol = "imap" }, "bounces.protocol"},
		"never closed":     {func(b *Bounces) { b.CloseAfter = 0 }, "bounces.close_after"},
		"short key":        {func(b *Bounces) { b.Key = channels.NewSecret("Geheim") }, "bounces.key"},
	} {
		cfg := valid()
		cfg.Bounces = bouncing()
		tc.change(&cfg.Bounces)
		err := cfg.Validate()
		switch {
		case tc.key == "" && err != nil:
			t.Errorf("%s: got %v, want none", name, err)
		case tc.key != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.key+" ") || !strings.Contains(err.Error(), ";") || strings.Contains(err.Error(), "Geheim")):
			t.Errorf("%s: got %v, want one sentence on %s with a remedy", name, err, tc.key)
		}
	}
}
