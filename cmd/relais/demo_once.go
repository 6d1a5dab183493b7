package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/subscribers"
)

// once plays the whole main job: an alert at once, a tip in the digest. It
// fails unless every member got each exactly once.
func (d *demo) once(ctx context.Context) error {
	alert, err := d.carry(ctx, demoAlert(), 2*time.Hour)
	if err != nil {
		return fmt.Errorf("carry the alert: %w", err)
	}
	if err := d.waitForEnd(ctx, alert); err != nil {
		return fmt.Errorf("wait for the alert's deliveries: %w", err)
	}
	tip, err := d.carry(ctx, demoTip(), 48*time.Hour)
	if err != nil {
		return fmt.Errorf("carry the tip: %w", err)
	}
	if err := d.digest(ctx, tip); err != nil {
		return err
	}
	return errors.Join(d.report(ctx, alert, tip), d.check(ctx, alert), d.check(ctx, tip))
}

// carry publishes a message and approves it in each partnership, by the link
// that the coordinator was sent.
func (d *demo) carry(ctx context.Context, m broker.Message, valid time.Duration) (broker.Message, error) {
	m, err := d.publish(ctx, m, valid)
	if err != nil {
		return m, err
	}
	asked, err := d.waitForQuestions(ctx, m)
	if err != nil {
		return m, fmt.Errorf("wait for approvals: %w", err)
	}
	for _, q := range asked {
		if err := d.tapApprove(ctx, q); err != nil {
			return m, fmt.Errorf("approve for %s: %w", q.partnership.ID, err)
		}
	}
	return m, nil
}

func (d *demo) tapApprove(ctx context.Context, q question) error {
	form := url.Values{"action": {"approve"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.link, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the page answered %s", resp.Status)
	}
	return nil
}

// digest waits until the tip is planned and sends the infoflash.
func (d *demo) digest(ctx context.Context, tip broker.Message) error {
	if err := d.waitForPlan(ctx, tip.ID); err != nil {
		return fmt.Errorf("wait for the tip's plan: %w", err)
	}
	if err := d.node.steps.digester.RunNow(ctx); err != nil {
		return fmt.Errorf("run the digest: %w", err)
	}
	if err := d.waitForEnd(ctx, tip); err != nil {
		return fmt.Errorf("wait for the digest's deliveries: %w", err)
	}
	return nil
}

// waitForPlan waits until the last delivery of a message has been written.
func (d *demo) waitForPlan(ctx context.Context, id broker.MessageID) error {
	return until(ctx, func() (bool, error) {
		status, err := d.node.store.Status(ctx, id)
		if errors.Is(err, subscribers.ErrNotFound) { // not routed yet
			return false, nil
		}
		for _, p := range status.Partnerships {
			if !p.Planned {
				return false, err
			}
		}
		return err == nil, err
	})
}

func (d *demo) waitForEnd(ctx context.Context, m broker.Message) error {
	return until(ctx, func() (bool, error) {
		status, err := d.node.store.Status(ctx, m.ID)
		return status.Done, err
	})
}

// report prints one line for each message, partnership and channel.
func (d *demo) report(ctx context.Context, sent ...broker.Message) error {
	table := tabwriter.NewWriter(d.p.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "MESSAGE\tPARTNERSHIP\tCHANNEL\tPLANNED\tDUPLICATE\tDELIVERED\tFAILED\tFIRST\tLAST\t")
	for _, m := range sent {
		status, err := d.node.store.Status(ctx, m.ID)
		if err != nil {
			return err
		}
		for _, p := range status.Partnerships {
			for _, ch := range p.Channels {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Kind, p.Partnership, ch.Channel, reportLine(ch, p.At))
			}
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(d.p.Stdout, "\nDelivered: the SMS provider's receipt, or the key 1 on the telephone; for email and push, which give none, that their server took it.\nFirst and last: from the approval; a tip waits for its digest.\n\n")
	return err
}

func reportLine(ch subscribers.ChannelStatus, approved time.Time) string {
	planned := 0
	for _, n := range ch.Counts {
		planned += n
	}
	delivered := ch.Counts[channels.Delivered] + ch.Counts[channels.Accepted]
	return fmt.Sprintf("%d\t%d\t%d\t%d\t%s\t%s\t", planned, ch.Suppressed[channels.ReasonDuplicate], delivered,
		ch.Counts[channels.Failed], since(approved, ch.First), since(approved, ch.Last))
}

func since(from, to time.Time) string {
	if to.IsZero() {
		return "-"
	}
	return to.Sub(from).Round(time.Millisecond).String()
}

// check compares what the stand-ins really got with the village: each person
// one copy, whichever of their addresses it came to.
func (d *demo) check(ctx context.Context, m broker.Message) error {
	got, err := d.copies(ctx, m)
	if err != nil {
		return err
	}
	var none, several int
	for _, person := range d.village {
		copies := 0
		for _, c := range person.contacts {
			copies += got[seenAs(c)]
		}
		switch {
		case copies == 0:
			none++
		case copies > 1:
			several++
		}
	}
	if none > 0 || several > 0 {
		return fmt.Errorf("%s: %d members got nothing, %d got it more than once", m.Kind, none, several)
	}
	_, err = fmt.Fprintf(d.p.Stdout, "%s: each of %d members got it exactly once.\n", m.Kind, len(d.village))
	return err
}

// copies counts a message's copies by address, as they came over the wire.
func (d *demo) copies(ctx context.Context, m broker.Message) (map[string]int, error) {
	got := make(map[string]int)
	for _, item := range d.sandbox.Taken() {
		if !holds(item, m) {
			continue
		}
		e, err := d.node.store.Entry(ctx, item.Delivery)
		if err != nil {
			return nil, fmt.Errorf("the %s stand-in got a delivery that the ledger does not have: %w", item.Channel, err)
		}
		if e.Purpose == channels.ForMember || e.Purpose == channels.Digest {
			got[item.To]++
		}
	}
	return got, nil
}

func holds(item sandbox.Item, m broker.Message) bool {
	for _, text := range m.Texts {
		if strings.Contains(item.Text, text.Title) || strings.Contains(item.Subject, text.Title) || strings.Contains(item.Payload, text.Title) {
			return true
		}
	}
	return false
}

// seenAs is a contact's address as the stand-ins record it.
func seenAs(c subscribers.Contact) string {
	if c.Channel != channels.Push {
		return c.Address.Reveal()
	}
	var subscription struct {
		Endpoint string `json:"endpoint"`
	}
	if err := json.Unmarshal([]byte(c.Address.Reveal()), &subscription); err != nil {
		return ""
	}
	return subscription.Endpoint
}
