package jetstream

import (
	"context"

	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Events carry the trace that they belong to in two headers (W3C Trace Context,
// traceparent and tracestate), so that a step on another node goes on with it.
// Where nobody traces there is no header, and nothing is looked up or made.

// carrier is the headers of a NATS message, whose names keep their case.
type carrier nats.Header

func (c carrier) Get(key string) string { return nats.Header(c).Get(key) }

func (c carrier) Set(key, value string) { nats.Header(c).Set(key, value) }

func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	return keys
}

// traced writes the trace of ctx, if there is one, into a message.
func traced(ctx context.Context, msg *nats.Msg) *nats.Msg {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return msg
	}
	if msg.Header == nil {
		msg.Header = nats.Header{}
	}
	propagation.TraceContext{}.Inject(ctx, carrier(msg.Header))
	return msg
}

const traceparent = "traceparent"

// withTrace adds the trace that a message names to the context of its handler.
func withTrace(ctx context.Context, header nats.Header) context.Context {
	if header.Get(traceparent) == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, carrier(header))
}
