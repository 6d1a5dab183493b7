package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// steps are the pipeline's steps, ready to run.
type steps struct {
	router   *dispatch.Router
	approver *dispatch.Approver
	planner  *dispatch.Planner
	senders  map[channels.Name]*dispatch.Sender
	after    dispatch.Aftermath
	reports  *dispatch.Reports
	digester *dispatch.Digester
	sweeper  *dispatch.Sweeper
	cases    *dispatch.Cases
	inbox    *dispatch.Inbox

	incidents *dispatch.Incidents
	budgets   *dispatch.Budgets
	retention *dispatch.Retention
	figures   *dispatch.Figures
	graveyard *dispatch.Graveyard
}

const (
	memberPage = 500 // people read at a time
	digestPage = 100 // of an infoflash: an alert waits until its page is written
	slotLease  = 5 * time.Minute
	sweepLease = 30 * time.Second
)

// closeAfter is how many deliveries must find an address gone before it is
// closed, by channel.
func (n *node) closeAfter() map[channels.Name]int {
	after := make(map[channels.Name]int)
	for name, c := range n.channels {
		after[name] = c.closeAfter
	}
	return after
}

// build puts the pipeline together.
func (n *node) build(ctx context.Context) error {
	queue := dispatch.Queue{Publisher: n.broker, JobSize: n.cfg.Dispatch.JobSize}
	names := n.channelNames()
	counted := n.metrics.Count(n.store)
	s := &n.steps
	s.router = &dispatch.Router{Traces: n.traces, Directory: n.store, Ledger: counted, Queue: queue, Channels: names, Now: n.clock.now, Log: n.log}
	s.approver = &dispatch.Approver{Traces: n.traces, Directory: n.store, Ledger: counted, Queue: queue, Channels: names, Now: n.clock.now, Log: n.log}
	if err := n.buildCases(queue); err != nil {
		return err
	}
	s.incidents = &dispatch.Incidents{Directory: n.store, Ledger: n.store, Queue: queue, Channels: names, Now: n.clock.now, Log: n.log}
	loops, err := n.loops(ctx)
	if err != nil {
		return err
	}
	s.inbox = &dispatch.Inbox{
		Directory: n.store, Ledger: n.store, Approver: s.approver, Messages: n.store, Queue: queue,
		Channels: names, Words: n.words, Loops: loops, Now: n.clock.now, Log: n.log,
	}
	s.planner = &dispatch.Planner{Traces: n.traces, Directory: n.store, Ledger: counted, Queue: queue, Cases: s.cases, Channels: names, Paid: paid(n.prices()), Page: memberPage, Now: n.clock.now, Log: n.log}
	s.budgets = &dispatch.Budgets{Directory: n.store, Ledger: n.store, Queue: queue, Channels: names, Now: n.clock.now, Log: n.log}
	s.after = dispatch.Aftermath{Traces: n.traces, Directory: n.store, Ledger: counted, Queue: queue, Log: n.log, CloseAfter: n.closeAfter(), Chance: rand.Float64}
	s.reports = dispatch.NewReports(s.after, n.clock.now)
	n.started("reports", func(ctx context.Context) error { s.reports.Flush(ctx); return nil })
	s.digester = &dispatch.Digester{Directory: n.store, Ledger: n.store, Queue: queue, Channels: names, Page: digestPage, MaxAge: n.cfg.Dispatch.DigestMaxAge, Lease: slotLease, Now: n.clock.now, Log: n.log}
	s.retention = &dispatch.Retention{Attic: n.store, Keep: retentionOf(n.cfg.Keep), Now: n.clock.now, Log: n.log}
	s.figures = &dispatch.Figures{Counter: n.store, Keep: retentionOf(n.cfg.Keep), Now: n.clock.now}
	s.graveyard = &dispatch.Graveyard{Ledger: n.store, Publisher: n.broker, Incidents: s.incidents, Now: n.clock.now}
	script := &dispatch.Script{Directory: n.store, Ledger: n.store, Capabilities: n.may, PublicURL: n.url}
	outlets := make(map[channels.Name]dispatch.Outlet)
	s.senders = make(map[channels.Name]*dispatch.Sender)
	for name, c := range n.channels {
		c.Price = n.prices()[name]
		c.Channel = n.metrics.Watch(name, c.Channel)
		outlets[name] = c.Outlet
		s.senders[name] = dispatch.NewSender(dispatch.Sender{
			Outlet: c.Outlet, Ledger: counted, Seen: n.seen, Script: script, After: s.after, Loops: loops, Incidents: s.incidents, Limiter: n.limiter,
			Owner: n.cfg.Node, Lease: n.cfg.Dispatch.Lease, Pauses: dispatch.RecordPauses(), Now: n.clock.now, Log: n.log, Traces: n.traces,
		})
	}
	s.planner.Senders, s.planner.Lease = s.senders, n.cfg.Dispatch.Lease
	s.router.Planner = s.planner
	s.sweeper = &dispatch.Sweeper{
		Directory: n.store, Ledger: counted, Approver: s.approver, Planner: s.planner, Cases: s.cases, Queue: queue, After: s.after, Script: script,
		Outlets: outlets, Lease: sweepLease, Now: n.clock.now, Log: n.log,
	}
	return nil
}

// restSenders waits for the pages of plans that are called at once.
func (n *node) restSenders(ctx context.Context) error {
	var errs []error
	for _, s := range n.steps.senders {
		errs = append(errs, s.Rest(ctx))
	}
	return errors.Join(errs...)
}

// prices is what a unit costs on each channel that costs anything.
func (n *node) prices() map[channels.Name]subscribers.Money {
	return map[channels.Name]subscribers.Money{
		channels.SMS: subscribers.Euros(n.cfg.Prices.SMSPart), channels.Voice: subscribers.Euros(n.cfg.Prices.VoiceMinute),
	}
}

func paid(prices map[channels.Name]subscribers.Money) map[channels.Name]bool {
	cost := make(map[channels.Name]bool)
	for name, price := range prices {
		cost[name] = price > 0
	}
	return cost
}

func (n *node) buildCases(queue dispatch.Queue) error {
	local, err := time.LoadLocation(subscribers.DefaultTimezone)
	if err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	n.steps.cases = &dispatch.Cases{
		Directory: n.store, Ledger: n.store, Queue: queue, Channels: n.channelNames(),
		MandatedAfter: n.cfg.Dispatch.RemindMandated, Local: local, Now: n.clock.now, Log: n.log,
	}
	return nil
}

// consume subscribes the steps to their subjects.
func (n *node) consume(ctx context.Context) error {
	n.started("consumers", func(ctx context.Context) error {
		return errors.Join(n.broker.Drain(ctx), n.restSenders(ctx)) // one patience for both: jobs, and pages that plans gave to senders
	})
	for _, c := range n.consumers() {
		if _, err := n.broker.Consume(ctx, c.Consumer, n.store, c.handle); err != nil {
			return fmt.Errorf("consume %s: %w", c.Filter, err)
		}
	}
	return nil
}

type consumer struct {
	jetstream.Consumer
	handle broker.Handler
}

const maxDeliver = 12 // with the broker's growing pauses: about an hour and a half

// aliveWithin is the silence after which a node that routes or plans counts as dead,
// and another one begins: about as long as a connection that leads nowhere is kept
// (decisions 0076 and 0098). A job's is the lease of its deliveries.
const aliveWithin = 20 * time.Second

func (n *node) consumers() []consumer {
	list := []consumer{
		{jetstream.Consumer{Durable: "route", Filter: broker.AnyMessage, InFlight: 8, AckWait: aliveWithin, MaxDeliver: maxDeliver}, n.steps.router.Handle},
		{jetstream.Consumer{Durable: "plan", Filter: broker.AnyApproval, InFlight: 4, AckWait: aliveWithin, MaxDeliver: maxDeliver}, n.steps.planner.Handle},
	}
	inFlight := map[broker.Priority]int{broker.Urgent: 8, broker.Normal: 4, broker.Bulk: 2}
	for _, name := range n.channelNames() {
		for _, priority := range broker.Priorities() {
			list = append(list, consumer{jetstream.Consumer{
				Durable: fmt.Sprintf("send-%s-%s", name, priority), Filter: broker.WorkSubject(string(name), priority),
				InFlight: inFlight[priority], AckWait: n.cfg.Dispatch.Lease, MaxDeliver: maxDeliver,
			}, n.steps.senders[name].Handle})
		}
	}
	return list
}

// digestTick is how often digest slots are looked for; they are due on the minute.
const digestTick = 20 * time.Second

// inboxTick is how often coordinators are told of texts, at most once an hour
// for each sender.
const inboxTick = time.Minute

// budgetTick is how often budgets are added up.
const budgetTick = time.Minute

// retentionTick is how often a node asks whether it is its turn to remove what
// is old, or to count what is a day old; the turn comes once an hour.
const retentionTick = 10 * time.Minute

// graveTick is how often dead letters are looked for.
const graveTick = time.Minute

// job is something that a node does now and then.
type job struct {
	name  string
	every time.Duration
	do    func(context.Context) error
}

func (n *node) ticks() []job {
	return []job{
		{"sweep", n.cfg.Dispatch.Sweep, n.steps.sweeper.Sweep},
		{"digest", digestTick, n.steps.digester.Tick},
		{"inbox", inboxTick, n.steps.inbox.Tell},
		{"budgets", budgetTick, n.steps.budgets.Tick},
		{"retention", retentionTick, n.steps.retention.Tick},
		{"figures", retentionTick, n.steps.figures.Tick},
		{"dead letters", graveTick, n.steps.graveyard.Tick},
		{"clock", clockLook, n.clock.set},
	}
}

// tick starts the sweeps. A ticker only ticks, by the monotonic clock: what is due
// stands in the ledger.
func (n *node) tick(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended, ticking := make(chan struct{}), sync.WaitGroup{}
	for _, j := range n.ticks() {
		ticking.Go(func() { n.every(work, ended, j) })
	}
	n.started("ticker", func(ctx context.Context) error {
		defer cancel()
		close(ended)
		rested := make(chan struct{})
		go func() { ticking.Wait(); close(rested) }()
		select {
		case <-rested:
		case <-ctx.Done():
		}
		return nil
	})
	return nil
}

// every does a job again and again. While it takes longer than that, ticks are left out.
func (n *node) every(ctx context.Context, ended <-chan struct{}, j job) {
	ticker := time.NewTicker(j.every)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ticker.C:
		}
		switch err := j.do(ctx); {
		case err == nil:
			n.metrics.Ticked(j.name)
		case !errors.Is(err, context.Canceled):
			n.log.Error("tick failed, the next one tries again", "tick", j.name, "err", err)
		}
	}
}
