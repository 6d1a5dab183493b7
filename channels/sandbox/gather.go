package sandbox

import (
	"net"
	"sync"
)

// gathering hands out connections that answer a group of commands at once.
type gathering struct {
	net.Listener

	mu   sync.Mutex
	open map[*gatheringConn]bool
}

// Accept implements net.Listener.
func (l *gathering) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &gatheringConn{Conn: raw, from: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[conn] = true
	return conn, nil
}

// drop ends every connection without a word.
func (l *gathering) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.open {
		_ = conn.Conn.Close() // its user finds out
	}
}

func (l *gathering) forget(conn *gatheringConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
}

// gatheringConn keeps what is written until its user reads again, that is until
// every command that came together has its answer (RFC 2920, 3.2). go-smtp would
// send each answer by itself.
type gatheringConn struct {
	net.Conn
	from *gathering

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
	c.from.forget(c)
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
