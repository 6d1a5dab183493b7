package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// adminTokenCommands look after the tokens with which programs come.
type adminTokenCommands struct {
	Make   adminTokenMakeCommand   `cmd:"" help:"Make a token for a program of a zone, and print it once."`
	List   adminTokenListCommand   `cmd:"" help:"Show the tokens, what each may do, and when it was last used."`
	Revoke adminTokenRevokeCommand `cmd:"" help:"End a token; the next call with it is refused."`
}

// byOperator is who did it, where nobody has signed in.
const byOperator = "operator (relais admin token)"

type adminTokenMakeCommand struct {
	Zone   string   `arg:"" help:"Zone in which the program may do something."`
	Name   string   `arg:"" help:"Name of the program, which the journal shows."`
	Scopes []string `required:"" help:"What it may do: read, publish, follow, members, operate; several with commas."`
	Days   int      `default:"365" help:"For how many days it is good, at most 366."`
}

// Run prints the secret, which is kept nowhere.
func (c *adminTokenMakeCommand) Run(ctx context.Context, p *program, g *Globals) error {
	var scopes []subscribers.TokenScope
	for _, scope := range c.Scopes {
		scopes = append(scopes, subscribers.TokenScope(strings.TrimSpace(scope)))
	}
	one, secret, err := subscribers.NewToken(broker.ZoneID(c.Zone), c.Name, scopes, byOperator, time.Now(), c.Days)
	if err != nil {
		return tokenFault(err)
	}
	return withStore(ctx, p, g, func(s *store.Store) error {
		partnerships, err := s.Partnerships(ctx, one.Zone)
		if err != nil {
			return err
		}
		if len(partnerships) == 0 {
			return fmt.Errorf("zone %s has no partnership here; check its id, or import its partnerships first", c.Zone)
		}
		if err := s.AddToken(ctx, one); err != nil {
			return tokenFault(err)
		}
		_, err = fmt.Fprintf(p.Stdout, "%s\n", secret)
		if err == nil {
			_, err = fmt.Fprintf(p.Stderr, "This is the token %s, good until %s. It is shown this once: keep it as you keep a password. Programs send it as Authorization: Bearer.\n", one.Name, one.Expires.Format("2 January 2006"))
		}
		return err
	})
}

// tokenFault says what to write instead.
func tokenFault(err error) error {
	var wrong *subscribers.TokenError
	switch {
	case errors.Is(err, subscribers.ErrTokenName):
		return errors.New("the zone has, or had, a token of this name; give another, for the journal names tokens")
	case !errors.As(err, &wrong):
		return err
	}
	return errors.New(map[string]string{
		"name":   fmt.Sprintf("the name is empty or longer than %d characters", subscribers.MaxTokenName),
		"scopes": "--scopes takes read, publish, follow, members and operate, several with commas",
		"days":   fmt.Sprintf("--days takes 1 to %d", subscribers.MaxTokenDays),
	}[wrong.Field])
}

type adminTokenListCommand struct {
	Zone string `arg:"" optional:"" help:"Those of one zone; else of all."`
}

// Run lists those that are over, too: the journal names them.
func (c *adminTokenListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return withStore(ctx, p, g, func(s *store.Store) error {
		tokens, err := s.Tokens(ctx, broker.ZoneID(c.Zone))
		if err != nil {
			return err
		}
		if len(tokens) == 0 {
			_, err := fmt.Fprintln(p.Stdout, "No program has a token.")
			return err
		}
		table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ZONE\tNAME\tSCOPES\tSTATE\tLAST USED\tMADE BY")
		for _, one := range tokens {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", one.Zone, one.Name, joinScopes(one.Scopes), tokenState(one, time.Now()), lastUse(one), one.By)
		}
		return table.Flush()
	})
}

func joinScopes(scopes []subscribers.TokenScope) string {
	var words []string
	for _, scope := range scopes {
		words = append(words, string(scope))
	}
	return strings.Join(words, ",")
}

func tokenState(one subscribers.Token, now time.Time) string {
	switch {
	case !one.Revoked.IsZero():
		return "revoked " + one.Revoked.Format(time.DateOnly)
	case !one.Good(now):
		return "expired " + one.Expires.Format(time.DateOnly)
	}
	return "good until " + one.Expires.Format(time.DateOnly)
}

func lastUse(one subscribers.Token) string {
	if one.Used.IsZero() {
		return "never"
	}
	return one.Used.Local().Format("2006-01-02 15:04")
}

type adminTokenRevokeCommand struct {
	Zone string `arg:"" help:"Its zone."`
	Name string `arg:"" help:"Its name, as relais admin token list shows it."`
}

// Run ends it at once, on every node.
func (c *adminTokenRevokeCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return withStore(ctx, p, g, func(s *store.Store) error {
		tokens, err := s.Tokens(ctx, broker.ZoneID(c.Zone))
		if err != nil {
			return err
		}
		for _, one := range tokens {
			if one.Name != c.Name || string(one.Zone) != c.Zone {
				continue
			}
			if err := s.RevokeToken(ctx, one.Zone, one.ID, byOperator, time.Now()); err != nil {
				return err
			}
			_, err := fmt.Fprintf(p.Stdout, "The token %s opens nothing any more.\n", one.Name)
			return err
		}
		return fmt.Errorf("zone %s has no token %q; relais admin token list shows those that there are", c.Zone, c.Name)
	})
}
