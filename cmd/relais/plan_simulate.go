package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/voice"
	"relais/config"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

type planSimulateCommand struct {
	File        string         `arg:"" optional:"" type:"existingfile" help:"YAML of one plan, or of partnerships; without it, the plan in force of --partnership, from the database."`
	Partnership string         `placeholder:"ID" help:"Partnership, in the file or the database."`
	Kind        string         `default:"alert" help:"alert, missing, hazard, appeal, prevention, feedback, closing, info or test."`
	Urgency     string         `help:"immediate, expected or future; else what is usual for the kind."`
	At          string         `required:"" placeholder:"TIME" help:"When the police publish it, as 2027-03-28T02:30 in the partnership's time zone, or with an offset as 2027-03-28T02:30+02:00."`
	Expires     time.Duration  `default:"12h" help:"How long the message is of use."`
	AnswerAfter time.Duration  `default:"0s" help:"How long the coordinator takes to answer."`
	Members     int            `help:"So many imagined members, each reachable on every channel; else those of the database, or 60." placeholder:"N"`
	Only        map[string]int `mapsep:"," placeholder:"CHANNEL=N" help:"So many of the imagined members can be reached on this channel alone, as sms=20,voice=10."`
	Title       string         `help:"Title, to count the parts of an SMS; else an example's."`
	Body        string         `help:"Text, likewise."`
	SMSPart     *float64       `name:"sms-part" placeholder:"EUR" help:"What one part of an SMS costs; else as configured (prices.sms_part)."`
	VoiceMinute *float64       `placeholder:"EUR" help:"What one minute of a call costs, a begun one counts whole; else as configured (prices.voice_minute)."`
}

// simulation is one message tried out on one plan.
type simulation struct {
	partnership subscribers.Partnership
	plan        subscribers.Plan
	approvers   []subscribers.Approver
	members     []subscribers.Member
	imagined    bool
	available   []channels.Name
	message     broker.Message
	asked       string // the time as it was asked for
	answerAfter time.Duration
	words       channels.WordsByLang
	publicURL   string
	voice       voice.Config
	partCost    float64
	minuteCost  float64
	counted     map[string]bool       // addresses and members that another partnership's simulation has counted; nil: none
	spent       *subscribers.Spending // this month; nil: nothing is known of it
}

// Run prints the timeline.
func (c *planSimulateCommand) Run(ctx context.Context, p *program, g *Globals) error {
	if c.AnswerAfter < 0 || c.Members < 0 || c.SMSPart != nil && *c.SMSPart < 0 || c.VoiceMinute != nil && *c.VoiceMinute < 0 {
		return errors.New("--answer-after, --members, --sms-part and --voice-minute cannot be negative")
	}
	usual := config.Default().Prices
	s := &simulation{answerAfter: c.AnswerAfter, partCost: usual.SMSPart, minuteCost: usual.VoiceMinute, voice: voice.Default(), asked: c.At, publicURL: "https://relais.example.be"}
	var err error
	if s.words, err = channels.LoadWords(); err != nil {
		return err
	}
	switch {
	case c.File != "":
		err = c.fromFile(s)
	case c.Partnership != "":
		err = c.fromDatabase(ctx, p, g, s)
	default:
		err = errors.New("name a file with a plan, or --partnership")
	}
	if err != nil {
		return err
	}
	if c.SMSPart != nil {
		s.partCost = *c.SMSPart
	}
	if c.VoiceMinute != nil {
		s.minuteCost = *c.VoiceMinute
	}
	if s.message, err = c.message(s.partnership); err != nil {
		return err
	}
	return s.print(p.Stdout)
}

// alone is the partnership of a plan that stands alone in its file: launched
// long ago, so that nothing but the plan decides.
func alone() subscribers.Partnership {
	return subscribers.Partnership{
		ID: "plan", Name: "The plan", Tag: "PLP", Languages: []broker.Lang{broker.French},
		Stage: subscribers.StageLaunched, Charter: subscribers.Charter{Signed: subscribers.Date{Year: 1, Month: time.January, Day: 1}},
	}
}

func (c *planSimulateCommand) fromFile(s *simulation) error {
	entries, faults, err := readPlans(c.File, broker.English)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s has faults:\n%w", c.File, faults)
	}
	entry, err := c.choose(entries)
	if err != nil {
		return err
	}
	s.partnership, s.plan = entry.Partnership, entry.Plan
	if s.partnership.ID == "" {
		s.partnership = alone()
	}
	s.available = everyChannelName()
	s.approvers = imaginedApprovers(s.available, s.partnership.Languages[0])
	return c.imagine(s)
}

func (c *planSimulateCommand) choose(entries []roster.Entry) (roster.Entry, error) {
	var ids []string
	for _, entry := range entries {
		if c.Partnership == string(entry.Partnership.ID) || c.Partnership == "" && len(entries) == 1 {
			return entry, nil
		}
		ids = append(ids, string(entry.Partnership.ID))
	}
	if len(entries) == 1 && entries[0].Partnership.ID == "" {
		return roster.Entry{}, fmt.Errorf("%s holds one plan, of no partnership; leave --partnership out", c.File)
	}
	return roster.Entry{}, fmt.Errorf("choose one with --partnership: %s", strings.Join(ids, ", "))
}

// fromDatabase reads the plan in force and the people, as the program does.
func (c *planSimulateCommand) fromDatabase(ctx context.Context, p *program, g *Globals, s *simulation) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	for _, name := range everyChannelName() {
		if _, configured := cfg.Channels[string(name)]; configured {
			s.available = append(s.available, name)
		}
	}
	if len(s.available) == 0 {
		return errors.New("no channel is configured, so nobody could be reached; configure channels.sms, channels.email, channels.push or channels.voice")
	}
	if _, err := cfg.Channel(string(channels.Voice), &s.voice); err != nil {
		return err
	}
	s.partCost, s.minuteCost = cfg.Prices.SMSPart, cfg.Prices.VoiceMinute
	if cfg.Web.PublicURL != "" {
		s.publicURL = cfg.Web.PublicURL
	}
	return withStore(ctx, p, g, func(db *store.Store) error { return c.readPeople(ctx, db, s) })
}

func (c *planSimulateCommand) readPeople(ctx context.Context, db *store.Store, s *simulation) (err error) {
	id := broker.PartnershipID(c.Partnership)
	if s.partnership, err = db.Partnership(ctx, id); err != nil {
		return fmt.Errorf("partnership %s: %w; import it first", id, err)
	}
	if s.plan, err = db.Plan(ctx, id, s.partnership.PlanVersion); err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	if err := s.readSpent(ctx, db); err != nil {
		return err
	}
	if s.approvers, err = db.Approvers(ctx, id); err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	if c.Members > 0 || len(c.Only) > 0 {
		return c.imagine(s)
	}
	return s.readMembers(ctx, db, subscribers.Audience{Partnership: id})
}

func (s *simulation) readMembers(ctx context.Context, db *store.Store, audience subscribers.Audience) error {
	var after subscribers.MemberID
	for {
		page, err := db.Members(ctx, audience, after, memberPage)
		if err != nil {
			return fmt.Errorf("list members: %w", err)
		}
		s.members = append(s.members, page...)
		if len(page) < memberPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// readSpent adds up the present month, for a budget decides what is cheap enough.
func (s *simulation) readSpent(ctx context.Context, db *store.Store) error {
	month := s.partnership.MonthOf(time.Now())
	byChannel, err := db.Spent(ctx, s.partnership.ID, month)
	if err != nil {
		return fmt.Errorf("add up what was spent: %w", err)
	}
	s.spent = &subscribers.Spending{Partnership: s.partnership, Month: month, Budget: s.plan.Budget, ByChannel: byChannel}
	return nil
}
