package metrics

import (
	"context"

	"relais/channels"
)

// watched is a channel whose calls are measured.
type watched struct {
	channels.Channel
	name channels.Name
	m    *Metrics
}

// Watch measures the calls of a channel.
func (m *Metrics) Watch(name channels.Name, c channels.Channel) channels.Channel {
	return &watched{c, channels.Name(orOther(string(name), m.channels)), m}
}

// Send is the channel's own.
func (w *watched) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	began := w.m.now()
	receipt, err := w.Channel.Send(ctx, d)
	w.m.calls.WithLabelValues(string(w.name)).Observe(w.m.now().Sub(began).Seconds())
	result := taken
	if err != nil {
		result = orOther(string(channels.AsSendError(err).Class), Results())
	} else {
		w.m.passed(Accepted, 1)
	}
	w.m.results.WithLabelValues(string(w.name), result).Inc()
	return receipt, err
}
