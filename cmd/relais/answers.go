package main

import (
	"context"
	"fmt"
	"time"
)

// holdCommand puts a message off.
type holdCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Until    string `required:"" help:"When the approvers are asked again: 08:00 (the next one), \"2026-11-24 08:00\", or 1h from now. Times are this machine's."`
}

// Run holds.
func (c *holdCommand) Run(ctx context.Context, p *program, g *Globals) error {
	until, err := readMoment(c.Until, time.Now())
	if err != nil {
		return err
	}
	return decide(ctx, p, g, c.Server, c.Approval, verb{"hold", "put on hold until " + clock(until)}, decisionBody{By: c.By, Until: until})
}

// questionCommand asks the police something.
type questionCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Text     string `required:"" help:"What you want to know before you decide."`
}

// Run asks.
func (c *questionCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return decide(ctx, p, g, c.Server, c.Approval, verb{"question", "police asked"}, decisionBody{By: c.By, Question: c.Text})
}

// answerCommand answers an approver's question.
type answerCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Text     string `required:"" help:"The answer; every approver reads it and is asked again."`
}

// Run answers.
func (c *answerCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return decide(ctx, p, g, c.Server, c.Approval, verb{"answer", "answered"}, decisionBody{By: c.By, Answer: c.Text})
}

// releaseCommand sends what nobody answered, where the plan lets the police.
type releaseCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Reason   string `required:"" help:"Why it cannot wait; it is kept, and the approvers read it."`
}

// Run releases.
func (c *releaseCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return decide(ctx, p, g, c.Server, c.Approval, verb{"release", "released"}, decisionBody{By: c.By, Reason: c.Reason})
}

// readMoment reads a time of day (the next one), a day with a time, or how long
// from now.
func readMoment(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return t, fmt.Errorf("%q is no moment; write 08:00, \"2026-11-24 08:00\" or 1h", s)
	}
	y, m, d := now.Date()
	next := time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location())
	if !next.After(now) {
		next = time.Date(y, m, d+1, t.Hour(), t.Minute(), 0, 0, now.Location())
	}
	return next, nil
}
