package web

import (
	"context"
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// happens says in two sentences what an approval will set going: to how many
// members, by which channels, and when.
func (s *server) happens(ctx context.Context, v view, q question) (string, error) {
	plan, err := s.Records.Plan(ctx, q.partnership.ID, q.approval.PlanVersion)
	if err != nil {
		return "", fmt.Errorf("read plan: %w", err)
	}
	when := v.goes(q.approval.Rule, plan, q.partnership)
	if q.message.Kind.AnswersAnother() || q.message.MsgType != broker.TypeAlert {
		return v.T("happens.sameAsBefore") + " " + when, nil // PLP.md, rule 7
	}
	members, byChannel, err := s.Records.Reach(ctx, q.partnership.ID)
	if err != nil {
		return "", fmt.Errorf("count members: %w", err)
	}
	sentence := v.T("happens.goes", "members", v.N("happens.members", members), "how", v.reach(q.approval.Rule.Channels, members, byChannel))
	return sentence + " " + when, nil
}

// reach spreads the members over the channels of a rule. Of a list of
// fallbacks only the first channel's number is known beforehand.
func (v view) reach(rule subscribers.ChannelRule, members int, byChannel map[channels.Name]int) string {
	if len(rule.First) == 0 {
		parts := make([]string, len(rule.All))
		for i, name := range rule.All {
			parts[i] = v.T("happens.by", "n", byChannel[name], "by", v.By(name))
		}
		return strings.Join(parts, ", ")
	}
	first := rule.First[0]
	said := v.T("happens.by", "n", byChannel[first], "by", v.By(first))
	if members <= byChannel[first] || len(rule.First) == 1 {
		return said
	}
	rest := make([]string, 0, len(rule.First))
	for _, name := range rule.First[1:] {
		rest = append(rest, v.By(name))
	}
	return said + ", " + v.T("happens.others", "by", strings.Join(rest, " "+v.T("or")+" "))
}

// goes says when an approved message leaves.
func (v view) goes(rule subscribers.Rule, plan subscribers.Plan, p subscribers.Partnership) string {
	if rule.When == subscribers.WithDigest {
		slot, found := plan.Digest.Next(p, v.now)
		if !found {
			return v.T("happens.digest")
		}
		return v.T("happens.digestAt", "when", v.When(slot.DueAt))
	}
	if plan.QuietHours != nil && !rule.IgnoreQuietHours {
		if end, quiet := plan.QuietHours.End(v.now.In(p.Location())); quiet {
			return v.T("happens.afterQuiet", "when", v.When(end))
		}
	}
	return v.T("happens.now")
}
