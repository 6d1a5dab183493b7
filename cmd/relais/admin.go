package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/config"
	"relais/store"
	"relais/subscribers"
	"relais/web"
)

// adminCommands let the first person in, and programs.
type adminCommands struct {
	Invite adminInviteCommand `cmd:"" help:"Send a zone's administrator the link with which they sign in for the first time."`
	Token  adminTokenCommands `cmd:"" help:"Make, show and revoke the tokens with which programs of a zone use the API."`
}

type adminInviteCommand struct {
	Zone  string `arg:"" help:"Zone that they look after."`
	Email string `arg:"" help:"Their address, to which the invitation and later codes are sent."`
	Name  string `help:"Their name; the address's first part when not given."`
	Lang  string `default:"fr" enum:"fr,nl,de,en" help:"Language that they read."`
	Print bool   `help:"Print the link here instead of sending it by email."`
}

// Run puts the administrator on file and lets them sign in once by a link, by
// email where it can go.
func (c *adminInviteCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	to, err := c.address()
	if err != nil {
		return err
	}
	return withStore(ctx, p, g, func(s *store.Store) error {
		account, err := c.onFile(ctx, p, s, to)
		if err != nil {
			return err
		}
		passes, err := openPasses(ctx, s)
		if err != nil {
			return err
		}
		now := time.Now()
		pass, token := passes.Link(account.ID, to.Hash(channels.Email), now)
		if err := s.AddLink(ctx, pass, now); err != nil {
			return err
		}
		link := publicURL(cfg) + "/signin/invited/" + token
		why := "you asked for the link"
		if !c.Print {
			if why, err = mailInvitation(ctx, cfg, s, to, account, link, pass.Expires); err != nil {
				return err
			}
		}
		return c.tell(p, account, link, pass.Expires, why)
	})
}

// tell prints the link where no email took it; why says why none did.
func (c *adminInviteCommand) tell(p *program, account subscribers.Account, link string, until time.Time, why string) error {
	day := until.Format("2 January 2006 15:04")
	if why == "" {
		_, err := fmt.Fprintf(p.Stdout, "The invitation for %s went to the mail server. It signs in once, until %s; after that they sign in with a code sent by email.\n", account.Name, day)
		return err
	}
	_, err := fmt.Fprintf(p.Stdout, "No email was sent: %s. Pass this link on safely, for whoever has it can sign in as %s. It works once, until %s:\n\n  %s\n\nAfter that they sign in with a code sent by email.\n",
		why, account.Name, day, link)
	return err
}

// mailInvitation hands the invitation to the mail server, or says why it could not.
func mailInvitation(ctx context.Context, cfg *config.Config, s *store.Store, to channels.Address, account subscribers.Account, link string, until time.Time) (whyNot string, err error) {
	if cfg.Trial.Enabled {
		return "this is a trial, and nothing is sent from here", nil
	}
	words, err := channels.LoadWords()
	if err != nil {
		return "", err
	}
	letter, err := web.InvitationLetter(account, link, until)
	if err != nil {
		return "", err
	}
	opened, err := openEmail(ctx, channelDeps{cfg: cfg, words: words, store: s, publicURL: publicURL(cfg), log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", fmt.Errorf("open channel email: %w", err)
	}
	if opened == nil {
		return "email is not configured (channels.email)", nil
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	err = mailer{opened.Channel}.Mail(ctx, to, letter)
	if err = errors.Join(err, opened.close()); err != nil {
		return "it could not go (" + err.Error() + ")", nil
	}
	return "", nil
}

// publicURL is what links begin with.
func publicURL(cfg *config.Config) string {
	if cfg.Web.PublicURL != "" {
		return strings.TrimRight(cfg.Web.PublicURL, "/")
	}
	return "http://" + cfg.Web.Listen
}

func (c *adminInviteCommand) address() (channels.Address, error) {
	parsed, err := mail.ParseAddress(c.Email)
	if err != nil || parsed.Name != "" {
		return channels.Address{}, errors.New("the second argument is not an email address; write it as anne@police.example")
	}
	return channels.NewAddress(strings.ToLower(parsed.Address)), nil
}

// onFile returns the zone's administrator with this address, who is put on file
// if nobody is. Who has another post in the zone keeps it, and is refused here.
func (c *adminInviteCommand) onFile(ctx context.Context, p *program, s *store.Store, to channels.Address) (subscribers.Account, error) {
	zone := broker.ZoneID(c.Zone)
	if account, found, err := c.known(ctx, s, to); err != nil || found {
		return account, err
	}
	if err := c.doubtZone(ctx, p, s); err != nil {
		return subscribers.Account{}, err
	}
	name := c.Name
	if name == "" {
		name, _, _ = strings.Cut(to.Reveal(), "@")
	}
	consent := subscribers.Consent{At: time.Now(), How: "administrator, relais admin invite"}
	row := store.OfficerRow{Role: subscribers.RoleAdmin, Member: subscribers.Member{
		Name: name, Lang: broker.Lang(c.Lang),
		Contacts: []subscribers.Contact{{Channel: channels.Email, Address: to, State: subscribers.ContactActive, Consent: consent}},
	}}
	if _, err := s.ImportOfficers(ctx, zone, []store.OfficerRow{row}, consent); err != nil {
		return subscribers.Account{}, err
	}
	account, found, err := c.known(ctx, s, to)
	if err == nil && !found {
		err = errors.New("the administrator was not put on file; give another --name")
	}
	return account, err
}

// doubtZone says when nothing else is known of the zone: its first administrator
// may come before its partnerships, and so may a slip of the pen.
func (c *adminInviteCommand) doubtZone(ctx context.Context, p *program, s *store.Store) error {
	partnerships, err := s.Partnerships(ctx, broker.ZoneID(c.Zone))
	if err != nil || len(partnerships) > 0 {
		return err
	}
	_, err = fmt.Fprintf(p.Stderr, "Zone %s has no partnership yet: check its id, and read its partnerships in with relais import partnerships.\n", c.Zone)
	return err
}

func (c *adminInviteCommand) known(ctx context.Context, s *store.Store, to channels.Address) (subscribers.Account, bool, error) {
	people, err := s.AccountsAt(ctx, to)
	if err != nil {
		return subscribers.Account{}, false, err
	}
	for _, account := range people {
		for _, post := range account.Posts {
			if post.Zone != broker.ZoneID(c.Zone) || post.Partnership != "" {
				continue
			}
			if post.Role != subscribers.PostAdmin {
				return account, false, fmt.Errorf("%s is on file as %s of zone %s already, and signs in with a code; give another address", account.Name, post.Role, c.Zone)
			}
			return account, true, nil
		}
	}
	return subscribers.Account{}, false, nil
}
