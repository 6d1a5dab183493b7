// Package jetstream carries the events of package broker over NATS JetStream.
// It is the only importer of nats.go and nats-server. The server runs inside
// the program (Config.URL empty) or elsewhere; the rest is the same.
//
//	any NATS client ─┐
//	Publish ─────────┤                 ┌─ pull, one free slot at a time ─┐
//	                 ▼                 │                                 ▼
//	 relais.message.<zone>     ─► RELAIS_MESSAGE  ─► durable "route"   Handler
//	 relais.approval.<id>      ─► RELAIS_APPROVAL ─► durable "plan"      │
//	 relais.work.<chan>.<prio> ─► RELAIS_WORK     ─► one durable each    │
//	                                   ▲                                 │
//	                                   ├── nil: acked and gone ──────────┤
//	                                   ├── pause: nak with delay ────────┤
//	 Graveyard ◄── DeadLetter ◄────────┴── given up: buried, then acked ─┘
//
// The durables' names are examples: whoever calls Consume chooses them.
//
// The streams are work queues on disk: an event is gone as soon as its handler
// is done, and a subject has one durable. What is true stands in SQL; a stream
// is transport. Publishing is acked when the event is on disk (SyncAlways when
// embedded). A repeated Nats-Msg-Id within 10 minutes is stored once, and still so
// when the first is long acked: ids therefore carry what makes them new, as
// the revision of a message.
//
// Who acks, and when: the handler's goroutine, after the handler has answered
// and, if the event is given up, after the Graveyard has it. The ack waits for the
// server's word. Until then the event is kept alive by a heartbeat
// every third of AckWait, so AckWait is about crashes, not about slow work.
//
// Invariants:
//
//   - An event leaves its stream only when its handler said nil or the Graveyard
//     said nil (or after 14 days, which is a safety net).
//   - At most InFlight handlers of a durable run in this process, and nothing is
//     fetched before a slot is free, so several nodes share the work evenly.
//   - An event that waits for its next attempt holds no slot: MaxAckPending is
//     far above InFlight, for the server counts delayed naks as pending.
//   - A handler's context outlives the context given to Consume; only Drain
//     and Close end it.
//   - A durable is never changed behind its back: if its settings differ from
//     the code, Consume returns a *DriftError. AckWait alone is set to the code's
//     (decision 0098).
//
// Failures:
//
//	handler says *RetryError          again after its After; it counts as an attempt
//	handler says *DropError           buried at once with its sentence
//	handler says another error        again after 1 s, 5 s, 30 s, 2 min, then every 10 min;
//	                                  JetStream's own BackOff ignores naks
//	handler panics                    as another error; the stack is logged, the value is not
//	attempts reach MaxDeliver         buried with the last error
//	Graveyard is away                 naked, and after the last attempt retried each minute
//	                                  from the stream (rescue.go); never lost
//	process dies in a handler         handed out again after AckWait, to any node
//	process dies every time           the server's MAX_DELIVERIES advisory has it buried; if nobody
//	                                  listened then, a sweep finds it in the stream
//	ack is lost                       handed out again: every step may run twice
//	connection is lost                reconnects for ever; Publish waits until its context ends
//	a request to the server is lost   asked again within 2 s, or after two heartbeats (30 s)
//	the disk is full                  embedded: the server is started again when there is room (heal.go)
//	durable or stream deleted         made again within a minute, logged
//	shutdown                          Drain: nothing new, running handlers finish, what was
//	                                  fetched meanwhile is handed back; Close: connection, server
package jetstream
