package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/config"
	"relais/web"
)

// publishCommand puts one message onto NATS, as any other program may.
type publishCommand struct {
	NATS         string            `name:"nats" placeholder:"URL" help:"NATS server; else nats.url or nats.listen of the configuration."`
	File         string            `help:"JSON of the message (docs/message.schema.json), - for standard input; instead of the other flags." placeholder:"FILE"`
	Zone         string            `help:"Zone whose police write."`
	Partnerships []string          `name:"partnership" placeholder:"ID" help:"Only this partnership; may be repeated. Without it, the whole zone."`
	Kind         string            `default:"alert" help:"alert, missing, hazard, appeal, prevention, feedback, closing, info or test."`
	MsgType      string            `name:"type" help:"alert, update or cancel."`
	Urgency      string            `help:"immediate, expected or future; else what is usual for the kind."`
	Severity     string            `help:"extreme, severe, moderate, minor or unknown."`
	Certainty    string            `help:"observed, likely, possible, unlikely or unknown."`
	Author       string            `default:"Police" help:"The officer, as coordinators see it."`
	Expires      time.Duration     `default:"12h" help:"How long the message is of use."`
	References   []string          `name:"reference" placeholder:"ID" help:"Message that this one answers, corrects, closes or cancels."`
	Clearance    string            `help:"For missing: the magistrate's reference."`
	Override     string            `placeholder:"REASON" help:"Why the message may hold a number plate, somebody's telephone number, a name with an address or a picture that may show somebody."`
	PlainAccents bool              `help:"Write SMS without the accents that make them dearer, where that saves a part."`
	Title        map[string]string `mapsep:"none" placeholder:"LANG=TEXT" help:"Title in fr, nl, de or en; may be repeated."`
	Body         map[string]string `mapsep:"none" placeholder:"LANG=TEXT" help:"Text in the same language."`
	Picture      string            `placeholder:"FILE" help:"JPEG or PNG for the emails and pages; for missing, prevention and info. It is made small, and what the file says of place and time is left out."`
	PictureAlt   map[string]string `mapsep:"none" placeholder:"LANG=TEXT" help:"What the picture shows, in each language of the texts."`
	Anyway       bool              `help:"Publish although nearly the same message was published a short while ago."`
}

// Run publishes and prints the id.
func (c *publishCommand) Run(ctx context.Context, p *program, g *Globals) error {
	m, err := c.message(p.Stdin)
	if err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return err
	}
	if left, err := web.Unfilled(m); err != nil {
		return err
	} else if left != nil {
		return left
	}
	cfg, err := g.read(p)
	if err != nil {
		return err
	}
	if err := c.refuseAlike(ctx, p, cfg, m); err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	e := broker.Event{Subject: broker.MessageSubject(m.Zone), ID: eventID(m), Data: data}
	if err := jetstream.PublishOnce(ctx, c.natsConfig(cfg), e); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, m.ID)
	return err
}

// refuseAlike asks the running relais whether nearly the same was published
// already, and whether a text of the zone's own is left with something to fill in.
// Where none answers under the configured address, as on the machine of a program
// that has NATS alone, nobody can say.
func (c *publishCommand) refuseAlike(ctx context.Context, p *program, cfg *config.Config, m broker.Message) error {
	err := Server{}.client(cfg).post(ctx, "/api/messages/alike", m, nil)
	var refused *refusedError
	switch {
	case !errors.As(err, &refused): // nobody answers, or nothing is alike
		return nil
	case refused.status == http.StatusBadRequest:
		return refused
	case refused.status == http.StatusConflict && c.Anyway:
		return nil
	case refused.status == http.StatusConflict:
		return errors.New(strings.ReplaceAll(refused.Error(), "?anyway=true", "--anyway"))
	}
	_, err = fmt.Fprintf(p.Stderr, "relais: nobody looked whether this was published already: %s\n", refused)
	return err
}

// eventID carries the revision, for the broker's window outlives the ack.
func eventID(m broker.Message) string { return fmt.Sprintf("%s.%d", m.ID, m.Revision) }

func (c *publishCommand) natsConfig(cfg *config.Config) jetstream.Config {
	nats := natsConfig(cfg)
	switch {
	case c.NATS != "":
		nats.URL = c.NATS
	case nats.URL == "":
		nats.URL = "nats://" + cfg.NATS.Listen
	}
	return nats
}

func (c *publishCommand) message(stdin io.Reader) (broker.Message, error) {
	switch c.File {
	case "":
		return c.fromFlags()
	case "-":
		return readPublished(stdin)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return broker.Message{}, err
	}
	defer f.Close()
	return readPublished(f)
}

// readPublished reads a message of which the id and the time may be left to us.
func readPublished(r io.Reader) (broker.Message, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return broker.Message{}, fmt.Errorf("read message: %w", err)
	}
	m, err := broker.ParseMessage(data)
	if err != nil {
		return broker.Message{}, err
	}
	return stamped(m), nil
}

func stamped(m broker.Message) broker.Message {
	if m.ID == (broker.MessageID{}) {
		m.ID = broker.NewMessageID()
	}
	if m.Sent.IsZero() {
		m.Sent = time.Now().Truncate(time.Second)
	}
	return m
}

func (c *publishCommand) fromFlags() (broker.Message, error) {
	m := stamped(broker.Message{
		Zone: broker.ZoneID(c.Zone), Author: c.Author, Clearance: c.Clearance, Override: c.Override, PlainAccents: c.PlainAccents,
		Kind: broker.Kind(c.Kind), MsgType: broker.MsgType(c.MsgType), Urgency: broker.Urgency(c.Urgency),
		Severity: broker.Severity(c.Severity), Certainty: broker.Certainty(c.Certainty),
		Texts: make(map[broker.Lang]broker.Text),
	})
	m.Expires = m.Sent.Add(c.Expires)
	for _, id := range c.Partnerships {
		m.Partnerships = append(m.Partnerships, broker.PartnershipID(id))
	}
	for _, ref := range c.References {
		id, err := broker.ParseMessageID(ref)
		if err != nil {
			return m, err
		}
		m.References = append(m.References, id)
	}
	for lang, title := range c.Title {
		m.Texts[broker.Lang(strings.ToLower(lang))] = broker.Text{Title: title, Body: c.Body[lang]}
	}
	for lang, body := range c.Body {
		if _, ok := c.Title[lang]; !ok {
			m.Texts[broker.Lang(strings.ToLower(lang))] = broker.Text{Body: body}
		}
	}
	if err := c.addPicture(&m); err != nil {
		return m, err
	}
	return m.WithUsual(), nil
}

func (c *publishCommand) addPicture(m *broker.Message) error {
	if c.Picture == "" {
		if len(c.PictureAlt) > 0 {
			return errors.New("--picture-alt says what a picture shows, but there is none; add --picture FILE")
		}
		return nil
	}
	f, err := os.Open(c.Picture)
	if err != nil {
		return err
	}
	defer f.Close()
	m.Picture = &broker.Picture{Alt: make(map[broker.Lang]string)}
	if m.Picture.JPEG, err = broker.FitPicture(f); err != nil {
		return err
	}
	for lang, alt := range c.PictureAlt {
		m.Picture.Alt[broker.Lang(strings.ToLower(lang))] = alt
	}
	return nil
}
