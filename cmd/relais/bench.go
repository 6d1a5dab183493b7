package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"relais/channels"
)

// benchCommand measures this machine.
type benchCommand struct {
	Recipients int           `default:"10000" help:"Members who get each message (${default})."`
	Channels   []string      `default:"sms,email,push" enum:"sms,email,push" help:"Measured one after the other: sms, email, push."`
	Mixed      bool          `help:"Measure the channels together, each member reached on one of them."`
	Engine     string        `default:"embedded" enum:"embedded,external" help:"embedded, or external: the empty database, NATS and Redis that RELAIS_DATABASE_URL, RELAIS_NATS_URL and RELAIS_REDIS_URL name."`
	Rounds     int           `default:"3" help:"Rounds of pipeline and bare client, in turn (${default})."`
	Latency    time.Duration `default:"0s" help:"So long the stand-ins take for each call (${default})."`
	Calls      int           `help:"Calls under way at once on each channel, of the node as of the bare client. Else 64, and 8 connections to the mail server."`
	Profile    string        `placeholder:"FOLDER" type:"existingdir" help:"Write there where the processor time of node and stand-ins goes, for go tool pprof."`
	JSON       bool          `name:"json" help:"Print JSON; else lines that benchstat reads."`
}

// Run measures each channel in a house of its own, so that memory is its own too.
func (c *benchCommand) Run(ctx context.Context, p *program) error {
	if c.Recipients < 3 || c.Rounds < 1 {
		return errors.New("a benchmark needs three recipients and one round at least")
	}
	groups := c.groups()
	if c.Engine == "external" && len(groups) > 1 {
		return errors.New("an external database is filled once: measure one channel at a time, each with an empty one")
	}
	report := newBenchReport()
	if !c.JSON {
		if err := report.writeHead(p.Stdout); err != nil {
			return err
		}
	}
	for _, of := range groups {
		r, err := c.measure(ctx, p, of)
		if err != nil {
			return fmt.Errorf("measure %s: %w", nameOf(of), err)
		}
		report.Results = append(report.Results, r)
		if !c.JSON {
			if err := r.write(p.Stdout); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(p.Stdout).Encode(report)
	}
	return nil
}

// groups are the channels that are measured together.
func (c *benchCommand) groups() [][]channels.Name {
	var all []channels.Name
	var each [][]channels.Name
	for _, name := range c.Channels {
		all = append(all, channels.Name(name))
		each = append(each, []channels.Name{channels.Name(name)})
	}
	if c.Mixed {
		return [][]channels.Name{all}
	}
	return each
}

func nameOf(of []channels.Name) string {
	if len(of) == 1 {
		return string(of[0])
	}
	return "mixed"
}

// measure alternates pipeline and bare client, after one round of each that
// only warms connections and caches.
func (c *benchCommand) measure(ctx context.Context, p *program, of []channels.Name) (r benchResult, err error) {
	r = benchResult{Channel: nameOf(of), Recipients: c.Recipients, Engine: c.Engine}
	profile := ""
	if c.Profile != "" {
		profile = filepath.Join(c.Profile, nameOf(of))
	}
	h, err := openBenchHouse(ctx, p, benchHouseOptions{c.Recipients, of, c.Engine == "external", profile, c.Calls, c.Latency})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, h.stop(context.WithoutCancel(ctx))) }()
	if r.Idle, err = memoryOf(h.node.Process.Pid); err != nil {
		return r, err
	}
	if _, err := h.carry(ctx); err != nil {
		return r, err
	}
	samples, err := h.samples(ctx)
	if err != nil {
		return r, err
	}
	bare, err := newBareClients(ctx, h, samples, c.Calls)
	if err != nil {
		return r, err
	}
	if _, err := h.bare(ctx, bare); err != nil {
		return r, err
	}
	for i := range c.Rounds {
		if err := r.alternate(ctx, h, bare, i%2 == 0); err != nil {
			return r, err
		}
	}
	r.compare()
	r.Peak, err = memoryOf(h.node.Process.Pid)
	return r, err
}

// alternate does a round of each; who is first changes, for machines drift.
func (r *benchResult) alternate(ctx context.Context, h *benchHouse, bare *bareClients, pipelineFirst bool) error {
	for _, pipeline := range []bool{pipelineFirst, !pipelineFirst} {
		if err := h.rest(ctx); err != nil {
			return err
		}
		if pipeline {
			round, err := h.carry(ctx)
			if err != nil {
				return err
			}
			r.Pipeline = append(r.Pipeline, round)
			continue
		}
		round, err := h.bare(ctx, bare)
		if err != nil {
			return err
		}
		r.Bare = append(r.Bare, round)
	}
	return nil
}
