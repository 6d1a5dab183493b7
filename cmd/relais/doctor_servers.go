package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"relais/broker/jetstream"
	"relais/channels"
	"relais/dispatch/redis"
	"relais/store"
)

// cause puts why something failed into a word of the catalogue. The error's own
// text is not told: it may hold an address or a user's name.
func causeOf(err error) string {
	var name *net.DNSError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "cause.refused"
	case errors.As(err, &name):
		return "cause.name"
	case errors.As(err, &authority), errors.As(err, &host):
		return "cause.certificate"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "cause.timeout"
	case errors.Is(err, fs.ErrPermission):
		return "cause.permission"
	}
	return "cause.other"
}

// databaseFile is the embedded database; empty: it is elsewhere.
func (d doctor) databaseFile() string {
	if !d.cfg.Database.URL.IsZero() {
		return ""
	}
	return filepath.Join(d.cfg.DataDir, "relais.db")
}

// database looks at reach, write rights, tables and clock.
func (d doctor) database(ctx context.Context) []finding {
	where, url := "database.url", d.cfg.Database.URL.Reveal()
	if file := d.databaseFile(); file != "" {
		where, url = file, "sqlite:"+file
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return one("database", where, findingOK, "database.none")
		}
	}
	found, err := store.Inspect(ctx, url)
	if err != nil {
		return one("database", where, findingBroken, databaseFault(d.databaseFile(), err), "cause", causeOf(err))
	}
	all := one("database", where, findingOK, "database.ok")
	if found.ReadOnly != nil {
		all = one("database", where, findingBroken, "database.readonly")
	}
	all = append(all, tables(where, found)...)
	if d.databaseFile() == "" {
		all = append(all, clockOf(where, found.Ahead)...)
	}
	return all
}

func databaseFault(file string, err error) string {
	switch {
	case file != "":
		return "database.unreadable"
	case errors.Is(err, store.ErrNotLetIn):
		return "database.refused"
	}
	return "database.away"
}

func tables(where string, found store.Inspection) []finding {
	state, text := findingOK, "tables.ok"
	switch {
	case found.Step == 0:
		text = "tables.none"
	case found.Step < found.Known:
		state, text = findingWarning, "tables.older"
	case found.Step > found.Known:
		state, text = findingBroken, "tables.newer"
	}
	return one("tables", where, state, text, "step", fmt.Sprint(found.Step), "known", fmt.Sprint(found.Known))
}

// nats looks at the external servers, or at the embedded one of a node that runs.
func (d doctor) nats(ctx context.Context) []finding {
	where, cfg := "nats.url", natsConfig(d.cfg)
	embedded := cfg.URL == ""
	if embedded {
		where = "nats.listen"
		if cfg.Listen == "" {
			return one("nats", where, findingOK, "nats.inside")
		}
		if !listens(ctx, cfg.Listen) {
			return one("nats", where, findingOK, "nats.notyet")
		}
		cfg.URL = "nats://" + cfg.Listen
	}
	found, err := jetstream.Inspect(ctx, cfg, d.consumers())
	switch {
	case errors.Is(err, jetstream.ErrNotLetIn):
		return one("nats", where, findingBroken, "nats.refused")
	case errors.Is(err, jetstream.ErrNoJetStream):
		return one("nats", where, findingBroken, "nats.nojetstream")
	case err != nil:
		return one("nats", where, findingBroken, "nats.away")
	}
	all := one("nats", where, findingOK, "nats.ok")
	all = append(all, streamsOf(where, found)...)
	return append(all, d.durables(where, embedded, found)...)
}

// consumers are those that a node of this configuration would have. Their steps
// are not built, which is of no matter: nothing is handled.
func (d doctor) consumers() (all []jetstream.Consumer) {
	n := &node{cfg: d.cfg, channels: make(map[channels.Name]*openChannel)}
	for _, kind := range everyChannel() {
		if d.cfg.Configured(string(kind.name)) {
			n.channels[kind.name] = nil
		}
	}
	for _, c := range n.consumers() {
		all = append(all, c.Consumer)
	}
	return all
}

func streamsOf(where string, found jetstream.Inspection) (all []finding) {
	for _, s := range found.Streams {
		if s.Differs != "" {
			all = append(all, one("streams", where, findingWarning, "streams.differ", "stream", s.Name, "setting", s.Differs)...)
		}
		if s.Behind {
			all = append(all, one("streams", where, findingWarning, "streams.behind", "stream", s.Name)...)
		}
	}
	if len(all) > 0 {
		return all
	}
	return one("streams", where, findingOK, "streams.ok", "n", fmt.Sprint(len(found.Streams)), "missing", fmt.Sprint(found.Missing))
}

func (d doctor) durables(where string, embedded bool, found jetstream.Inspection) (all []finding) {
	for _, drift := range found.Drifts {
		text := "durables.drift"
		if embedded {
			text = "durables.driftinside"
		}
		folder := filepath.Join(d.cfg.DataDir, "nats", "jetstream", "$G", "streams", drift.Stream, "obs", drift.Durable)
		all = append(all, one("durables", where, findingBroken, text, "stream", drift.Stream, "durable", drift.Durable,
			"setting", drift.Setting, "have", drift.Have, "want", drift.Want, "folder", folder)...)
	}
	if len(all) > 0 {
		return all
	}
	return one("durables", where, findingOK, "durables.ok", "n", fmt.Sprint(found.Durables))
}

// listens says whether anybody takes connections there.
func listens(ctx context.Context, address string) bool {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was only asked whether it opens
	return true
}

// redis looks at reach, role, what it throws away, and its clock.
func (d doctor) redis(ctx context.Context) []finding {
	const where = "redis.url"
	if d.cfg.Redis.URL.IsZero() {
		return one("redis", where, findingOK, "redis.none")
	}
	seen, err := redis.Open(d.cfg.Redis.URL.Reveal())
	if err != nil {
		return one("redis", where, findingBroken, "redis.away", "cause", causeOf(err))
	}
	defer seen.Close() // nothing was written
	found, err := seen.Inspect(ctx)
	switch {
	case errors.Is(err, redis.ErrNotLetIn):
		return one("redis", where, findingBroken, "redis.refused")
	case err != nil:
		return one("redis", where, findingBroken, "redis.away", "cause", causeOf(err))
	}
	all := one("redis", where, findingOK, "redis.ok")
	if !found.Master {
		all = one("redis", where, findingBroken, "redis.replica")
	}
	if found.Policy != "noeviction" {
		all = append(all, one("redis", where, findingWarning, "redis.evicts", "policy", found.Policy)...)
	}
	return append(all, clockOf(where, found.Ahead)...)
}
