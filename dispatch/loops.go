package dispatch

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Loops stops what goes to one address again and again, and raises an incident
// for each text that does. A nil one stops nothing.
type Loops struct {
	Shared    Breaker // over all nodes
	Own       Breaker // counts what this node alone sees, while Shared is away
	Limit     LoopLimit
	Key       []byte // of the hashes; the same on every node
	Incidents *Incidents
	Log       *slog.Logger
}

// wording is the hash of what a text says.
type wording = [sha256.Size]byte

// round is what goes round, for one reason.
type round struct {
	cause       wording
	what        channels.Purpose // the first that was stopped
	partnership broker.PartnershipID
	name        string           // of the partnership
	message     broker.MessageID // zero: not a message
	times       int
}

// split takes out what has gone to its address too often, by text.
func (l *Loops) split(ctx context.Context, claimed []subscribers.Claimed, contents map[channels.DeliveryID]*channels.Content, now time.Time) (through, looping []subscribers.Claimed, rounds []round) {
	if l == nil || len(claimed) == 0 {
		return claimed, nil, nil
	}
	words := make(map[*channels.Content]wording)
	likes := make([]Like, len(claimed))
	for i, c := range claimed {
		content := contents[c.ID]
		if _, known := words[content]; !known {
			words[content] = subscribers.Wording(content)
		}
		likes[i] = Like{Key: l.key(words[content], c.Hash), ID: c.ID}
	}
	passed, ok := l.pass(ctx, likes, now)
	if !ok {
		return claimed, nil, nil
	}
	if !slices.Contains(passed, false) {
		return claimed, nil, nil
	}
	found := make(map[round]int)
	for i, c := range claimed {
		if passed[i] {
			through = append(through, c)
			continue
		}
		looping = append(looping, c)
		found[newRound(c.Entry, contents[c.ID])]++
	}
	for r, times := range found {
		r.times = times
		rounds = append(rounds, r)
	}
	return through, looping, rounds
}

func newRound(e subscribers.Entry, content *channels.Content) round {
	r := round{cause: subscribers.Cause(content), what: e.Purpose, partnership: e.Partnership}
	if e.Partnership != "" {
		r.name = content.Partnership
	}
	if e.Purpose == channels.ForMember {
		r.message = broker.MessageID{UUID: e.About}
	}
	return r
}

// pass asks all nodes' breaker, or while it is away this node's own: then as
// many go round as there are nodes, rather than none of anything. False: neither answers.
func (l *Loops) pass(ctx context.Context, likes []Like, now time.Time) ([]bool, bool) {
	passed, err := l.Shared.Pass(ctx, likes, now, l.Limit)
	if err == nil {
		return passed, true
	}
	l.Log.Warn("the loop breaker is away, this node counts alone", "err", err)
	if passed, err = l.Own.Pass(ctx, likes, now, l.Limit); err != nil {
		l.Log.Error("no loop breaker answers, deliveries go", "err", err)
		return nil, false
	}
	return passed, true
}

// key is what the breaker keeps of a text and an address.
func (l *Loops) key(w wording, address channels.AddressHash) LikeKey {
	mac := hmac.New(sha256.New, l.Key)
	mac.Write(w[:])
	mac.Write(address[:])
	return LikeKey(mac.Sum(nil)[:len(LikeKey{})])
}

// raise notes what was stopped. The matter is the text: to however many addresses
// it goes round, in a zone it is one incident.
func (l *Loops) raise(ctx context.Context, rounds []round) error {
	for _, r := range rounds {
		mac := hmac.New(sha256.New, l.Key)
		mac.Write(r.cause[:])
		i, err := l.Incidents.of(ctx, subscribers.Incident{
			Kind: subscribers.IncidentLoop, Partnership: r.partnership, Message: r.message, Count: r.times,
			Matter: hex.EncodeToString(mac.Sum(nil)[:8]),
			Texts:  subscribers.LoopTexts(r.what, r.name, l.Limit.Most, int(l.Limit.Within.Minutes())),
		})
		if err != nil {
			return err
		}
		if err := l.Incidents.Raise(ctx, i); err != nil {
			return fmt.Errorf("raise the incident of a loop: %w", err)
		}
	}
	return nil
}

// answer says whether somebody who wrote to us may be answered so: of two
// machines that answer each other, this one falls silent.
func (l *Loops) answer(ctx context.Context, in channels.Inbound, answer string, of broker.PartnershipID) (bool, error) {
	if l == nil || answer == "" {
		return true, nil
	}
	w := subscribers.AnswerWording(answer)
	like := Like{Key: l.key(w, in.From.Hash(in.Channel)), ID: channels.DeliveryID{UUID: broker.DeriveID(uuid.Nil, string(in.Channel), in.Ref)}}
	passed, ok := l.pass(ctx, []Like{like}, in.At)
	if !ok || passed[0] {
		return true, nil
	}
	return false, l.raise(ctx, []round{{cause: w, partnership: of, times: 1}})
}
