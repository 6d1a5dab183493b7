package jetstream

import (
	"fmt"
	"log/slog"
)

// serverLog passes the embedded server's lines on to slog, and keeps the first
// fatal one: the server logs why it cannot start and does not return it.
type serverLog struct {
	log   *slog.Logger
	fatal chan string // holds one
}

func newServerLog(log *slog.Logger) *serverLog {
	return &serverLog{log: log.With("component", "nats-server"), fatal: make(chan string, 1)}
}

// Noticef logs what the server does; of interest only when something is sought.
func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }

// Debugf is never called, for the server is started without debugging.
func (l *serverLog) Debugf(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }

// Tracef drops its lines: they would hold texts (PLP.md, rule 12).
func (l *serverLog) Tracef(string, ...any) {}

// Warnf logs a warning of the server.
func (l *serverLog) Warnf(format string, v ...any) { l.log.Warn(fmt.Sprintf(format, v...)) }

// Errorf logs an error of the server.
func (l *serverLog) Errorf(format string, v ...any) { l.log.Error(fmt.Sprintf(format, v...)) }

// Fatalf logs and keeps the line; it does not end the program.
func (l *serverLog) Fatalf(format string, v ...any) {
	line := fmt.Sprintf(format, v...)
	l.log.Error(line)
	select {
	case l.fatal <- line:
	default:
	}
}

// firstFatal returns the line that stopped the server, or nothing.
func (l *serverLog) firstFatal() string {
	select {
	case line := <-l.fatal:
		return line
	default:
		return ""
	}
}
