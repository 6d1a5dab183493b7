package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"relais/broker"
	"relais/config"
)

// doctorCommand looks at everything that Relais needs, and changes nothing. It
// works beside a running node and before the first start.
type doctorCommand struct {
	JSON bool   `name:"json" help:"Print JSON."`
	Lang string `default:"" enum:",fr,nl,de,en" placeholder:"LANG" help:"fr, nl, de or en; else the terminal's, else en."`
}

// checkWithin bounds each check: a server that says nothing is broken too.
const checkWithin = 15 * time.Second

// finding is what one check found. Neither it nor its arguments hold a secret,
// or anybody's address.
type finding struct {
	check string // what was looked at: "database", "clock"
	where string // the key of the configuration, or the file
	state findingState
	text  string            // key of what is told, and what to do, in the catalogue
	with  map[string]string // what stands in its places
}

type findingState string

const (
	findingOK      findingState = "ok"
	findingWarning findingState = "warning" // it works, and could be better
	findingBroken  findingState = "broken"
)

// Run prints one line for each check, and fails if anything is broken.
func (c *doctorCommand) Run(ctx context.Context, p *program, g *Globals) error {
	lang := broker.Lang(c.Lang)
	if lang == "" {
		lang = langOfTerminal(p.Environ)
	}
	words, err := loadDoctorWords(lang)
	if err != nil {
		return err
	}
	found := examine(ctx, p, g)
	if err := c.write(p.Stdout, words, found); err != nil {
		return err
	}
	broken := 0
	for _, f := range found {
		if f.state == findingBroken {
			broken++
		}
	}
	if broken > 0 {
		return fmt.Errorf("%s", words.tell("broken", map[string]string{"n": fmt.Sprint(broken)}))
	}
	return nil
}

func (c *doctorCommand) write(out io.Writer, words doctorWords, found []finding) error {
	if c.JSON {
		lines := make([]doctorLine, len(found))
		for i, f := range found {
			lines[i] = doctorLine{f.check, f.where, f.state, words.tell(f.text, f.with), words.tell(f.text+".do", f.with)}
		}
		return json.NewEncoder(out).Encode(map[string]any{"checks": lines})
	}
	for _, f := range found {
		line := fmt.Sprintf("%-*s %-9s %s: %s", words.width(), words.state(f.state), f.check, f.where, words.tell(f.text, f.with))
		if remedy := words.tell(f.text+".do", f.with); remedy != "" {
			line += "; " + remedy
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// doctorLine is a finding as programs read it.
type doctorLine struct {
	Check  string       `json:"check"`
	Where  string       `json:"where"`
	State  findingState `json:"state"`
	What   string       `json:"what"`
	Remedy string       `json:"remedy,omitempty"`
}

// doctor is one examination.
type doctor struct {
	cfg  *config.Config
	file string // of the configuration; empty: there is none
	log  *slog.Logger
}

// examine makes every check, in the order in which one thing needs another.
func examine(ctx context.Context, p *program, g *Globals) (all []finding) {
	cfg, err := g.read(p)
	if err != nil {
		return []finding{{"config", "--config", findingBroken, "config.unreadable", map[string]string{"fault": err.Error()}}}
	}
	for _, fault := range cfg.Check(channelChecks()) {
		all = append(all, finding{"config", fault.Key, findingBroken, "config.fault", map[string]string{"fault": fault.Error()}})
	}
	if len(all) > 0 {
		return all // what is built on it would say the same again
	}
	d := doctor{cfg: cfg, file: cfg.File(), log: slog.New(slog.DiscardHandler)}
	all = append(all, finding{"config", orEnvironment(d.file), findingOK, "config.ok", nil})
	for _, check := range []func(context.Context) []finding{
		d.files, d.disk, d.database, d.nats, d.redis, d.channels, d.web, d.oidc, d.node, d.metrics, d.keep,
	} {
		bounded, cancel := context.WithTimeout(ctx, checkWithin)
		all = append(all, check(bounded)...)
		cancel()
	}
	return all
}

func orEnvironment(file string) string {
	if file == "" {
		return "RELAIS_…"
	}
	return file
}

// one is a list of one finding.
func one(check, where string, state findingState, text string, with ...string) []finding {
	f := finding{check, where, state, text, make(map[string]string)}
	for i := 0; i+1 < len(with); i += 2 {
		f.with[with[i]] = with[i+1]
	}
	return []finding{f}
}

// skew is when two clocks differ by too much: leases are a minute by default, and
// people are told times to the minute.
const (
	skewNoticed  = 2 * time.Second
	skewTooLarge = 30 * time.Second
)

// clock compares this machine's clock with another's.
func clockOf(where string, ahead time.Duration) []finding {
	state, text := findingOK, "clock.ok"
	switch {
	case ahead.Abs() > skewTooLarge:
		state, text = findingBroken, "clock.off"
	case ahead.Abs() > skewNoticed:
		state, text = findingWarning, "clock.off"
	}
	return one("clock", where, state, text, "difference", ahead.Round(time.Millisecond).String())
}
