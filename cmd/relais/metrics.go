package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"relais/dispatch/metrics"
	"relais/subscribers"
)

// measure makes the metrics, which the steps count in.
func (n *node) measure(context.Context) error {
	n.metrics = metrics.New(n.labels(), n.clock.now, n.log)
	return nil
}

// labels names what there is; that its steps are not built yet is of no matter.
func (n *node) labels() metrics.Labels {
	labels := metrics.Labels{Channels: n.channelNames()}
	for _, job := range n.ticks() {
		labels.Ticks = append(labels.Ticks, job.name)
	}
	for _, c := range n.consumers() {
		labels.Consumers = append(labels.Consumers, c.Durable)
	}
	return labels
}

// slotLate is how long after its time a digest slot without a row is missing.
const slotLate = 10 * time.Minute

// serveMetrics shows the metrics on an address of their own, if there is one
// (decision 0034).
func (n *node) serveMetrics(ctx context.Context) error {
	n.metrics.Standing(n.labels(), metrics.Sources{
		Vitals:  n.store.Vitals,
		Depth:   n.broker.Depth,
		Missing: func(ctx context.Context) (int, error) { return n.steps.digester.Missing(ctx, slotLate) },
		Spent: func(ctx context.Context) ([]subscribers.Spending, error) {
			return n.steps.budgets.Spendings(ctx, "", "")
		},
	})
	if n.cfg.Metrics.Listen == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.cfg.Metrics.Listen)
	if err != nil {
		return fmt.Errorf("metrics.listen: %w; choose another address or end the program that has it", err)
	}
	n.metricsURL = "http://" + listener.Addr().String() + "/metrics"
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", n.metrics.Handler())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("metrics ended", "err", err)
		}
	}()
	n.started("metrics", server.Shutdown)
	return nil
}
