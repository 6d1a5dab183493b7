//go:build linux

package faultdrill

import (
	"fmt"
	"slices"
	"time"

	"relais/broker/breaktest"
	"relais/channels"
)

// fault is one way to break the town. It returns when the town is whole again.
type fault struct {
	name  string
	hides []channels.Name // of whose calls nobody may know what became
	do    func(w *town)
}

func everyChannel() []channels.Name {
	return []channels.Name{channels.SMS, channels.Email, channels.Push}
}

// halfOpenFor is how long a node may go on believing in a connection that
// leads nowhere, at most.
const halfOpenFor = 30 * time.Second

// stillRead is how long the stand-ins may take on a busy machine to read what a
// node had sent before it was killed.
const stillRead = 2 * time.Second

// breaks does it, and writes down for the judge when.
func (w *town) breaks(f fault) { w.breaksFor(f, 0) }

// breaksFor is for a fault whose traces show later than it does.
func (w *town) breaksFor(f fault, longer time.Duration) {
	w.say("%s", f.name)
	from := time.Now()
	f.do(w)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.troubles = append(w.troubles, trouble{from, time.Now().Add(longer), f.hides})
}

// moment is a random span of at most so many milliseconds.
func (w *town) moment(most int) time.Duration {
	return time.Duration(1+w.dice.IntN(most)) * time.Millisecond
}

// serverFaults break NATS, Redis and PostgreSQL themselves.
func serverFaults() []fault {
	return []fault{
		{"Redis is restarted, empty", nil, func(w *town) {
			w.redis.kill()
			time.Sleep(w.moment(800))
			w.redis.start()
		}},
		{"Redis is frozen", nil, func(w *town) { w.redis.freeze(w.moment(3000)) }},
		{"the leader of NATS is killed", nil, func(w *town) {
			server := w.nats.servers[w.nats.leader()]
			server.kill()
			time.Sleep(w.moment(1500))
			server.start()
			time.Sleep(time.Second)
		}},
		{"the leader of NATS is frozen", nil, func(w *town) { w.nats.servers[w.nats.leader()].freeze(w.moment(6000)) }},
		{"PostgreSQL crashes", everyChannel(), func(w *town) {
			crash(w.postgres)
			time.Sleep(w.moment(1500))
			w.postgres.start()
			time.Sleep(500 * time.Millisecond)
		}},
		{"PostgreSQL is frozen", everyChannel(), func(w *town) { w.postgres.freeze(w.moment(6000)) }},
	}
}

// linkFaults break the ways between nodes and servers.
func linkFaults() []fault {
	var all []fault
	for _, way := range []struct {
		name  string
		hides []channels.Name
		of    func(w *town) *breaktest.Way
	}{
		{"Redis", nil, func(w *town) *breaktest.Way { return w.redisLink }},
		{"PostgreSQL", everyChannel(), func(w *town) *breaktest.Way { return w.pgLink }},
		{"NATS", nil, func(w *town) *breaktest.Way { return w.nats.links[w.dice.IntN(len(w.nats.links))] }},
		{"the phone company", []channels.Name{channels.SMS}, func(w *town) *breaktest.Way { return w.sms }},
		{"the mail server", []channels.Name{channels.Email}, func(w *town) *breaktest.Way { return w.mail }},
	} {
		all = append(all,
			fault{"the way to " + way.name + " is cut", way.hides, func(w *town) { way.of(w).Cut() }},
			fault{"the way to " + way.name + " is slow", way.hides, func(w *town) { way.of(w).Slow(w.moment(80), w.moment(3000)) }},
			fault{"the way to " + way.name + " stands still", way.hides, func(w *town) { way.of(w).Stall(w.moment(3000)) }},
			fault{"the way to " + way.name + " is half open", way.hides, func(w *town) {
				way.of(w).HalfOpen()
				w.mu.Lock()
				defer w.mu.Unlock()
				w.troubles = append(w.troubles, trouble{time.Now(), time.Now().Add(halfOpenFor), way.hides})
			}},
			fault{"nothing answers on the way to " + way.name, way.hides, func(w *town) { way.of(w).Refuse(w.moment(2500)) }})
	}
	return all
}

// providerFaults let the stand-ins misbehave.
func providerFaults() []fault {
	var all []fault
	for _, on := range []channels.Name{channels.SMS, channels.Email, channels.Push} {
		for _, how := range []struct{ name, set string }{
			{"fails half of its calls", `{"errorRate":0.5}`},
			{"is slow", `{"latency":"400ms"}`},
			{"wants fewer calls", `{"throttleRate":0.5,"retryAfter":"1s"}`},
			{"takes messages and cuts", `{"cutRate":0.3}`},
			{"cuts, with and without taking", `{"cutRate":0.4,"cutLost":0.5}`},
		} {
			all = append(all, fault{fmt.Sprintf("the provider of %s %s", on, how.name), []channels.Name{on}, func(w *town) {
				w.misbehave(on, how.set)
				time.Sleep(w.moment(3000))
				w.misbehave(on, "{}")
			}})
		}
	}
	return all
}

// killNode kills a node while a broadcast is under way: at a random instant
// after its publication, or just after the stand-ins took a random share of it,
// when calls, outcomes and acks are in flight.
func (w *town) killNode() {
	if w.dice.IntN(2) == 0 {
		time.Sleep(w.moment(700))
	} else {
		w.awaitMore(1 + w.dice.IntN(len(w.people)))
		time.Sleep(w.moment(25))
	}
	n := w.nodes[w.dice.IntN(len(w.nodes))]
	w.breaksFor(fault{"a node is killed", everyChannel(), func(*town) {
		n.kill()
		time.Sleep(w.moment(500))
	}}, stillRead)
	n.start()
}

// awaitMore waits until the stand-ins took so many more, or a second has passed.
func (w *town) awaitMore(more int) {
	want := w.taken() + more
	for deadline := time.Now().Add(time.Second); w.taken() < want && time.Now().Before(deadline); {
		time.Sleep(2 * time.Millisecond)
	}
}

// shuffled draws n faults; every one comes before any comes again.
func (w *town) shuffled(all []fault, n int) []fault {
	var drawn []fault
	for len(drawn) < n {
		round := slices.Clone(all)
		w.dice.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		drawn = append(drawn, round...)
	}
	return drawn[:n]
}
