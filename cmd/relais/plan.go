package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"relais/broker"
	"relais/channels"
	"relais/subscribers/roster"
)

// planCommands explain communication plans and try them out.
type planCommands struct {
	Check    planCheckCommand    `cmd:"" help:"Explain a communication plan in plain words, and list its faults."`
	Simulate planSimulateCommand `cmd:"" help:"Show what a plan would do with a message, minute by minute, and what it costs. Sends nothing."`
}

type planCheckCommand struct {
	File string `arg:"" type:"existingfile" help:"YAML of one plan, or of partnerships."`
	Lang string `default:"" enum:",fr,nl,de,en" placeholder:"LANG" help:"fr, nl, de or en; else each partnership's first language."`
}

// Run explains every plan of the file, and fails if anything is wrong.
func (c *planCheckCommand) Run(p *program) error {
	entries, faults, err := readPlans(c.File, broker.Lang(c.Lang))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := explainPlan(p.Stdout, entry, c.langOf(entry)); err != nil {
			return err
		}
	}
	for _, fault := range faults {
		fmt.Fprintln(p.Stdout, fault)
	}
	switch len(faults) {
	case 0:
		_, err := fmt.Fprintln(p.Stdout, "No faults.")
		return err
	case 1:
		return errors.New("1 fault")
	}
	return fmt.Errorf("%d faults", len(faults))
}

// readPlans reads a file; the faults of a plan are in lang, or when that is
// empty in the first language of its partnership.
func readPlans(file string, lang broker.Lang) ([]roster.Entry, roster.Faults, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return roster.ReadPlans(f, lang)
}

func (c *planCheckCommand) langOf(entry roster.Entry) broker.Lang {
	if c.Lang == "" && len(entry.Partnership.Languages) > 0 {
		return entry.Partnership.Languages[0]
	}
	return broker.Lang(c.Lang)
}

// explainPlan writes a sentence for each part of the plan, under the name that
// its faults use.
func explainPlan(out io.Writer, entry roster.Entry, lang broker.Lang) error {
	if entry.Partnership.ID != "" {
		fmt.Fprintf(out, "%s (%s)\n", entry.Partnership.Name, entry.Partnership.ID)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i, rule := range entry.Plan.Rules {
		fmt.Fprintf(table, "  rules[%d]\t%s\n", i, rule.Explain(lang))
	}
	fmt.Fprintf(table, "  quiet_hours\t%s\n", entry.Plan.QuietHours.Explain(lang))
	fmt.Fprintf(table, "  digest\t%s\n", entry.Plan.Digest.Explain(lang))
	for _, part := range []struct{ name, said string }{
		{"per_day", entry.Plan.ExplainPerDay(lang)}, {"budget", entry.Plan.Budget.Explain(lang)},
		{"plain_accents", entry.Plan.ExplainPlainAccents(lang)},
	} {
		if part.said != "" {
			fmt.Fprintf(table, "  %s\t%s\n", part.name, part.said)
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}

// everyChannelName names the channels that Relais can send on.
func everyChannelName() []channels.Name {
	var names []channels.Name
	for _, kind := range everyChannel() {
		names = append(names, kind.name)
	}
	return names
}
