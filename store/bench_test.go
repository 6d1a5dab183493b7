package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// BenchmarkLedger writes a message for many people: the rows of a plan in
// pages of 500, then their claims and outcomes in jobs of 500; and of another one
// pages that are called at once, then their outcomes. "raw" puts as
// many rows as wide into a table without any index but its key, in the same
// transactions: what the engine itself takes.
func BenchmarkLedger(b *testing.B) {
	for name, fresh := range engines() {
		for _, rows := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) { benchmarkLedger(b, fresh(b), rows) })
		}
	}
}

const job = 500

func benchmarkLedger(b *testing.B, url string, rows int) {
	s := open(b, url)
	raw := rawTable(b, url)
	spent := make(map[string]time.Duration)
	for range b.N {
		a := granted(b, s, tilleuls)[0]
		all := entries(a, people(rows))
		timed := func(what string, do func(chunk []subscribers.Entry)) {
			begin := time.Now()
			for chunk := range slices.Chunk(all, job) {
				do(chunk)
			}
			spent[what] += time.Since(begin)
		}
		timed("raw", func(chunk []subscribers.Entry) { writeRaw(b, raw, chunk) })
		timed("add", func(chunk []subscribers.Entry) { got(s.Add(b.Context(), chunk))(b) })
		timed("send", func(chunk []subscribers.Entry) { claimAndRecord(b, s, chunk) })
		timed("again", func(chunk []subscribers.Entry) { got(s.Add(b.Context(), chunk))(b) })
		all = entries(granted(b, s, tilleuls)[0], people(rows))
		timed("begin", func(chunk []subscribers.Entry) { begin(b, s, chunk) })
		timed("record", func(chunk []subscribers.Entry) { record(b, s, idsOf(chunk)) })
	}
	for what, took := range spent {
		b.ReportMetric(float64(rows*b.N)/took.Seconds(), what+"-rows/s")
	}
}

func claimAndRecord(b *testing.B, s *store.Store, chunk []subscribers.Entry) {
	claimed := got(s.Claim(b.Context(), idsOf(chunk), noon, time.Minute))(b)
	if len(claimed) != len(chunk) {
		b.Fatalf("claimed %d of %d", len(claimed), len(chunk))
	}
	record(b, s, idsOf(chunk))
}

func begin(b *testing.B, s *store.Store, chunk []subscribers.Entry) {
	begun, _, err := s.Begin(b.Context(), chunk, []channels.Name{channels.SMS, channels.Email}, noon, time.Minute)
	must(b, err)
	if len(begun) != len(chunk) {
		b.Fatalf("began %d of %d", len(begun), len(chunk))
	}
}

func record(b *testing.B, s *store.Store, ids []channels.DeliveryID) {
	outcomes := make([]subscribers.Outcome, len(ids))
	for i, id := range ids {
		outcomes[i] = outcome(id, channels.Accepted)
		outcomes[i].Ref = "SM" + id.String()
	}
	got(s.Record(b.Context(), outcomes))(b)
}

func rawTable(b *testing.B, url string) *sql.DB {
	b.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, name)
	must(b, err)
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { must(b, db.Close()) })
	_, err = db.Exec(`CREATE TABLE raw (id BYTEA PRIMARY KEY, about BYTEA, approval BYTEA, member BYTEA, hash BYTEA, words TEXT, next_at BIGINT, not_after BIGINT, created_at BIGINT)`)
	must(b, err)
	return db
}

func writeRaw(b *testing.B, db *sql.DB, chunk []subscribers.Entry) {
	b.Helper()
	words := strings.Repeat("pending,", 10)
	tx, err := db.Begin()
	must(b, err)
	const width = 9
	marks, args := make([]string, 0, 100), make([]any, 0, 100*width)
	for part := range slices.Chunk(chunk, 100) { // rows in one statement
		marks, args = marks[:0], args[:0]
		for _, e := range part {
			var mark []string
			for i := range width {
				mark = append(mark, fmt.Sprintf("$%d", len(args)+i+1))
			}
			marks = append(marks, "("+strings.Join(mark, ",")+")")
			args = append(args, e.ID.UUID[:], e.About[:], e.Approval.UUID[:], e.Member.UUID[:], e.Hash[:], words, e.NextAt.UnixMilli(), e.NotAfter.UnixMilli(), e.CreatedAt.UnixMilli())
		}
		_, err := tx.Exec(`INSERT INTO raw VALUES `+strings.Join(marks, ","), args...)
		must(b, err)
	}
	must(b, tx.Commit())
}
