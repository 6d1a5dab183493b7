package dispatch

import (
	"context"
	"crypto/sha256"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Traces follow each message through the steps, with a span for each. The zero
// value follows nothing and costs nothing.
//
// A message waits for people between two steps, and sweeps repair what crashed,
// so a trace cannot live in what calls what. It follows from the message: every
// span about one has the same trace, on every node (decision 0043). Spans hold
// ids and numbers; never a text, an address or an error's words (PLP.md, rule 12).
type Traces struct{ tracer trace.Tracer }

// NewTraces follows messages with a provider.
func NewTraces(p trace.TracerProvider) Traces { return Traces{p.Tracer("relais/dispatch")} }

// step is one span; the zero value is none.
type step struct{ span trace.Span }

// begin starts a step about a message. It is a child of the step whose event or
// call led here if that is about the same message; another trace, as that of the
// program that published, is linked.
func (t Traces) begin(ctx context.Context, name string, m uuid.UUID) (context.Context, step) {
	if t.tracer == nil {
		return ctx, step{}
	}
	from, root := trace.SpanContextFromContext(ctx), messageSpan(m)
	var options []trace.SpanStartOption
	if from.TraceID() != root.TraceID() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, root)
		if from.IsValid() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: from}))
		}
	}
	ctx, span := t.tracer.Start(ctx, name, options...)
	span.SetAttributes(attribute.String("relais.message", m.String()))
	return ctx, step{span}
}

// beginJob starts the step of a job. Mostly it is about one message; one that a
// sweep gathered of several is linked to each.
func (t Traces) beginJob(ctx context.Context, name string, claimed []subscribers.Claimed) (context.Context, step) {
	if t.tracer == nil {
		return ctx, step{}
	}
	messages, others := messagesOf(claimed)
	if len(messages) == 1 && !others {
		return t.begin(ctx, name, messages[0])
	}
	var links []trace.Link
	for _, m := range messages {
		links = append(links, trace.Link{SpanContext: messageSpan(m)})
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithLinks(links...))
	return ctx, step{span}
}

// messagesOf lists the messages that entries are about, each once, and says
// whether others are about something else: a question, a notice, an infoflash.
func messagesOf(claimed []subscribers.Claimed) (messages []uuid.UUID, others bool) {
	known := make(map[uuid.UUID]bool)
	for _, c := range claimed {
		if c.Purpose != channels.ForMember {
			others = true
			continue
		}
		if !known[c.About] {
			known[c.About] = true
			messages = append(messages, c.About)
		}
	}
	return messages, others
}

// beginCall starts the span of one call to a provider, where its job has one.
func (t Traces) beginCall(ctx context.Context, c subscribers.Claimed) (context.Context, step) {
	if t.tracer == nil {
		return ctx, step{}
	}
	ctx, span := t.tracer.Start(ctx, "call", trace.WithSpanKind(trace.SpanKindClient))
	span.SetAttributes(
		attribute.String("relais.delivery", c.ID.String()),
		attribute.String("relais.channel", string(c.Channel)),
		attribute.Int("relais.attempt", c.Attempt),
	)
	return ctx, step{span}
}

// end ends the span. Of an error it tells that there was one: its words may hold
// an address.
func (s step) end(err error) {
	if s.span == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, "failed")
	}
	s.span.End()
}

// endCall tells the class of an error too, which is of a closed list.
func (s step) endCall(err error) {
	if s.span == nil {
		return
	}
	result := "taken"
	if err != nil {
		result = string(channels.AsSendError(err).Class)
		s.span.SetStatus(codes.Error, result)
	}
	s.span.SetAttributes(attribute.String("relais.result", result))
	s.span.End()
}

// about notes an approval and its partnership.
func (s step) about(a subscribers.Approval) {
	if s.span == nil {
		return
	}
	s.span.SetAttributes(
		attribute.String("relais.approval", a.ID.String()),
		attribute.String("relais.partnership", string(a.Partnership)),
	)
}

// count notes how many deliveries a step was about, and on which channel.
func (s step) count(on channels.Name, n int) {
	if s.span == nil {
		return
	}
	s.span.SetAttributes(attribute.String("relais.channel", string(on)), attribute.Int("relais.deliveries", n))
}

// linkItems links the job that ctx is of to the messages of its infoflashes:
// one job carries several messages, and each message goes in several jobs.
func linkItems(ctx context.Context, items map[channels.DeliveryID][]subscribers.DigestItem) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	linked := make(map[broker.MessageID]bool)
	for _, of := range items {
		for _, item := range of {
			if !linked[item.Message] {
				linked[item.Message] = true
				span.AddLink(trace.Link{SpanContext: messageSpan(item.Message.UUID)})
			}
		}
	}
}

// report notes what a provider said of a delivery.
func (s step) report(r channels.Report) {
	s.span.SetAttributes(attribute.String("relais.delivery", r.Delivery.String()), attribute.String("relais.state", string(r.State)))
}

// messageSpan is what every span about a message has as its trace and its
// farthest ancestor. Nobody records that one.
func messageSpan(m uuid.UUID) trace.SpanContext {
	sum := sha256.Sum256(append([]byte("relais trace "), m[:]...))
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(sum[:16]), SpanID: trace.SpanID(sum[16:24]), TraceFlags: trace.FlagsSampled, Remote: true,
	})
}

// TraceOf is the trace of a message, as trace stores name it.
func TraceOf(m broker.MessageID) string { return messageSpan(m.UUID).TraceID().String() }
