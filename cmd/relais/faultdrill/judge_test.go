//go:build linux

package faultdrill

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"relais/channels"
	"relais/channels/sandbox"
)

// broadcast is one message that was published, and taken by NATS.
type broadcast struct {
	mark string // stands in its title, and nowhere else
	kind string
}

// trouble is a span in which something was broken on purpose. During it nobody
// may know what became of a call by one of these channels.
type trouble struct {
	from, to time.Time
	hides    []channels.Name
}

// evidence is all that the judge looks at. It reads the plans and the lists as
// a person would, and no ledger.
type evidence struct {
	people    []*person
	published []broadcast
	troubles  []trouble
	items     []sandbox.Item // what the providers' stand-ins took
}

// verdict is what the judge found. Lost, twice and strays are faults.
type verdict struct {
	owed      int
	lost      []string
	twice     []string
	strays    []string // to somebody to whom nothing was owed by that channel
	window    int      // SMS that went again after a call of which nobody could know, of an immediate message: the design allows it
	collapsed int      // mails with one Message-ID and pushes with one Topic: their reader sees one
}

func (v verdict) String() string {
	return fmt.Sprintf("%d owed, %d lost, %d twice, %d strays; %d repeats in the named window, %d that show once",
		v.owed, len(v.lost), len(v.twice), len(v.strays), v.window, v.collapsed)
}

// arrived is what one person got of one message, by channel.
type arrived map[channels.Name][]sandbox.Item

func judge(e evidence) verdict {
	var v verdict
	byAddress := make(map[string][]sandbox.Item)
	inOrder := slices.SortedFunc(slices.Values(e.items), func(a, b sandbox.Item) int { return a.N - b.N })
	for _, it := range inOrder {
		byAddress[place(it.Channel, it.To)] = append(byAddress[place(it.Channel, it.To)], it)
	}
	expected := make(map[string]bool)
	for _, p := range e.people {
		for _, b := range e.published {
			got := collect(p, b, byAddress)
			for _, on := range v.hear(p, b, got, e.troubles) {
				expected[place(on, p.at[on])+b.mark] = true
			}
		}
	}
	for _, it := range inOrder {
		for _, b := range e.published {
			if says(it, b) && !expected[place(it.Channel, it.To)+b.mark] {
				v.strays = append(v.strays, fmt.Sprintf("%s %s by %s, number %d of the stand-ins", b.kind, b.mark, it.Channel, it.N))
			}
		}
	}
	return v
}

func says(it sandbox.Item, b broadcast) bool {
	return strings.Contains(it.Subject+"\n"+it.Text, b.mark)
}

func collect(p *person, b broadcast, byAddress map[string][]sandbox.Item) arrived {
	got := make(arrived)
	for on, to := range p.at {
		for _, it := range byAddress[place(on, to)] {
			if says(it, b) {
				got[on] = append(got[on], it)
			}
		}
	}
	return got
}

// place names an address in the same way in a list and in the outbox.
func place(on channels.Name, to string) string {
	if on == channels.Push {
		_, after, _ := strings.Cut(to, "/push/")
		to, _, _ = strings.Cut(after, `"`)
	}
	return string(on) + " " + to
}

// hear judges one person's share of one message, and returns the channels by
// which it may come.
func (v *verdict) hear(p *person, b broadcast, got arrived, troubles []trouble) (by []channels.Name) {
	enough, most := false, 0
	for _, id := range p.in {
		owed, how := owes(p, id, b.kind)
		by = append(by, owed...)
		most = max(most, how)
		enough = enough || how > 0 && covers(owed, how, got)
	}
	if most == 0 {
		return nil // the plan names no channel that this person has
	}
	v.owed++
	if !enough {
		v.lost = append(v.lost, fmt.Sprintf("%s, got %s", about(p, b), got))
	}
	ways := 0
	for on, its := range got {
		copies := byDelivery(its)
		ways += len(copies)
		for _, of := range copies {
			v.repeated(p, b, on, of, troubles)
		}
	}
	// Who leads is asked or told about the message besides; each of that is a delivery of its own.
	if ways > most && !p.leads {
		v.twice = append(v.twice, fmt.Sprintf("%s got %s", about(p, b), got))
	}
	if p.leads { // notices go by their own rule
		by = append(by, everyChannel()...)
	}
	return by
}

func about(p *person, b broadcast) string {
	return fmt.Sprintf("%s (%s) of %s %s", p.name, strings.Join(p.in, ", "), b.kind, b.mark)
}

// byDelivery groups what repeats one another. A push does not tell its
// delivery; its Topic stands for it.
func byDelivery(its []sandbox.Item) map[string][]sandbox.Item {
	copies := make(map[string][]sandbox.Item)
	for _, it := range its {
		of := it.Delivery.String() + " " + it.Headers["Topic"]
		copies[of] = append(copies[of], it)
	}
	return copies
}

// repeated judges the copies of one delivery. A repeat needs a trouble between
// its copies that hid what became of the one before.
func (v *verdict) repeated(p *person, b broadcast, on channels.Name, copies []sandbox.Item, troubles []trouble) {
	for i := 1; i < len(copies); i++ {
		switch {
		case !hidden(on, copies[i-1].At, copies[i].At, troubles):
			v.twice = append(v.twice, fmt.Sprintf("%s got it again by %s, and nothing had hidden the first from Relais", about(p, b), on))
		case on == channels.Email && copies[i].Ref == copies[0].Ref || on == channels.Push && copies[i].Headers["Topic"] != "":
			v.collapsed++
		case on == channels.SMS && b.kind == "alert":
			v.window++
		default:
			v.twice = append(v.twice, fmt.Sprintf("%s got it again by %s", about(p, b), on))
		}
	}
}

func hidden(on channels.Name, first, second time.Time, troubles []trouble) bool {
	return slices.ContainsFunc(troubles, func(t trouble) bool {
		return slices.Contains(t.hides, on) && t.from.Before(second) && t.to.After(first)
	})
}

// owes says by which channels one partnership may reach a person, and by how
// many of them it must.
func owes(p *person, partnership, kind string) (on []channels.Name, many int) {
	r := plans()[partnership][kind]
	reachable := func(names []channels.Name) []channels.Name {
		return slices.DeleteFunc(slices.Clone(names), func(n channels.Name) bool { return p.at[n] == "" })
	}
	if all := reachable(r.all); len(all) > 0 {
		return all, len(all)
	}
	// Which one of first it is depends on who fails: one is owed.
	first := reachable(r.first)
	return first, min(1, len(first))
}

func covers(owed []channels.Name, many int, got arrived) bool {
	for _, on := range owed {
		if len(got[on]) > 0 {
			many--
		}
	}
	return many <= 0
}

// String tells numbers and channels, and no text.
func (a arrived) String() string {
	var words []string
	for on, its := range a {
		words = append(words, fmt.Sprintf("%d by %s", len(its), on))
	}
	slices.Sort(words)
	if words == nil {
		return "nothing"
	}
	return strings.Join(words, " and ")
}
