package email

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// BenchmarkCompose compares a mail rendered once and spliced for each recipient
// with one that is rendered for each.
func BenchmarkCompose(b *testing.B) {
	d := delivery(channels.ForMember, broker.French)
	b.Run("spliced", func(b *testing.B) {
		c := offline(b)
		for b.Loop() {
			composeTo(b, c, d)
		}
	})
	for _, kind := range []KeyType{Ed25519, RSA} {
		b.Run("spliced, signed with "+string(kind), func(b *testing.B) {
			c, _ := signing(b, kind)
			for b.Loop() {
				composeTo(b, c, d)
			}
		})
	}
	b.Run("rendered each", func(b *testing.B) {
		c := offline(b)
		for b.Loop() {
			c.rendered = channels.NewRendered[key, *rendered](1)
			composeTo(b, c, d)
		}
	})
}

func composeTo(b *testing.B, c *Channel, d channels.Delivery) {
	m, err := c.compose(d)
	if err != nil {
		b.Fatal(err)
	}
	for piece := range m.pieces() {
		if _, err := io.Discard.Write(piece); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSend compares, one after the other in each run, one kept connection
// of the pool with one kept go-mail client, as it comes and without NOOP and
// RSET, that all send the same mail. The sink takes it without a look.
func BenchmarkSend(b *testing.B) {
	for _, delay := range []time.Duration{0, time.Millisecond} {
		server := startSink(b, delay)
		cfg := configFor(server)
		cfg.MaxPerConnection, cfg.Connections = 1<<30, 1
		b.Run(fmt.Sprintf("pool, %s away", delay), func(b *testing.B) {
			c := start(b, cfg, nil)
			d := delivery(channels.ForMember, broker.French)
			for b.Loop() {
				if _, err := c.Send(b.Context(), d); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("go-mail, %s away", delay), func(b *testing.B) { sendByGoMail(b, cfg) })
		b.Run(fmt.Sprintf("go-mail without noop, %s away", delay), func(b *testing.B) {
			sendByGoMail(b, cfg, gomail.WithoutNoop(), gomail.WithoutRset())
		})
	}
}

// BenchmarkSendParallel keeps eight connections busy, with twice as many mails at
// once as may go together: by BDAT, and to a server that has none.
func BenchmarkSendParallel(b *testing.B) {
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		for name, chunks := range map[string]bool{"together": true, "one by one": false} {
			b.Run(fmt.Sprintf("%s, %s away", name, delay), func(b *testing.B) {
				c := start(b, configFor(startSink(b, delay)), nil)
				onDial(c, func(c *conn) { c.chunks = chunks })
				sendParallel(b, c)
			})
		}
	}
}

func sendParallel(b *testing.B, c *Channel) {
	content := channeltest.Content(channels.ForMember, broker.French)
	b.SetParallelism(2 * Together * c.cfg.Connections / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		d := delivery(channels.ForMember, broker.French)
		d.Content = content
		for pb.Next() {
			if _, err := c.Send(b.Context(), d); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

func sendByGoMail(b *testing.B, cfg Config, options ...gomail.Option) {
	client, err := gomail.NewClient(cfg.Host, append(options, gomail.WithPort(cfg.Port), gomail.WithTLSPolicy(gomail.NoTLS))...)
	if err != nil {
		b.Fatal(err)
	}
	if err := client.DialWithContext(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := client.Close(); err != nil {
			b.Error(err)
		}
	}()
	c := offline(b)
	d := delivery(channels.ForMember, broker.French)
	var text, html bytes.Buffer
	v := newView(d.Content, c.renderer.words[d.Content.Lang])
	if err := c.renderer.text[d.Content.Purpose].Execute(&text, v); err != nil {
		b.Fatal(err)
	}
	if err := c.renderer.html[d.Content.Purpose].Execute(&html, v); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m := c.renderer.compose(d.Content, v, text.String(), html.String())
		m.SetDate()
		m.SetMessageIDWithValue(d.ID.String() + "@relais.example")
		if err := m.To(d.To.Reveal()); err != nil {
			b.Fatal(err)
		}
		if err := client.Send(m); err != nil {
			b.Fatal(err)
		}
	}
}

// startSink takes every mail, and reads each time that far away.
func startSink(b *testing.B, delay time.Duration) *mailServer {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return sink{}, nil }))
	server.ErrorLog = quietLog{}
	served := make(chan error, 1)
	go func() { served <- server.Serve(far{listener, delay}) }()
	b.Cleanup(func() {
		if err := errors.Join(server.Close(), <-served); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			b.Errorf("end the sink: %v", err)
		}
	})
	return &mailServer{host: "127.0.0.1", port: listener.Addr().(*net.TCPAddr).Port}
}

type sink struct{}

func (sink) Mail(string, *smtp.MailOptions) error { return nil }
func (sink) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (sink) Reset()                               {}
func (sink) Logout() error                        { return nil }
func (sink) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// far is a listener on the other end of a slow line.
type far struct {
	net.Listener
	delay time.Duration
}

func (l far) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil || l.delay == 0 {
		return c, err
	}
	return &farConn{Conn: c, delay: l.delay, coming: make(chan arrival, 1000)}, nil
}

// farConn is read as long after it was written to as the line is long.
type farConn struct {
	net.Conn
	delay  time.Duration
	begin  sync.Once
	coming chan arrival
	rest   []byte
}

type arrival struct {
	at   time.Time
	data []byte
}

// Read waits until what was written first has come.
func (c *farConn) Read(p []byte) (int, error) {
	c.begin.Do(func() { go c.carry() })
	if len(c.rest) == 0 {
		next, more := <-c.coming
		if !more {
			return 0, io.EOF
		}
		time.Sleep(time.Until(next.at))
		c.rest = next.data
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *farConn) carry() {
	defer close(c.coming)
	for {
		data := make([]byte, 64<<10)
		n, err := c.Conn.Read(data)
		if err != nil {
			return
		}
		c.coming <- arrival{time.Now().Add(c.delay), data[:n]}
	}
}
