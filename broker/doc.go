// Package broker holds the nouns of level 1, the police's side of a
// prevention partnership: the Message they write, and the words in which
// one step of Relais hands work to the next (Subject, Event, Publisher,
// Handler). It knows no transport; broker/jetstream carries the events.
package broker
