package main

import (
	"context"
	"fmt"
	"net/url"
	"os/user"
	"text/tabwriter"
	"time"

	"relais/subscribers"
)

// approvalsCommand lists what waits for a decision.
type approvalsCommand struct {
	Server
	Zone string `help:"Only this zone."`
}

// openApproval is one approval as the API lists it.
type openApproval struct {
	ID          string                    `json:"id"`
	Message     string                    `json:"message"`
	Partnership string                    `json:"partnership"`
	State       subscribers.ApprovalState `json:"state"`
	Rule        string                    `json:"rule"`
	Asked       time.Time                 `json:"asked"`
	Deadline    time.Time                 `json:"deadline"`
	Release     time.Time                 `json:"release"`
	Decision    struct {
		By    string    `json:"by"`
		Why   string    `json:"why"`
		Until time.Time `json:"until"`
	} `json:"decision"`
}

// said is what somebody last said about it.
func (a openApproval) said() string {
	switch {
	case a.State == subscribers.ApprovalHeld:
		return fmt.Sprintf("on hold until %s, by %s", clock(a.Decision.Until), a.Decision.By)
	case a.State == subscribers.ApprovalQuestioned:
		return fmt.Sprintf("%s asks the police: %s", a.Decision.By, a.Decision.Why)
	case a.Decision.Why != "":
		return fmt.Sprintf("%s of the police answered: %s", a.Decision.By, a.Decision.Why)
	}
	return "-"
}

// Run prints one line for each.
func (c *approvalsCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	open, err := openApprovals(ctx, c.client(cfg), c.Zone)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "Nothing waits for a decision.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "APPROVAL\tPARTNERSHIP\tMESSAGE\tSTATE\tASKED\tUNTIL\tPOLICE MAY SEND FROM\tSAID")
	for _, a := range open {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			a.ID, a.Partnership, a.Message, a.State, clock(a.Asked), clock(a.Deadline), clock(a.Release), a.said())
	}
	return table.Flush()
}

func openApprovals(ctx context.Context, api *client, zone string) ([]openApproval, error) {
	var answer struct {
		Approvals []openApproval `json:"approvals"`
	}
	path := "/api/approvals"
	if zone != "" {
		path += "?zone=" + url.QueryEscape(zone)
	}
	err := api.get(ctx, path, &answer)
	return answer.Approvals, err
}

// approveCommand lets a message go.
type approveCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Note     string `help:"A short neutral note, shown as the coordinator's."`
}

// Run approves.
func (c *approveCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return decide(ctx, p, g, c.Server, c.Approval, verb{"approve", "approved"}, decisionBody{By: c.By, Note: c.Note})
}

// refuseCommand keeps a message from a partnership's members.
type refuseCommand struct {
	Server
	Approval string `arg:"" help:"Id that relais approvals lists."`
	By       string `help:"Your name; else your name on this machine."`
	Reason   string `required:"" help:"Why; the police learn from it."`
}

// Run refuses.
func (c *refuseCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return decide(ctx, p, g, c.Server, c.Approval, verb{"refuse", "refused"}, decisionBody{By: c.By, Reason: c.Reason})
}

// decisionBody is what the API takes.
type decisionBody struct {
	By       string    `json:"by"`
	Note     string    `json:"note,omitempty"`
	Until    time.Time `json:"until,omitzero"`
	Question string    `json:"question,omitempty"`
	Answer   string    `json:"answer,omitempty"`
	Reason   string    `json:"reason,omitempty"`
}

// verb is what the API calls a decision, and how it is told when it is done.
type verb struct{ path, done string }

func decide(ctx context.Context, p *program, g *Globals, at Server, approval string, what verb, body decisionBody) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	if body.By == "" {
		if body.By, err = ownName(); err != nil {
			return err
		}
	}
	path := "/api/approvals/" + url.PathEscape(approval) + "/" + what.path
	if err := at.client(cfg).post(ctx, path, body, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: %s by %s\n", approval, what.done, body.By)
	return err
}

func ownName() (string, error) {
	me, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("your name is not known here, give it with --by: %w", err)
	}
	if me.Name != "" {
		return me.Name, nil
	}
	return me.Username, nil
}
