package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Occasion is one granted message in one partnership, at the moment of planning.
type Occasion struct {
	Message     broker.Message
	Approval    Approval
	Partnership Partnership
	Plan        Plan
	Available   []channels.Name // the channels that this installation has
	Now         time.Time
	Full        map[MemberID]bool // who has had as many messages today as the plan allows
	Tight       bool              // the month's budget is nearly spent
	Paid        map[channels.Name]bool
}

// ReceiptPatience is how long a delivery waits for the provider's report.
// Without one it stays accepted, for good.
const ReceiptPatience = 24 * time.Hour

// Requeue is how long a pending entry may wait for its job before a sweep
// makes a new one.
const Requeue = 30 * time.Second

// Owed returns the entries that the plan owes one member. It is never empty:
// a member whom no channel reaches gets a suppressed entry that says so, for
// information is no privilege (PLP.md, rule 9) and somebody must see it.
func (o Occasion) Owed(m Member) []Entry {
	if o.Full[m.ID] {
		return withInfoflash(o.owed(m))
	}
	return o.owed(m)
}

func (o Occasion) owed(m Member) []Entry {
	if e, ok := o.whereItWorked(m); ok {
		return []Entry{e}
	}
	if o.saves() {
		if reached := o.onFirst(o.cheaply(), m); len(reached) > 0 {
			return reached
		}
	}
	rule := o.Approval.Rule.Channels
	if reached := o.onAll(rule.All, m); len(reached) > 0 {
		return reached
	}
	if reached := o.onFirst(rule.First, m); len(reached) > 0 {
		return reached
	}
	return []Entry{o.unreached(m)}
}

// onAll owes the member the message on each channel that reaches them.
func (o Occasion) onAll(names []channels.Name, m Member) []Entry {
	var owed []Entry
	for _, name := range o.usable(names) {
		for _, contact := range m.Reachable(name) {
			owed = append(owed, o.entry(m, contact, nil))
		}
	}
	if o.Approval.Rule.When == WithDigest {
		return asOne(owed)
	}
	return owed
}

// asOne leaves one entry for the infoflash, of which a person gets one: the other
// channels are what it falls back on.
func asOne(owed []Entry) []Entry {
	if len(owed) == 0 {
		return nil
	}
	one := owed[0]
	one.Rest = slices.Clone(one.Rest)
	for _, other := range owed[1:] {
		if other.Channel != one.Channel && !slices.Contains(one.Rest, other.Channel) {
			one.Rest = append(one.Rest, other.Channel)
		}
	}
	return []Entry{one}
}

// onFirst owes it on the first channel that reaches the member; the others are the fallback.
func (o Occasion) onFirst(names []channels.Name, m Member) []Entry {
	reaching := slices.DeleteFunc(o.usable(names), func(n channels.Name) bool { return len(m.Reachable(n)) == 0 })
	if len(reaching) == 0 {
		return nil
	}
	var owed []Entry
	for _, contact := range m.Reachable(reaching[0]) {
		owed = append(owed, o.entry(m, contact, reaching[1:]))
	}
	if o.Approval.Rule.When == WithDigest {
		return asOne(owed)
	}
	return owed
}

func (o Occasion) usable(names []channels.Name) []channels.Name {
	var usable []channels.Name
	for _, name := range names {
		if slices.Contains(o.Available, name) {
			usable = append(usable, name)
		}
	}
	return usable
}

func (o Occasion) unreached(m Member) Entry {
	names := slices.Concat(o.Approval.Rule.Channels.All, o.Approval.Rule.Channels.First)
	e := o.entry(m, Contact{Channel: names[0]}, nil)
	e.State, e.Reason, e.NextAt, e.FinalAt = channels.Suppressed, channels.ReasonNoChannel, time.Time{}, o.Now
	return e
}

func (o Occasion) entry(m Member, c Contact, rest []channels.Name) Entry {
	_, lang := o.Message.Text(m.Lang, o.Partnership.Languages...)
	hash := c.Address.Hash(c.Channel)
	e := Entry{
		ID:          EntryKey(o.Message.ID.UUID, o.Message.Revision, o.Partnership.ID, m.ID, c.Channel, hash),
		Purpose:     channels.ForMember,
		About:       o.Message.ID.UUID,
		Revision:    o.Message.Revision,
		Approval:    o.Approval.ID,
		Partnership: o.Partnership.ID,
		Member:      m.ID,
		Channel:     c.Channel,
		Hash:        hash,
		Lang:        lang,
		Priority:    PriorityOf(o.Message.Urgency),
		Rest:        rest,
		Repeatable:  o.Message.Urgency == broker.Immediate,
		NotAfter:    o.Message.Expires,
		CreatedAt:   o.Now,
	}
	if e.Repeatable && len(rest) > 0 {
		e.Patience = o.Approval.Rule.Channels.FallbackAfter
	}
	o.schedule(&e, m)
	return e
}

// schedule decides between now, later and with the digest.
func (o Occasion) schedule(e *Entry, m Member) {
	rule := o.Approval.Rule
	e.State, e.NextAt = channels.Pending, o.Now.Add(Requeue)
	switch {
	case !o.Now.Before(o.Message.Expires):
		e.State, e.NextAt, e.FinalAt = channels.Expired, time.Time{}, o.Now
	case rule.When == WithDigest:
		e.State, e.NextAt, e.Patience = channels.Digested, e.NotAfter, 0
	default:
		if end, waits := o.calm(m).Until(o.Now, e.NotAfter); waits {
			e.State, e.NotBefore, e.NextAt = channels.Held, end, earlier(end, e.NotAfter)
		}
	}
}

func (o Occasion) calm(m Member) Calm {
	c := Calm{Quiet: o.Plan.QuietHours, Ignores: o.Approval.Rule.IgnoreQuietHours, Urgent: o.Message.Urgency == broker.Immediate, Rest: m.Rest}
	if !c.never() {
		c.In = o.Partnership.Location()
	}
	return c
}

// PriorityOf says in which queue a message of an urgency goes.
func PriorityOf(u broker.Urgency) broker.Priority {
	if u == broker.Immediate {
		return broker.Urgent
	}
	return broker.Normal
}

// End returns when the quiet hours that hold at a local time end, and whether any hold.
func (q QuietHours) End(local time.Time) (time.Time, bool) {
	today := DateOf(local)
	for _, start := range []Date{today.AddDays(-1), today} {
		from, to := start.At(q.From, local.Location()), q.endAfter(start, local.Location())
		if !local.Before(from) && local.Before(to) {
			return to, true
		}
	}
	return time.Time{}, false
}

func (q QuietHours) endAfter(start Date, loc *time.Location) time.Time {
	if q.To.minutes() <= q.From.minutes() {
		start = start.AddDays(1)
	}
	return start.At(q.To, loc)
}

func (c ClockTime) minutes() int { return c.Hour*60 + c.Minute }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Silent says when a delivery that the provider took at an instant, and will
// report on, goes on to the plan's next channel as well unless it has arrived by
// then; false: it does not.
func (e Entry) Silent(taken time.Time) (time.Time, bool) {
	return taken.Add(e.Patience), e.Patience > 0 && len(e.Rest) > 0
}

// Fallback returns the entries on the next channel that reaches the member,
// for one that failed for good, or of which the provider says nothing. None:
// there is no other way. They are pending; the sender looks at quiet hours.
func (e Entry) Fallback(contacts []Contact, now time.Time) []Entry {
	if !now.Before(e.NotAfter) {
		return nil
	}
	member := Member{ID: e.Member, Contacts: contacts}
	for i, name := range e.Rest {
		reached := member.Reachable(name)
		if len(reached) == 0 {
			continue
		}
		if e.Purpose == channels.Digest {
			reached = reached[:1] // a person gets one
		}
		var next []Entry
		for _, c := range reached {
			next = append(next, e.onChannel(c, e.Rest[i+1:], now))
		}
		return next
	}
	return nil
}

func (e Entry) onChannel(c Contact, rest []channels.Name, now time.Time) Entry {
	hash := c.Address.Hash(c.Channel)
	e.ID = EntryKey(e.About, e.Revision, e.Partnership, e.Member, c.Channel, hash)
	if c.Channel != e.Channel {
		e.Replies = channels.DeliveryID{}
	}
	e.Channel, e.Hash, e.Rest = c.Channel, hash, rest
	if len(rest) == 0 {
		e.Patience = 0
	}
	e.State, e.Reason, e.Attempt, e.Ref, e.Awaits = channels.Pending, "", 0, "", false
	e.Missed = 0
	e.NotBefore, e.NextAt = time.Time{}, now.Add(Requeue)
	e.CreatedAt, e.AcceptedAt, e.FinalAt = now, time.Time{}, time.Time{}
	return e
}
