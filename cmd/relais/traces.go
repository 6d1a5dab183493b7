package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"relais/dispatch"
)

// followMessages begins to send spans, if the configuration says where to. The
// SDK reads the usual variables besides: OTEL_EXPORTER_OTLP_HEADERS,
// OTEL_TRACES_SAMPLER, OTEL_BSP_… (docs/operate.md). A collector that is away
// costs spans, and never a message.
func (n *node) followMessages(ctx context.Context) error {
	if n.cfg.Traces.Endpoint == "" {
		return nil
	}
	address, err := url.JoinPath(n.cfg.Traces.Endpoint, "v1", "traces") // OTLP 1.x, OTLP/HTTP Request
	if err != nil {
		return fmt.Errorf("traces.endpoint: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(address))
	if err != nil {
		return fmt.Errorf("send traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithFromEnv(), resource.WithAttributes(
		attribute.String("service.name", "relais"), attribute.String("service.instance.id", n.cfg.Node)))
	if err != nil {
		return errors.Join(fmt.Errorf("name this node in traces: %w", err), exporter.Shutdown(ctx))
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { n.log.Warn("traces cannot be sent", "err", err) }))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	n.traces = dispatch.NewTraces(provider)
	n.started("traces", func(ctx context.Context) error {
		if err := provider.Shutdown(ctx); err != nil {
			n.log.Warn("the last traces were not sent", "err", err)
		}
		return nil
	})
	return nil
}
