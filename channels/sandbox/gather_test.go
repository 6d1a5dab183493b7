package sandbox

import (
	"io"
	"net"
	"testing"
)

func TestAnswersOfAGroupGoTogether(t *testing.T) {
	ours, theirs := net.Pipe()
	conn := &gatheringConn{Conn: ours, from: &gathering{}}
	for _, answer := range []string{"250 a\r\n", "250 b\r\n", "354 c\r\n"} {
		if _, err := io.WriteString(conn, answer); err != nil {
			t.Fatal(err)
		}
	}
	go func() { _, _ = conn.Read(make([]byte, 1)) }()
	got := make([]byte, 100)
	n, err := theirs.Read(got) // a pipe hands over one write at a time
	if err != nil || string(got[:n]) != "250 a\r\n250 b\r\n354 c\r\n" {
		t.Errorf("%q, %v; want the three answers", got[:n], err)
	}
	if _, err := io.WriteString(conn, "221 bye\r\n"); err != nil {
		t.Fatal(err)
	}
	go func() { _ = conn.Close() }()
	if n, err = theirs.Read(got); err != nil || string(got[:n]) != "221 bye\r\n" {
		t.Errorf("%q, %v; want the last answer before the end", got[:n], err)
	}
}
