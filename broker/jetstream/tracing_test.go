package jetstream

import (
	"context"
	"testing"

	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel/trace"

	"relais/broker"
)

// Whoever handles an event goes on with the trace of who published it.
func TestTraceCrossesNATS(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		got := make(chan trace.SpanContext, 3)
		consume(t, b, route(), newGraves(0), func(ctx context.Context, _ broker.Event) error {
			got <- trace.SpanContextFromContext(ctx)
			return nil
		})
		want := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{7}, SpanID: trace.SpanID{8}, TraceFlags: trace.FlagsSampled})
		ctx := trace.ContextWithSpanContext(t.Context(), want)
		if err := b.Publish(ctx, broker.Event{Subject: demo, ID: "one", Data: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		if err := b.PublishAll(ctx, []broker.Event{{Subject: demo, Data: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if there := nextOf(t, got, "event"); !there.Equal(want.WithRemote(true)) {
				t.Errorf("the handler is in trace %s, span %s, want %s, %s", there.TraceID(), there.SpanID(), want.TraceID(), want.SpanID())
			}
		}
		publish(t, b, "untraced")
		if there := nextOf(t, got, "event"); there.IsValid() {
			t.Errorf("an event without a trace is in %s", there.TraceID())
		}
	})
}

// Where nobody traces, an event gets no header, and its handler's context is as it was.
func TestUntracedEventsCostNothing(t *testing.T) {
	ctx, msg, header := t.Context(), &nats.Msg{}, nats.Header{"Nats-Msg-Id": []string{"m1.1"}}
	got := testing.AllocsPerRun(100, func() {
		traced(ctx, msg)
		if withTrace(ctx, header) != ctx {
			t.Error("the context was changed")
		}
	})
	if got != 0 || msg.Header != nil {
		t.Errorf("%v allocations, header %v; want none", got, msg.Header)
	}
}
