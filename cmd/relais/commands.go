package main

import (
	"fmt"

	"relais/config"
)

// commands is the command line: one field a subcommand, one file each.
type commands struct {
	Globals

	Demo      demoCommand       `cmd:"" help:"Show the main job on this machine, with stand-ins for the providers."`
	Serve     serveCommand      `cmd:"" help:"Run the service."`
	Publish   publishCommand    `cmd:"" help:"Publish a message and print its id."`
	Approvals approvalsCommand  `cmd:"" help:"List what waits for a decision."`
	Approve   approveCommand    `cmd:"" help:"Let a message go to a partnership's members."`
	Refuse    refuseCommand     `cmd:"" help:"Refuse a message for a partnership, with a reason."`
	Hold      holdCommand       `cmd:"" help:"Put a message off: its approvers are asked again later."`
	Question  questionCommand   `cmd:"" help:"Ask the police something before deciding; the clock stands still."`
	Answer    answerCommand     `cmd:"" help:"Answer an approver's question, for the police."`
	Release   releaseCommand    `cmd:"" help:"Send what nobody answered, for the police, where the plan allows it."`
	Absences  absencesCommands  `cmd:"" help:"Say when approvers are away, so that others are asked."`
	Status    statusCommand     `cmd:"" help:"Show what became of a message."`
	Backup    backupCommand     `cmd:"" help:"Copy the embedded database into one file, while Relais runs."`
	Restore   restoreCommand    `cmd:"" help:"Make the embedded database of a backup; Relais must not run."`
	Doctor    doctorCommand     `cmd:"" help:"Look at everything that Relais needs, and say what to do about what is wrong; exit code 1 if anything is broken."`
	Dead      deadCommands      `cmd:"" help:"List and replay what a step gave up on."`
	Digest    digestCommands    `cmd:"" help:"Show the infoflashes that are about to leave, hold them, and add a word."`
	Cases     casesCommands     `cmd:"" help:"Show of which alerts word is still owed, and close those that allow none."`
	Incidents incidentsCommands `cmd:"" help:"Show what went wrong and a person must look at, and say that it was seen."`
	Budget    budgetCommand     `cmd:"" help:"Show what partnerships have spent this month, and of which budget."`
	Officers  officersCommands  `cmd:"" help:"Show the people of the police to whom Relais writes."`
	Admin     adminCommands     `cmd:"" help:"Let the first administrator of a zone sign in, and programs use the API."`
	Members   membersCommands   `cmd:"" help:"Change what single members want."`
	Import    importCommands    `cmd:"" help:"Read partnerships, members and officers from files."`
	Plan      planCommands      `cmd:"" help:"Explain a communication plan, and try it out."`
	SMS       smsCommands       `cmd:"" name:"sms" help:"Count what an SMS costs before it is sent."`
	Sandbox   sandboxCommand    `cmd:"" help:"Run the stand-ins for the providers alone, with faults on demand."`
	Bench     benchCommand      `cmd:"" help:"Measure this machine: the whole pipeline against bare clients, with stand-ins for the providers."`
	Soak      soakCommand       `cmd:"" help:"Keep a node busy for half an hour, with stand-ins for the providers, and judge whether what it holds stays flat."`
	VAPID     vapidCommands     `cmd:"" name:"vapid" help:"Make, show and replace the key of push messages."`
	Email     emailCommands     `cmd:"" help:"Prepare what email needs: the key that signs it."`
	Config    configCommands    `cmd:"" help:"Check and show the configuration."`
}

// Globals are the flags that every command takes.
type Globals struct {
	ConfigFile string `name:"config" short:"c" placeholder:"FILE" help:"Configuration (YAML); each key also as RELAIS_… in the environment. Else the file that RELAIS_CONFIG names."`
}

// load reads the configuration and refuses one with faults.
func (g *Globals) load(p *program) (*config.Config, error) {
	cfg, err := g.read(p)
	if err != nil {
		return nil, err
	}
	if faults := cfg.Check(channelChecks()); len(faults) > 0 {
		return nil, fmt.Errorf("the configuration has faults:\n%w", faults)
	}
	return cfg, nil
}

// read reads the configuration, faulty or not. An error means that the file
// itself cannot be read.
func (g *Globals) read(p *program) (*config.Config, error) {
	cfg, err := config.Load(g.ConfigFile, p.Environ)
	if cfg == nil {
		return nil, err
	}
	return cfg, nil
}
