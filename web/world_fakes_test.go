package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// What follows is the world as the pages' interfaces see it.

func (w *world) Publish(_ context.Context, m broker.Message) error {
	if w.failPublish != nil {
		return w.failPublish
	}
	w.published = append(w.published, m)
	return nil
}

func (w *world) Decide(_ context.Context, id subscribers.ApprovalID, d subscribers.Decision) (subscribers.Approval, error) {
	if w.failDecide != nil {
		return subscribers.Approval{}, w.failDecide
	}
	a, ok := w.approvals[id]
	if !ok {
		return a, subscribers.ErrNotFound
	}
	after, err := a.Apply(d, w.messages[a.Message])
	if err != nil {
		return a, err
	}
	w.keep(after)
	w.decisions = append(w.decisions, d)
	return after, nil
}

func found[K comparable, V any](m map[K]V, id K) (V, error) {
	v, ok := m[id]
	if !ok {
		return v, subscribers.ErrNotFound
	}
	return v, nil
}

func (w *world) Status(_ context.Context, id broker.MessageID) (subscribers.Status, error) {
	return w.truth(id)
}

func (w *world) StatusGently(_ context.Context, id broker.MessageID) (subscribers.Status, error) {
	w.countingNow.Add(1)
	if w.counting != nil {
		<-w.counting
	}
	w.countingNow.Add(-1)
	return w.truth(id)
}

func (w *world) truth(id broker.MessageID) (subscribers.Status, error) {
	if live := w.live.Load(); live != nil {
		return *live, nil
	}
	return found(w.statuses, id)
}

// Outline leaves the counts of a wide message out.
func (w *world) Outline(_ context.Context, id broker.MessageID, most int) (subscribers.Outlined, error) {
	status, err := w.truth(id)
	if err != nil {
		return subscribers.Outlined{}, err
	}
	all := subscribers.Outlined{Status: status, Counted: true}
	if _, people := tally(all.Standing().Counts).reached(); people > most {
		return subscribers.Outlined{Status: uncounted(status)}, nil
	}
	return all, nil
}

func (w *world) Standings(ctx context.Context, ids []broker.MessageID, most int) ([]subscribers.Standing, error) {
	all := make([]subscribers.Standing, len(ids))
	for i, id := range ids {
		found, err := w.Outline(ctx, id, most)
		if err != nil {
			return nil, err
		}
		all[i] = found.Standing()
	}
	return all, nil
}

func uncounted(status subscribers.Status) subscribers.Status {
	status.Done, status.Partnerships = false, slices.Clone(status.Partnerships)
	for i := range status.Partnerships {
		status.Partnerships[i].Channels, status.Partnerships[i].Unreached = nil, 0
	}
	return status
}

func (w *world) Recent(_ context.Context, zone broker.ZoneID, limit int) ([]broker.Message, error) {
	var list []broker.Message
	for _, m := range w.messages {
		if m.Zone == zone && (w.recentOnly == broker.MessageID{} || w.recentOnly == m.ID) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b broker.Message) int { return b.Sent.Compare(a.Sent) })
	return list[:min(limit, len(list))], nil
}

func (w *world) Message(_ context.Context, id broker.MessageID, _ int) (broker.Message, error) {
	return found(w.messages, id)
}

func (w *world) Revisions(_ context.Context, ids []broker.MessageID) ([]broker.Message, error) {
	var list []broker.Message
	for _, id := range ids {
		if m, known := w.messages[id]; known {
			list = append(list, m)
		}
	}
	return list, nil
}

func (w *world) Latest(_ context.Context, id broker.MessageID) (broker.Message, error) {
	return found(w.messages, id)
}

func (w *world) OpenApprovals(_ context.Context, zone broker.ZoneID) ([]subscribers.Approval, error) {
	var list []subscribers.Approval
	for _, a := range w.approvals {
		if w.messages[a.Message].Zone == zone && !a.State.Final() {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b subscribers.Approval) int {
		return strings.Compare(string(b.Partnership), string(a.Partnership))
	})
	return list, nil
}

func (w *world) Approval(_ context.Context, id subscribers.ApprovalID) (subscribers.Approval, error) {
	return found(w.approvals, id)
}

func (w *world) Moves(_ context.Context, id subscribers.ApprovalID) ([]subscribers.Move, error) {
	return w.moves[id], nil
}

func (w *world) Approvers(_ context.Context, p broker.PartnershipID) ([]subscribers.Approver, error) {
	if p != "tilleuls" && !w.allLaunched {
		return nil, nil
	}
	return w.approvers, nil
}

func (w *world) SetAbsences(_ context.Context, _ broker.PartnershipID, who subscribers.MemberID, away []subscribers.Span) error {
	for i := range w.approvers {
		if w.approvers[i].ID == who {
			w.approvers[i].Absences = away
		}
	}
	return nil
}

func (w *world) Partnership(_ context.Context, id broker.PartnershipID) (subscribers.Partnership, error) {
	for _, p := range w.partnerships {
		if p.ID == id {
			return p, nil
		}
	}
	return subscribers.Partnership{}, subscribers.ErrNotFound
}

func (w *world) Partnerships(_ context.Context, zone broker.ZoneID) ([]subscribers.Partnership, error) {
	return slices.DeleteFunc(slices.Clone(w.partnerships), func(p subscribers.Partnership) bool { return p.Zone != zone }), nil
}

func (w *world) PartnershipsByID(_ context.Context, ids []broker.PartnershipID) ([]subscribers.Partnership, error) {
	return slices.DeleteFunc(slices.Clone(w.partnerships), func(p subscribers.Partnership) bool { return !slices.Contains(ids, p.ID) }), nil
}

func (w *world) Plan(_ context.Context, id broker.PartnershipID, _ int) (subscribers.Plan, error) {
	return found(w.plans, id)
}

func (w *world) Entry(_ context.Context, id channels.DeliveryID) (subscribers.Entry, error) {
	return found(w.entries, id)
}

func (w *world) DigestItems(context.Context, []channels.DeliveryID) (map[channels.DeliveryID][]subscribers.DigestItem, error) {
	return w.items, nil
}

func (w *world) Member(_ context.Context, id subscribers.MemberID) (subscribers.Member, error) {
	return found(w.members, id)
}

func (w *world) SetRest(_ context.Context, id subscribers.MemberID, rest subscribers.Rest) error {
	m, err := found(w.members, id)
	m.Rest = rest
	if err == nil {
		w.members[id] = m
	}
	return err
}

func (w *world) Reach(context.Context, broker.PartnershipID) (int, map[channels.Name]int, error) {
	return 61, map[channels.Name]int{channels.SMS: 34, channels.Email: 48, channels.Push: 20}, nil
}

func (w *world) Stop(_ context.Context, m subscribers.MemberID, p broker.PartnershipID, _ time.Time) error {
	if w.failDecide != nil {
		return w.failDecide
	}
	w.stopped = append(w.stopped, m.String()+" "+string(p))
	return nil
}

func (w *world) Find(_ context.Context, f broker.DeadFilter) (found []broker.DeadLetter, err error) {
	for _, d := range w.dead {
		if f.Takes(d) {
			found = append(found, d)
		}
	}
	return found, nil
}

func (w *world) Replay(_ context.Context, id uuid.UUID) error {
	for i := range w.dead {
		if w.dead[i].ID == id {
			w.dead[i].Replayed = w.now
			w.replayed = append(w.replayed, id)
			return nil
		}
	}
	return subscribers.ErrNotFound
}

func (w *world) Apply(_ context.Context, r channels.Report) error {
	if w.failReports != nil {
		return w.failReports
	}
	w.reports = append(w.reports, r)
	return nil
}

// parser takes callbacks with the right signature.
type parser struct{}

func (parser) ParseReport(r *http.Request) (channels.Report, error) {
	if err := r.ParseForm(); err != nil {
		return channels.Report{}, err
	}
	if r.Header.Get("X-Signature") != "good" {
		return channels.Report{}, subscribers.ErrForgedLink
	}
	return channels.Report{Ref: r.PostForm.Get("MessageSid"), State: channels.State(r.PostForm.Get("State"))}, nil
}

// answerer is a parser whose provider waits for what comes next.
type answerer struct{ parser }

func (answerer) AnswerCallback(w http.ResponseWriter, _ *http.Request, r channels.Report) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write([]byte("<Response>" + r.Ref + "</Response>"))
}
