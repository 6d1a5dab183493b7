package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Limits of the connections to PostgreSQL.
const (
	pgConnections    = 16
	pgConnectTimeout = 5 * time.Second
	// A connection that leads nowhere, as when the other machine lost its power,
	// says nothing for a quarter of an hour. A statement that takes longer has one.
	pgPatience = 30 * time.Second
	// One that has rested is asked first whether it still leads somewhere. Else
	// each of a pool of dead ones would cost somebody the whole of pgPatience.
	pgRested  = time.Second
	pgAnswers = 5 * time.Second
)

func connectPostgres(url string) (*Store, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// pgx leaves the password out of its own text, but not out of every cause.
		return nil, errors.New("the database's address cannot be read; write it as postgres://USER:PASSWORD@HOST:PORT/NAME, with special characters of the password as %XX")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = pgConnectTimeout
	}
	for name, value := range pgSettings() {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	s := &Store{
		name:   fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port),
		engine: engine{name: "postgres", pipelined: true}, patience: pgPatience, answers: pgAnswers,
		notReady: "see whether PostgreSQL runs there, and whether user and password are right",
	}
	db := stdlib.OpenDB(*config, stdlib.OptionShouldPing(s.leadsNowhere))
	db.SetMaxOpenConns(pgConnections)
	db.SetMaxIdleConns(pgConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.writing, s.reading = db, db
	return s, nil
}

// leadsNowhere asks a connection that has rested whether anybody is there. One
// that does not answer is closed by that; pgx then finds it so and takes another.
func (s *Store) leadsNowhere(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration < pgRested {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, s.answers)
	defer cancel()
	return p.Conn.Ping(ctx) != nil
}

// pgSettings are the settings of our connections. Each of our queries over big
// tables goes by an index. The planner does not know that where it guesses how
// many rows match, and then reads a whole table for a job of 500 ids.
func pgSettings() map[string]string {
	return map[string]string{
		"application_name": "relais", "enable_seqscan": "off", "random_page_cost": "1.1",
		"jit": "off", // it would be paid for by each connection again
		// What counts a wide message behind a page leaves the other processors to pages.
		"max_parallel_workers_per_gather": "0",
		// A node that dies in the middle of a transaction without a word, with its
		// machine or its network, leaves its locks behind, and routing waits for them.
		// So do those of its statements that still wait for a lock: they are not
		// handed it one after the other.
		"idle_in_transaction_session_timeout": "10s", "lock_timeout": "20s",
		"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3", // in seconds
	}
}

// postgresBusy says whether another transaction was in the way for a moment
// (PostgreSQL, appendix A: serialization failure, deadlock). Who has waited for
// a lock for the whole of lock_timeout has waited enough.
func postgresBusy(err error) bool {
	code := postgresCode(err)
	return code == "40001" || code == "40P01"
}

// postgresFull says whether there was no room on its disk (appendix A: disk full).
func postgresFull(err error) bool { return postgresCode(err) == "53100" }

// postgresCode is the SQLSTATE in an error; empty: none.
func postgresCode(err error) string {
	var fault *pgconn.PgError
	if !errors.As(err, &fault) {
		return ""
	}
	return fault.Code
}
