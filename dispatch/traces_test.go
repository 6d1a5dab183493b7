package dispatch

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

func traced(t *testing.T) (Traces, *tracetest.InMemoryExporter) {
	t.Helper()
	seen := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(seen))
	t.Cleanup(func() {
		if err := provider.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return NewTraces(provider), seen
}

// Steps about one message share its trace, on whatever node and after whatever
// pause; the trace of who published it is linked.
func TestStepsOfAMessageShareATrace(t *testing.T) {
	traces, seen := traced(t)
	message := broker.MessageID{UUID: uuid.New()}
	police := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, Remote: true})

	ctx, route := traces.begin(trace.ContextWithRemoteSpanContext(t.Context(), police), "route", message.UUID)
	_, plan := traces.begin(ctx, "plan", message.UUID)
	plan.end(errors.New("a text that must not be told"))
	route.end(nil)
	_, later := traces.begin(t.Context(), "approve", message.UUID)
	later.end(nil)

	spans := seen.GetSpans()
	if len(spans) != 3 {
		t.Fatalf("%d spans, want 3", len(spans))
	}
	for _, s := range spans {
		if got := s.SpanContext.TraceID().String(); got != TraceOf(message) {
			t.Errorf("%s is in trace %s, want %s", s.Name, got, TraceOf(message))
		}
		if s.Status.Description == "a text that must not be told" || len(s.Events) > 0 {
			t.Errorf("%s tells the error's words", s.Name)
		}
	}
	if got := spans[0].Parent.SpanID(); got != spans[1].SpanContext.SpanID() {
		t.Error("the plan is no child of the step that led to it")
	}
	if links := spans[1].Links; len(links) != 1 || links[0].SpanContext.TraceID() != police.TraceID() {
		t.Errorf("the route links %v, want the trace of who published", links)
	}
}

// A job that a sweep gathered of two messages is linked to both, and child of none.
func TestAJobOfSeveralMessagesIsLinked(t *testing.T) {
	traces, seen := traced(t)
	a, b := uuid.New(), uuid.New()
	var claimed []subscribers.Claimed
	for _, about := range []uuid.UUID{a, b, a} {
		claimed = append(claimed, subscribers.Claimed{Entry: subscribers.Entry{Purpose: channels.ForMember, About: about}})
	}
	ctx, job := traces.beginJob(t.Context(), "send", claimed)
	linkItems(ctx, map[channels.DeliveryID][]subscribers.DigestItem{{}: {{Message: broker.MessageID{UUID: a}}}})
	job.end(nil)
	_, single := traces.beginJob(t.Context(), "send", claimed[:1])
	single.end(nil)

	spans := seen.GetSpans()
	if got := spans[0]; len(got.Links) != 3 || got.Parent.IsValid() || got.Links[0].SpanContext.TraceID() != messageSpan(a).TraceID() {
		t.Errorf("links %v, parent %v; want both messages, and that of the infoflash", got.Links, got.Parent)
	}
	if got := spans[1].SpanContext.TraceID(); got != messageSpan(a).TraceID() {
		t.Error("a job of one message is not in its trace")
	}
}

// Where nobody traces, a step costs no memory.
func TestTracesThatAreOffAllocateNothing(t *testing.T) {
	var off Traces
	claimed := make([]subscribers.Claimed, 500)
	got := testing.AllocsPerRun(100, func() { stepsOf(context.Background(), off, claimed) })
	if got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

// stepsOf does to a job what Sender does.
func stepsOf(ctx context.Context, traces Traces, claimed []subscribers.Claimed) {
	ctx, job := traces.beginJob(ctx, "send", claimed)
	job.count(channels.SMS, len(claimed))
	for _, c := range claimed {
		_, call := traces.beginCall(ctx, c)
		call.endCall(nil)
	}
	linkItems(ctx, nil)
	job.end(nil)
}

func BenchmarkTraces(b *testing.B) {
	claimed := make([]subscribers.Claimed, 500)
	for i := range claimed {
		claimed[i].Purpose, claimed[i].Channel = channels.ForMember, channels.SMS
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(tracetest.NewNoopExporter()))
	defer func() {
		if err := provider.Shutdown(context.Background()); err != nil {
			b.Error(err)
		}
	}()
	for name, traces := range map[string]Traces{"off": {}, "on": NewTraces(provider)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stepsOf(b.Context(), traces, claimed)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/delivery")
		})
	}
}
