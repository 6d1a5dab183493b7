package sandbox

import (
	"net"
	"sync"
)

// gathering hands out connections that answer a group of commands at once.
type gathering struct{ net.Listener }

// Accept implements net.Listener.
func (l gathering) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gatheringConn{Conn: conn}, nil
}

// gatheringConn keeps what is written until its user reads again, that is until
// every command that came together has its answer (RFC 2920, 3.2). go-smtp would
// send each answer by itself.
type gatheringConn struct {
	net.Conn

	mu      sync.Mutex
	answers []byte
}

// Write implements io.Writer.
func (c *gatheringConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, b...)
	return len(b), nil
}

// Read implements io.Reader.
func (c *gatheringConn) Read(b []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// Close sends what is left first, as the answer to QUIT.
func (c *gatheringConn) Close() error {
	_ = c.flush() // the other side may have gone
	return c.Conn.Close()
}

func (c *gatheringConn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.answers) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.answers)
	c.answers = c.answers[:0]
	return err
}
