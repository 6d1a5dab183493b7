package main

import (
	"context"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdDrift gives a durable of the work queue another setting than the code's, as
// somebody might by hand: drift send-sms-urgent
func cmdDrift(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	nc, err := nats.Connect(villageOf(ts).node.broker.URL())
	ts.Check(err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	ts.Check(err)
	durable, err := js.Consumer(ctx, "RELAIS_WORK", args[0])
	ts.Check(err)
	settings := durable.CachedInfo().Config
	settings.MaxDeliver = 3
	_, err = js.UpdateConsumer(ctx, "RELAIS_WORK", settings)
	ts.Check(err)
}
