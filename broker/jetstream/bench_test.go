package jetstream

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// A job names up to 500 deliveries by their ids of 36 characters.
var job = []byte(`{"ids":["` + strings.Repeat(`0193f0a1-5b7e-7c3d-9a42-d2f1c4b5e697","`, 500) + `"]}`)

// BenchmarkJobs publishes jobs and works them off, with 8 handlers at once, on
// an embedded server with SyncAlways. Compare the two cases of one run only.
func BenchmarkJobs(b *testing.B) {
	b.Run("relais", func(b *testing.B) {
		br := openBroker(b, Config{StoreDir: b.TempDir()})
		done := make(chan struct{}, 1024)
		c := Consumer{Durable: "work", Filter: broker.WorkSubject("sms", broker.Normal), InFlight: 8, AckWait: time.Minute, MaxDeliver: 5}
		consume(b, br, c, newGraves(0), func(context.Context, broker.Event) error { done <- struct{}{}; return nil })
		events := make([]broker.Event, b.N)
		for i, id := range numbered(b.N) {
			events[i] = broker.Event{Subject: c.Filter, ID: id, Data: job}
		}
		b.SetBytes(int64(len(job)))
		b.ResetTimer()
		published := make(chan error, 1)
		go func() { published <- br.PublishAll(b.Context(), events) }()
		for range b.N {
			<-done
		}
		if err := <-published; err != nil {
			b.Fatal(err)
		}
	})
	b.Run("nats.go alone", func(b *testing.B) { rawJobs(b) })
}

// rawJobs does the same without the house: callbacks in turn, plain acks.
func rawJobs(b *testing.B) {
	br := openBroker(b, Config{StoreDir: b.TempDir()})
	cons, err := br.js.CreateConsumer(b.Context(), "RELAIS_WORK", jetstream.ConsumerConfig{
		Durable: "work", FilterSubject: "relais.work.sms.normal", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: maxAckPending,
	})
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{}, 1024)
	running, err := cons.Consume(func(msg jetstream.Msg) {
		_ = msg.Ack()
		done <- struct{}{}
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { running.Stop(); <-running.Closed() }()
	ids := numbered(b.N)
	b.SetBytes(int64(len(job)))
	b.ResetTimer()
	go func() {
		for _, id := range ids {
			if _, err := br.js.PublishAsync("relais.work.sms.normal", job, jetstream.WithMsgID(id), jetstream.WithStallWait(time.Minute)); err != nil {
				b.Errorf("publish: %v", err)
				return
			}
		}
		<-br.js.PublishAsyncComplete()
	}()
	for range b.N {
		<-done
	}
}
